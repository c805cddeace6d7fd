"""Queues, topics and alarms among themselves."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

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
    admitting = subscribed(aws, topic, allow("sqs:SendMessage", "{arn}", Principal=service, Condition=of_topic), TLS_ONLY)
    refusing = subscribed(aws, topic, allow("sqs:SendMessage", "{arn}", Principal=service, Condition=of_another))
    aws.client("sns", HUB).publish(TopicArn=topic, Message="hello")
    assert [message["Body"] for message in aws.messages(HUB, admitting)] == ["hello"]
    assert aws.messages(HUB, refusing) == []


@pytest.mark.parametrize(("service", "arrives"), [("cloudwatch.amazonaws.com", 1), ("events.amazonaws.com", 0)])
def test_a_topic_has_to_admit_the_alarm(aws: Aws, service: str, arrives: int) -> None:
    topic = topic_with(aws, allow("sns:Publish", "{arn}", Principal={"Service": service}))
    url = subscribed(aws, topic, allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"}))
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


@pytest.mark.parametrize(("permission", "moved"), [("allowAll", 1), ("denyAll", 0), ("byQueue", 1), ("others", 0)])
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


def test_no_message_is_lost_between_senders_and_pollers(aws: Aws) -> None:
    url, _ = aws.queue(HUB)
    sqs = aws.client("sqs", HUB)
    senders, each = 4, 50

    def send(sender: int) -> None:
        for number in range(each):
            sqs.send_message(QueueUrl=url, MessageBody=f"{sender}-{number}")

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(senders)]
    for thread in threads:
        thread.start()
    received: set[str] = set()
    while any(thread.is_alive() for thread in threads) or len(received) < senders * each:
        before = len(received)
        received |= {message["Body"] for message in aws.messages(HUB, url)}
        if len(received) == before and not any(thread.is_alive() for thread in threads):
            break
    assert len(received) == senders * each
