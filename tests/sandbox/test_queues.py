"""Queues, topics and alarms among themselves."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator.sandbox import emulator
from simulator.sandbox.corrections import queue_locking
from simulator.sandbox.parts import Parts
from tests.sandbox.acting import HUB, Aws, allow, deny, document

TLS_ONLY = deny("sqs:*", "{arn}", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})


def topic_with(aws: Aws, *statements: dict[str, Any]) -> str:
    sns = aws.client("sns", HUB)
    topic = str(sns.create_topic(Name=aws.name("topic"))["TopicArn"])
    if statements:
        policy = json.dumps(document(*statements)).replace("{arn}", topic)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    return topic


def subscribed(aws: Aws, topic: str, *statements: dict[str, Any]) -> str:
    url, queue = aws.queue(HUB, *statements)
    raw = {"RawMessageDelivery": "true"}
    aws.client("sns", HUB).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw)
    return url


def test_a_queue_has_to_admit_the_topic(aws: Aws) -> None:
    topic = topic_with(aws)
    service = {"Service": "sns.amazonaws.com"}
    of_topic = {"ArnEquals": {"aws:SourceArn": topic}}
    of_another = {"ArnEquals": {"aws:SourceArn": f"{topic}-other"}}
    admitting = subscribed(
        aws, topic, allow("sqs:SendMessage", "{arn}", Principal=service, Condition=of_topic), TLS_ONLY
    )
    refusing = subscribed(
        aws, topic, allow("sqs:SendMessage", "{arn}", Principal=service, Condition=of_another)
    )
    aws.client("sns", HUB).publish(TopicArn=topic, Message="hello")
    assert [message["Body"] for message in aws.messages(HUB, admitting)] == ["hello"]
    assert aws.messages(HUB, refusing) == []


@pytest.mark.parametrize(
    ("service", "arrives"), [("cloudwatch.amazonaws.com", 1), ("events.amazonaws.com", 0)]
)
def test_a_topic_has_to_admit_the_alarm(aws: Aws, service: str, arrives: int) -> None:
    topic = topic_with(aws, allow("sns:Publish", "{arn}", Principal={"Service": service}))
    url = subscribed(
        aws, topic, allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"})
    )
    cloudwatch = aws.client("cloudwatch", HUB)
    name = aws.name("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert len(aws.messages(HUB, url)) == arrives


@pytest.mark.parametrize(
    ("permission", "moved"), [("allowAll", 1), ("denyAll", 0), ("byQueue", 1), ("others", 0)]
)
def test_a_dead_letter_queue_has_to_admit_the_source_queue(aws: Aws, permission: str, moved: int) -> None:
    dead_letters_url, dead_letters = aws.queue(HUB)
    redrive = {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 1}
    url, queue = aws.queue(HUB, RedrivePolicy=json.dumps(redrive), VisibilityTimeout="0")
    rule: dict[str, Any] = {"redrivePermission": permission}
    if permission in ("byQueue", "others"):
        source = queue if permission == "byQueue" else f"{queue}-other"
        rule = {"redrivePermission": "byQueue", "sourceQueueArns": [source]}
    sqs = aws.client("sqs", HUB)
    sqs.set_queue_attributes(QueueUrl=dead_letters_url, Attributes={"RedriveAllowPolicy": json.dumps(rule)})
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    sqs.receive_message(QueueUrl=url)
    sqs.receive_message(QueueUrl=url)
    assert len(aws.messages(HUB, dead_letters_url)) == moved


@pytest.fixture
def locked_sqs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return ministack's SQS in this process with locking installed, until the test's end."""
    sqs = emulator.module("services.sqs")
    for seam in queue_locking.SEAMS:
        monkeypatch.setattr(emulator.module(seam.module), seam.name, seam.original())
    monkeypatch.setattr(sqs, "_HANDLERS", dict(sqs._HANDLERS))
    queue_locking.install(cast("Parts", SimpleNamespace(emulator=SimpleNamespace(sqs=sqs))))
    return sqs


@pytest.mark.parametrize("action", ["SendMessage", "DeleteMessage", None])
def test_only_one_thread_at_a_time_changes_messages(locked_sqs: Any, action: str | None) -> None:
    done = threading.Event()

    def change() -> None:
        if action is None:
            locked_sqs._expire_retained({"messages": [], "attributes": {}})
        else:
            with pytest.raises(locked_sqs._Err, match="does not exist"):
                locked_sqs._HANDLERS[action]({"QueueUrl": "absent", "MessageBody": "hello"}, "")
        done.set()

    with locked_sqs._queues_lock:
        thread = threading.Thread(target=change)
        thread.start()
        assert not done.wait(0.1)
    assert done.wait(5)
    thread.join()
