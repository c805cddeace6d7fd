"""Loopback counts as TLS, unless a request says that it should not."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.evaluation import Kind
from tests.sandbox.acting import HUB, Aws, allow, deny

TLS_ONLY = deny("sqs:*", "{arn}", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})


def _mark(request: Any, **_: Any) -> None:
    request.headers["x-sandbox-plaintext"] = "true"


@pytest.fixture
def plaintext_client(aws: Aws) -> Any:
    """Return a client that may do everything with queues, and whose requests count as sent without TLS."""
    client = aws.client("sqs", aws.assume(aws.role(HUB, allow("sqs:*"))))
    client.meta.events.register("before-send.sqs", _mark)
    return client


def test_a_tls_only_queue_takes_messages_over_loopback(aws: Aws) -> None:
    url, _ = aws.queue(HUB, TLS_ONLY)
    worker = aws.client("sqs", aws.assume(aws.role(HUB, allow("sqs:*"))))
    worker.send_message(QueueUrl=url, MessageBody="hello")
    assert [message["Body"] for message in aws.messages(HUB, url)] == ["hello"]


def test_a_tls_only_queue_refuses_a_request_that_counts_as_plain(aws: Aws, plaintext_client: Any) -> None:
    url, arn = aws.queue(HUB, TLS_ONLY)
    with pytest.raises(ClientError, match="AccessDenied"):
        plaintext_client.send_message(QueueUrl=url, MessageBody="hello")
    denied = [each.question for each in aws.control.denials() if each.question.resource == arn]
    assert [(each.kind, each.context["aws:securetransport"]) for each in denied] == [(Kind.REQUEST, "false")]


def test_a_queue_without_that_policy_takes_it(aws: Aws, plaintext_client: Any) -> None:
    url, _ = aws.queue(HUB)
    assert plaintext_client.send_message(QueueUrl=url, MessageBody="hello")["MessageId"]


def test_the_sandbox_listens_on_loopback_only(aws: Aws) -> None:
    assert aws.sandbox.endpoint.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{aws.sandbox.endpoint}/_sandbox/status") as answer:
        port = json.load(answer)["port"]
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert [where for where in listening if where.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
