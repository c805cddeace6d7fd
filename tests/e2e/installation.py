"""The installation under test: a sandbox, what Terraform applied to it, and the eyes and hands of tests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config

from simulator.sandbox import Control, Sandbox
from spot_failover.adapters.ledger import DynamoLedgers
from spot_failover.adapters.tables import Table
from spot_failover.domain.identity import Location
from spot_failover.domain.ledger import Ledger
from tests.e2e.places import CLUSTER, FORWARDING_QUEUE, HUB, HUB_BUS, SPOKE_ROLE, TOPIC, Place

Seen = TypeVar("Seen")
Item = dict[str, Any]

STATE_TABLE: Final = "ecs_cp_restore_state"
EVIDENCE_TABLE: Final = "spot-failover-evidence"
WORK_QUEUE: Final = "spot-failover-work.fifo"
HUB_QUEUES: Final = (
    "fargate-spot-placement-failure-queue",
    "fargate-spot-interruption-queue",
    "spot-failover-control-queue",
    WORK_QUEUE,
)
HUB_DEAD_LETTER_QUEUES: Final = (
    "fargate-spot-placement-failure-queue-dlq",
    "fargate-spot-interruption-queue-dlq",
    "spot-failover-control-queue-dlq",
    "spot-failover-work-dlq.fifo",
)
ALERT_QUEUE: Final = "test-alerts"
AUDIT_QUEUE: Final = "test-audits"
TEAM_QUEUE: Final = "test-team"
# Who hears of its own services only, and only of what is worth getting up for.
TEAM: Final = "team-shop"
TICK_SECONDS: Final = 1.0
_ONCE: Final = Config(retries={"total_max_attempts": 1})
_read = TypeDeserializer().deserialize


@dataclass(slots=True)
class Installation:
    """One sandbox with a hub and its spokes; times in seconds are real ones."""

    sandbox: Sandbox
    hub_outputs: Mapping[str, Any] = field(default_factory=dict)
    _clients: dict[tuple[str, Place], Any] = field(default_factory=dict)
    _received: dict[str, list[Item]] = field(default_factory=dict)

    @property
    def control(self) -> Control:
        """Looks into the sandbox and changes its weather."""
        return self.sandbox.control

    def client(self, service: str, place: Place) -> Any:
        """Return a client that acts as the account's root user."""
        if (service, place) not in self._clients:
            self._clients[service, place] = new_client(self.sandbox, service, place)
        return self._clients[service, place]

    # --- waiting ---

    def until(
        self,
        look: Callable[[], Seen],
        holds: Callable[[Seen], object] = bool,
        *,
        what: str,
        seconds: float = 60,
        ticking: bool = True,
    ) -> Seen:
        """Look again and again until it holds; fail with what was awaited and what was seen last.

        `ticking` sends the hub a tick a second meanwhile: here a minute is a second.
        """
        started = time.monotonic()
        ticked = started
        while True:
            seen = look()
            if holds(seen):
                return seen
            now = time.monotonic()
            if now - started > seconds:
                raise AssertionError(
                    f"Waited {seconds:g} s in vain for {what}. Last seen: {seen!r}. "
                    f"The functions complained of: {self.complaints()[-3:]}"
                )
            if ticking and now - ticked >= TICK_SECONDS:
                ticked = now
                self.control.tick()
            time.sleep(0.1)

    def quiet(self) -> None:
        """Wait until every message of the hub's queues has been worked on."""
        self.until(
            lambda: {name: n for name in HUB_QUEUES if (n := self.waiting(HUB, name))},
            lambda waiting: not waiting,
            what="the hub's queues to be empty",
            ticking=False,
        )

    # --- what the hub knows ---

    def item(self, key: str) -> Item:
        """Return an item of the state table; empty where there is none."""
        found = self.client("dynamodb", HUB).get_item(TableName=STATE_TABLE, Key={"id": {"S": key}})
        return _plain(found.get("Item", {}))

    def spoke(self, place: Place) -> Item:
        """Return what the hub knows of a spoke; empty: nothing."""
        return self.item(f"spoke::{place.key}")

    def ledger(self, place: Place) -> Ledger | None:
        """Return what the hub counted in an account and region."""
        table = Table(self.client("dynamodb", HUB), STATE_TABLE)
        return DynamoLedgers(table).load(Location.from_key(place.key))

    def evidence(self, key: str) -> list[Item]:
        """Return the evidence about a service."""
        found = self.client("dynamodb", HUB).query(
            TableName=EVIDENCE_TABLE,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": key}},
        )
        return [_plain(item) for item in found["Items"]]

    def metric(self, name: str) -> int:
        """Return the sum of a metric of the hub so far."""
        return int(sum(each["sum"] for each in self.control.metrics() if each["name"] == name))

    def complaints(self) -> list[str]:
        """Return the warnings and errors that the functions logged."""
        logs, told = self.client("logs", HUB), []
        for function in ("console", "observe", "work"):
            group = f"/aws/lambda/spot-failover-{function}"
            for event in logs.filter_log_events(logGroupName=group, limit=10_000).get("events", []):
                line = _json(event["message"])
                if line.get("level") in ("WARNING", "ERROR", "CRITICAL"):
                    told.append(f"{function}: {line.get('message')}")
        return told

    # --- queues ---

    def waiting(self, place: Place, queue: str) -> int:
        """Return how many messages a queue holds, those in flight included."""
        sqs = self.client("sqs", place)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        return sum(
            int(value)
            for value in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
        )

    def take(self, place: Place, queue: str) -> list[Item]:
        """Receive and delete all messages of a queue."""
        sqs = self.client("sqs", place)
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        taken: list[Item] = []
        while True:
            batch = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
            ).get("Messages", [])
            if not batch:
                return taken
            for message in batch:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            taken += batch

    def dead_letters(self, *spokes: Place) -> dict[str, int]:
        """Return every dead-letter queue of the hub and these spokes that is not empty."""
        queues = [(HUB, name) for name in HUB_DEAD_LETTER_QUEUES]
        queues += [(place, FORWARDING_QUEUE) for place in spokes]
        return {
            f"{place.name} {name}": found for place, name in queues if (found := self.waiting(place, name))
        }

    # --- what the hub says ---

    def subscribe(self) -> None:
        """Let queues of the tests' own hear of audit events on the hub's bus, and of what the topic sends."""
        events = self.client("events", HUB)
        pattern = json.dumps({"source": ["spot-failover"]})
        bus = HUB_BUS.rpartition("/")[2]
        events.put_rule(Name=AUDIT_QUEUE, EventBusName=bus, EventPattern=pattern)
        heard = self._queue(AUDIT_QUEUE, "events.amazonaws.com")
        events.put_targets(Rule=AUDIT_QUEUE, EventBusName=bus, Targets=[{"Id": "queue", "Arn": heard}])
        self._subscribe(ALERT_QUEUE)
        self._subscribe(TEAM_QUEUE, owner=[TEAM], severity=["warning", "critical"])

    def audit(self, detail_type: str, **detail: str) -> list[Item]:
        """Return the audit events of a type whose detail says all this."""
        return [
            event
            for event in self._audits()
            if event["detail-type"] == detail_type and detail.items() <= event["detail"].items()
        ]

    def audits(self, key: str) -> list[Item]:
        """Return the audit events about a service, of every type."""
        return [event for event in self._audits() if event["detail"].get("service_id") == key]

    def told(self, key: str, queue: str = ALERT_QUEUE) -> list[Item]:
        """Return what a channel, or a team, was told of a service."""
        return [
            alert
            for alert in self._alerts(queue)
            if alert.get("metadata", {}).get("additionalContext", {}).get("service_id") == key
        ]

    def alarms(self, name: str) -> list[Item]:
        """Return the notifications of an alarm."""
        return [alert for alert in self._alerts(ALERT_QUEUE) if alert.get("AlarmName") == name]

    def _audits(self) -> list[Item]:
        return self._alerts(AUDIT_QUEUE)

    def _alerts(self, queue: str) -> list[Item]:
        received = self._received.setdefault(queue, [])
        received += [_json(message["Body"]) for message in self.take(HUB, queue)]
        return received

    def _subscribe(self, queue: str, **filters: list[str]) -> None:
        how = {"RawMessageDelivery": "true", **({"FilterPolicy": json.dumps(filters)} if filters else {})}
        arn = self._queue(queue, "sns.amazonaws.com")
        self.client("sns", HUB).subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn, Attributes=how)

    def _queue(self, name: str, service: str) -> str:
        """Make a queue that takes what a service of AWS sends; return its ARN."""
        arn = HUB.arn("sqs", name)
        admits = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [admits]})
        self.client("sqs", HUB).create_queue(QueueName=name, Attributes={"Policy": policy})
        return arn

    # --- calls ---

    def hub_calls(self, place: Place, action: str, service: str, since: int = 0) -> list[Item]:
        """Return ECS calls that the hub made for one service alone, from an index of the calls on."""
        calls, _ = self.control.calls(since)
        return [
            call
            for call in calls
            if call["principal"].endswith(f":role/{SPOKE_ROLE}")
            and (call["account"], call["region"]) == (place.account, place.region)
            and (call["action"], call["cluster"], call["service"]) == (action, CLUSTER, service)
        ]


def new_client(sandbox: Sandbox, service: str, place: Place) -> Any:
    """Return a client that acts as the account's root user and sends each request once."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=place.region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=place.account,
        aws_secret_access_key="sandbox",
        config=_ONCE,
    )


def _plain(item: Mapping[str, Any]) -> Item:
    return {name: _read(value) for name, value in item.items()}


def _json(text: str) -> Item:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
