"""The alert topic: notifications for chat, mails, and what subscriptions filter by."""

import json
from dataclasses import replace
from typing import Any

import pytest

from spot_failover.adapters.topic import SnsTopic, mail, notification, subject
from spot_failover.domain.errors import AccessDeniedError
from spot_failover.domain.record import Message
from tests.contract.examples import HERE, NOW, WEB, audit_event
from tests.contract.hub import Hub
from tests.contract.wire import Answer, Answers, refusal_of_query

INCIDENT = f"{WEB.key}@2026-03-02T09:00:00+00:00"
SERVED = Message(
    "message-1",
    "Service On Demand",
    NOW,
    {
        "service_id": WEB.key,
        "account": WEB.account,
        "region": WEB.region,
        "cluster": WEB.cluster,
        "service": WEB.service,
        "summary": "web in shop runs on demand",
        "severity": "info",
        "reason": "All 4 tasks run on demand.",
        "next_step": "Spot is tried again at 09:30:00 UTC.",
        "phase": "on_demand",
        "previous_phase": "failing_over",
        "owner": "checkout team",
        "incident": INCIDENT,
        "desired": 0,
        "running": 0,
        "demand": 4,
        "standby_desired": 4,
        "standby_running": 4,
        "seconds": {"since_event": 95, "in_previous_phase": 91, "since_failover": 1200},
    },
)
SILENT = Message(
    "message-2",
    "Spoke Silent",
    NOW,
    {"account": HERE.account, "region": HERE.region, "severity": "critical", "reason": "Nothing is heard."},
)


@pytest.fixture
def topic(hub: Hub) -> SnsTopic:
    return SnsTopic(lambda: hub.aws.sns, hub.topic_arn, "aws")


def subscribed(hub: Hub, **filters: list[str]) -> str:
    """Subscribe a queue to the topic, and return its address."""
    name = f"team-{hub.number}-{len(filters)}"
    url: str = hub.aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    hub.aws.sns.subscribe(
        TopicArn=hub.topic_arn,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:eu-west-1:123456789012:{name}",
        Attributes={
            "RawMessageDelivery": "true",
            **({"FilterPolicy": json.dumps(filters)} if filters else {}),
        },
    )
    return url


def received(hub: Hub, url: str) -> list[dict[str, Any]]:
    found = hub.aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def test_a_chat_gets_a_notification_that_says_what_why_and_what_next() -> None:
    assert notification(SERVED, "aws") == {
        "version": "1.0",
        "source": "custom",
        "id": "message-1",
        "content": {
            "textType": "client-markdown",
            "title": "web in shop runs on demand",
            "description": (
                "All 4 tasks run on demand.\n"
                "*Tasks:* 0 of 0 run, 4 of 4 in the standby; 4 are wanted\n"
                "*Time:* 95 s after the event behind it; 91 s in phase failing_over; "
                "1,200 s since Spot failed it\n"
                "*Owner:* checkout team\n"
                "*Service:* shop/web in 222233334444, eu-central-1"
            ),
            "nextSteps": ["Spot is tried again at 09:30:00 UTC."],
            "keywords": [
                "Service On Demand",
                "222233334444",
                "eu-central-1",
                "shop",
                "web",
                "checkout team",
                "info",
            ],
        },
        "metadata": {
            "threadId": "c5c95e863ed5460299111c3c472ba2f955d7e30ac97e75789b22a08c90f8edfc",
            "summary": "web in shop runs on demand",
            "eventType": "Service On Demand",
            "relatedResources": [WEB.arn("aws")],
            "additionalContext": {
                name: str(SERVED.detail[name]) for name in SERVED.detail if name != "seconds"
            },
        },
    }


def test_messages_of_one_incident_are_in_one_thread_and_of_two_in_two() -> None:
    of_incident = [replace(SERVED, id="1"), replace(SERVED, id="2", detail_type="Service Restored")]
    other = replace(SERVED, detail={**SERVED.detail, "incident": f"{WEB.key}@2026-03-03T09:00:00+00:00"})

    threads = [notification(message, "aws")["metadata"]["threadId"] for message in (*of_incident, other)]

    assert threads[0] == threads[1] != threads[2]


