"""Publishing to topics as a role does, and who is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.acting import HUB, Aws, allow, document


@pytest.fixture(scope="module")
def key(aws: Aws) -> str:
    kms = aws.client("kms", HUB)
    root = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{HUB}:root"})
    made = str(kms.create_key(Policy=json.dumps(document(root)))["KeyMetadata"]["Arn"])
    kms.create_alias(AliasName="alias/ours", TargetKeyId=made)
    return made


@pytest.fixture(scope="module")
def topic(aws: Aws, key: str) -> str:
    sns = aws.client("sns", HUB)
    return str(sns.create_topic(Name=aws.name("topic"), Attributes={"KmsMasterKeyId": key})["TopicArn"])


def publishing(aws: Aws, topic: str, *statements: dict[str, Any]) -> str:
    """Publish a batch as a role with the given statements; returns the error's code."""
    sns = aws.client("sns", aws.assume(aws.role(HUB, *statements)))
    try:
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "hello"}])
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_a_batch_needs_the_permission_of_a_single_message(aws: Aws) -> None:
    plain = str(aws.client("sns", HUB).create_topic(Name=aws.name("topic"))["TopicArn"])

    assert publishing(aws, plain, allow("sqs:SendMessage")) == "AuthorizationError"
    assert publishing(aws, plain, allow("sns:Publish", plain)) == ""


def test_who_publishes_to_an_encrypted_topic_needs_its_key(aws: Aws, topic: str, key: str) -> None:
    publish = allow("sns:Publish", topic)

    assert publishing(aws, topic, publish) == "KMSAccessDenied"
    assert publishing(aws, topic, publish, allow("kms:GenerateDataKey", key)) == "KMSAccessDenied"
    assert publishing(aws, topic, publish, allow("kms:Decrypt", key)) == "KMSAccessDenied"
    assert publishing(aws, topic, publish, allow(["kms:GenerateDataKey", "kms:Decrypt"], key)) == ""


def test_a_key_may_be_meant_by_its_alias(aws: Aws, topic: str) -> None:
    publish = allow("sns:Publish", topic)

    assert publishing(aws, topic, publish, use_of("alias/ours")) == ""
    assert publishing(aws, topic, publish, use_of("alias/theirs")) == "KMSAccessDenied"


def use_of(alias: str) -> dict[str, Any]:
    named = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    return allow(["kms:GenerateDataKey", "kms:Decrypt"], Condition=named)


def test_each_subscriber_gets_its_protocols_text_if_its_filter_lets_it_through(aws: Aws) -> None:
    sns = aws.client("sns", HUB)
    topic = str(sns.create_topic(Name=aws.name("topic"))["TopicArn"])
    admitting = allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"})
    queues = {}
    filters: dict[str, dict[str, list[str]]] = {
        "all": {},
        "team": {"owner": ["checkout"], "severity": ["warning", "critical"]},
        "other": {"owner": ["search"]},
    }
    for name, policy in filters.items():
        url, arn = aws.queue(HUB, admitting)
        how = {"RawMessageDelivery": "true", **({"FilterPolicy": json.dumps(policy)} if policy else {})}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=how)
        queues[name] = url
    told = {"default": "for chat", "email": "for mail", "sqs": "for queues"}
    said = {"owner": "checkout", "severity": "warning"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}

    sns.publish_batch(
        TopicArn=topic,
        PublishBatchRequestEntries=[
            {
                "Id": "1",
                "Message": json.dumps(told),
                "MessageStructure": "json",
                "Subject": "Warning: web",
                "MessageAttributes": attributes,
            }
        ],
    )

    sqs = aws.client("sqs", HUB)
    got = {
        name: [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", [])]
        for name, url in queues.items()
    }
    assert got == {"all": ["for queues"], "team": ["for queues"], "other": []}
