"""Recorded questions, asked again without a statement, tell which statements are needed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.counterfactual import Finding, PolicyKind, StoredPolicies, findings
from simulator.sandbox.evaluation import Decision
from tests.sandbox.acting import HUB, SPOKE, Aws, allow, deny

EVENTS = {"Service": "events.amazonaws.com"}


def found(aws: Aws, *owners: str) -> dict[str, Finding]:
    """Return the findings about some roles, queues and buses, by what would be taken out."""
    policies = StoredPolicies.from_json(aws.control.policies())
    return {
        f"{finding.removal.kind}: {finding.removal.action or finding.removal.sid}": finding
        for finding in findings(aws.control.decisions(), policies, owners)
    }


def needed(aws: Aws, *owners: str) -> dict[str, bool]:
    return {name: finding.needed for name, finding in found(aws, *owners).items()}


def test_an_action_that_was_used_is_needed_and_another_is_not(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow(["sqs:SendMessage", "sqs:PurgeQueue"], queue, Sid="Queue"))
    aws.client("sqs", aws.assume(role)).send_message(QueueUrl=url, MessageBody="hello")
    answers = found(aws, role)
    assert {name: finding.needed for name, finding in answers.items() if name.startswith("identity")} == {
        "identity: sqs:SendMessage": True,
        "identity: sqs:PurgeQueue": False,
    }
    witness = answers["identity: sqs:SendMessage"].witness
    assert witness is not None
    assert (witness.action, witness.resource) == ("sqs:SendMessage", queue)


def test_a_permission_given_twice_is_not_needed_twice(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue, Sid="One"), allow("sqs:*", queue, Sid="All"))
    aws.client("sqs", aws.assume(role)).send_message(QueueUrl=url, MessageBody="hello")
    answers = needed(aws, role)
    assert (answers["identity: One"], answers["identity: All"]) == (False, False)


def test_a_queue_s_statement_is_needed_by_the_rule_that_delivers(aws: Aws) -> None:
    admitting = allow("sqs:SendMessage", "{arn}", Principal=EVENTS, Sid="Rules")
    nobody = allow("sqs:SendMessage", "{arn}", Principal={"Service": "s3.amazonaws.com"}, Sid="Buckets")
    _, queue = aws.queue(HUB, admitting, nobody)
    source = aws.name("app")
    aws.rule(HUB, {"Arn": queue}, pattern={"source": [source]})
    aws.put_event(HUB, source)
    assert needed(aws, queue) == {"resource: Rules": True, "resource: Buckets": False}


def test_a_denial_is_needed_once_it_refused_something(aws: Aws) -> None:
    not_tls = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    tls_only = deny("sqs:*", "{arn}", Principal="*", Sid="TlsOnly", **not_tls)
    url, queue = aws.queue(HUB, tls_only)
    client = aws.client("sqs", aws.assume(aws.role(HUB, allow("sqs:*"))))
    client.send_message(QueueUrl=url, MessageBody="hello")
    assert needed(aws, queue) == {"resource: TlsOnly": False}

    def mark(request: Any, **_: Any) -> None:
        request.headers["x-sandbox-plaintext"] = "true"

    client.meta.events.register("before-send.sqs", mark)
    with pytest.raises(ClientError):
        client.send_message(QueueUrl=url, MessageBody="hello")
    assert needed(aws, queue) == {"resource: TlsOnly": True}


def test_bus_policy_role_and_trust_are_all_needed_to_forward(aws: Aws) -> None:
    bus = aws.bus(HUB, allow("events:PutEvents", "{arn}", Principal="*", Sid="Organization"))
    role = aws.role(SPOKE, allow("events:PutEvents", bus, Sid="Forward"), trust=EVENTS)
    source = aws.name("app")
    aws.rule(SPOKE, {"Arn": bus, "RoleArn": role}, pattern={"source": [source]})
    aws.put_event(SPOKE, source)
    answers = found(aws, bus, role)
    assert all(finding.needed for finding in answers.values())
    assert {finding.removal.kind for finding in answers.values()} == set(PolicyKind)


def test_a_trust_statement_s_condition_is_asked_again_too(aws: Aws) -> None:
    external = {"StringEquals": {"sts:ExternalId": "spot-failover"}}
    trust = {
        "Sid": "Hub",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
        "Condition": external,
    }
    role = aws.role(SPOKE, trust=trust)
    assert needed(aws, role) == {"trust: Hub": False}
    aws.assume(role, HUB, ExternalId="spot-failover")
    assert needed(aws, role) == {"trust: Hub": True}


def test_recorded_questions_get_the_recorded_answer_again(aws: Aws) -> None:
    """The evaluator of the tests and that of the sandbox agree, or nothing above would mean anything."""
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue))
    client = aws.client("sqs", aws.assume(role))
    client.send_message(QueueUrl=url, MessageBody="hello")
    with pytest.raises(ClientError):
        client.purge_queue(QueueUrl=url)
    policies = StoredPolicies.from_json(aws.control.policies())
    asked = [each for each in aws.control.decisions() if each.question.role == role]
    assert [each.decision for each in asked] == [Decision.ALLOW, Decision.IMPLICIT_DENY]
    assert [policies.answer(each.question) for each in asked] == [each.decision for each in asked]


def test_what_was_asked_before_the_policy_changed_proves_nothing(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow("sqs:SendMessage", queue, Sid="Send"))
    aws.client("sqs", aws.assume(role)).send_message(QueueUrl=url, MessageBody="hello")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [allow("sqs:PurgeQueue", queue, Sid="Purge")]}
    )
    iam = aws.client("iam", HUB)
    iam.put_role_policy(RoleName=role.rsplit("/", 1)[-1], PolicyName="inline", PolicyDocument=document)
    assert needed(aws, role)["identity: Purge"] is False