def test_a_mail_reads_well() -> None:
    assert mail(SERVED) == (
        "web in shop runs on demand\n"
        "\n"
        "All 4 tasks run on demand.\n"
        "\n"
        "Tasks: 0 of 0 run, 4 of 4 in the standby; 4 are wanted\n"
        "Time: 95 s after the event behind it; 91 s in phase failing_over; 1,200 s since Spot failed it\n"
        "Owner: checkout team\n"
        "Service: shop/web in 222233334444, eu-central-1\n"
        "\n"
        "Next: Spot is tried again at 09:30:00 UTC.\n"
        "\n"
        "Service On Demand at 2026-03-02 09:14:05 UTC (message-1)"
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (SERVED, "Info: web in shop runs on demand"),
        (SILENT, "Critical: Spoke Silent"),
        (audit_event(), "Info: Service Failing Over"),
        (replace(SILENT, detail={"summary": "wäb\nis → gone"}), "Info: w?b?is ? gone"),
        (replace(SILENT, detail={"summary": "x" * 200}), f"Info: {'x' * 93}"),
    ],
)
def test_a_subject_is_one_short_line_of_ascii(message: Message, said: str) -> None:
    assert subject(message) == said


def test_what_others_wrote_mentions_nobody_in_a_chat() -> None:
    written = {"reason": "<!channel> & <https://example.com|look>", "owner": "<!here>"}
    loud = replace(SERVED, detail={**SERVED.detail, **written})

    content = notification(loud, "aws")["content"]

    assert content["description"].startswith("&lt;!channel&gt; &amp; &lt;https://example.com|look&gt;\n")
    assert "<" not in json.dumps(content)


def test_a_reason_that_never_ends_is_cut() -> None:
    endless = replace(SERVED, detail={**SERVED.detail, "reason": "x" * 300_000})

    assert len(mail(endless)) < 3000
    assert len(notification(endless, "aws")["content"]["description"]) < 3000
    assert len(json.dumps(notification(endless, "aws"))) < 8000


def test_a_message_reaches_those_who_filter_for_it(topic: SnsTopic, hub: Hub) -> None:
    everyone = subscribed(hub)
    team = subscribed(hub, owner=["checkout team"])
    pager = subscribed(hub, severity=["critical"], region=[HERE.region])

    assert topic.deliver([SERVED, SILENT]) == {}

    assert [[got["id"] for got in received(hub, url)] for url in (everyone, team, pager)] == [
        ["message-1", "message-2"],
        ["message-1"],
        ["message-2"],
    ]


def test_a_queue_gets_what_the_chat_gets(topic: SnsTopic, hub: Hub) -> None:
    url = subscribed(hub)

    topic.deliver([SERVED])

    assert received(hub, url) == [notification(SERVED, "aws")]


def test_each_protocol_has_its_own_text_and_empty_attributes_are_left_out(topic: SnsTopic, hub: Hub) -> None:
    unowned = replace(SERVED, detail={**SERVED.detail, "owner": ""})

    topic.deliver([unowned])

    [request] = hub.requests
    [entry] = request.parameters["PublishBatchRequestEntries"]
    texts = json.loads(entry["Message"])
    assert entry["MessageStructure"] == "json"
    assert sorted(texts) == ["default", "email"]
    assert texts["email"] == mail(unowned)
    assert entry["Subject"] == "Info: web in shop runs on demand"
    assert {name: value["StringValue"] for name, value in entry["MessageAttributes"].items()} == {
        "account": WEB.account,
        "region": WEB.region,
        "cluster": WEB.cluster,
        "service": WEB.service,
        "severity": "info",
    }


def test_many_messages_are_sent_ten_to_a_call(topic: SnsTopic, hub: Hub) -> None:
    topic.deliver([replace(SERVED, id=f"message-{number}") for number in range(12)])

    assert [len(request.parameters["PublishBatchRequestEntries"]) for request in hub.requests] == [10, 2]


def test_what_is_only_kept_is_told_to_nobody(topic: SnsTopic) -> None:
    assert not topic.takes(replace(SERVED, detail={**SERVED.detail, "severity": "audit"}))
    assert topic.takes(SERVED)
    assert topic.takes(audit_event())  # of a hub of an older version


def test_one_message_that_the_topic_did_not_take_is_named(topic: SnsTopic, answers: Answers) -> None:
    failed = "<member><Id>1</Id><Code>InternalError</Code><Message>Later.</Message></member>"
    taken = "<member><Id>0</Id><MessageId>1</MessageId></member>"
    result = f"<Successful>{taken}</Successful><Failed>{failed}</Failed>"
    answers(
        "sns.PublishBatch",
        Answer(
            f"<PublishBatchResponse><PublishBatchResult>{result}</PublishBatchResult></PublishBatchResponse>"
        ),
    )

    assert topic.deliver([SERVED, SILENT]) == {"message-2": "AWS says InternalError: Later."}


def test_a_topic_that_lets_nobody_in_is_a_fault_that_says_where_to_look(
    topic: SnsTopic, answers: Answers
) -> None:
    answers("sns.PublishBatch", refusal_of_query("AuthorizationError", "No."))

    with pytest.raises(AccessDeniedError, match="at the policy of the topic and at that of its key"):
        topic.deliver([SERVED])
