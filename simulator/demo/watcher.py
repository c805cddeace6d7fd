"""Reads what happens: the hub's tables and alert channel with boto3, the world's log from the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from simulator.demo import channel
from simulator.demo.cast import EVIDENCE_TABLE, HUB, from_state_id, session
from simulator.demo.recording import Call, Forwarded, Recording, SpotEvent, State, Weather
from simulator.demo.together import Together
from simulator.sandbox import Sandbox
from simulator.world import Sample, ServiceKey
from spot_failover.adapters.ledger import said
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sqs.client import SQSClient

MESSAGES_PER_CALL: Final = 10

Document = Mapping[str, Any]


class Watcher:
    """Appends to a recording whatever is new; one thread, as often as it likes."""

    def __init__(self, sandbox: Sandbox, hub: Document, recording: Recording) -> None:
        self.recording = recording
        self._control = sandbox.control
        self._channel_url = str(hub["channel"])
        hub_session = session(HUB)
        tables = hub_session.resource("dynamodb", endpoint_url=sandbox.endpoint)
        self._state_table: Table = tables.Table(hub["state_table"])
        self._evidence_table: Table = tables.Table(EVIDENCE_TABLE)
        self._sqs: SQSClient = hub_session.client("sqs", endpoint_url=sandbox.endpoint)
        self._together = Together(recording)
        self._seen_evidence: set[tuple[str, str]] = set()
        self._seen_states: dict[ServiceKey, State] = {}
        self._next_sample = 0
        self._next_call = 0
        self._next_delivery = 0

    def poll(self) -> None:
        """Read everything that is new."""
        self._read_evidence()
        self._read_states()  # before the samples: they need the demand that is written down in them
        self._read_samples()
        self._read_calls()
        self._read_messages()

    def set_weather(self, region: str, capacity: int | None, size: str | None = None) -> None:
        """Change how many Spot tasks a region holds, all or those of one size."""
        now = datetime.now(UTC)
        self._control.weather(region, capacity, size=size)
        self.recording.weather.append(Weather(now, region, capacity, size))

    def state_items(self) -> list[dict[str, Any]]:
        """Return the state table, with its ledgers in plain."""
        return [{**item, "said": said(item)} if "said" in item else item for item in _scan(self._state_table)]

    def _read_states(self) -> None:
        for item in _scan(self._state_table):
            if "phase" not in item:
                continue
            state = _state(item)
            if self._seen_states.get(state.key) != state:
                self._seen_states[state.key] = state
                self.recording.states.append(state)

    def _read_evidence(self) -> None:
        for item in _scan(self._evidence_table):
            place = (item["id"], item["at"])
            if "kind" in item and place not in self._seen_evidence:  # the history lies there as well
                self._seen_evidence.add(place)
                self.recording.spot_events.append(_spot_event(item))

    def _read_samples(self) -> None:
        entries, self._next_sample = self._control.log(self._next_sample)
        for entry in entries:
            self._together.add(
                Sample(
                    at=datetime.fromisoformat(entry["at"]),
                    key=_key(entry),
                    spot_running=entry["spot_running"],
                    on_demand_running=entry["on_demand_running"],
                    serving=entry["serving"],
                    desired=entry["desired"],
                )
            )

    def _read_calls(self) -> None:
        calls, self._next_call = self._control.calls(self._next_call)
        for call in calls:
            self.recording.calls.extend(
                Call(
                    at=datetime.fromisoformat(call["at"]),
                    key=ServiceKey(call["account"], call["region"], call["cluster"], service),
                    action=call["action"],
                    principal=call["principal"],
                    error=call["error"],
                    desired=call["request"].get("desiredCount"),
                )
                for service in str(call["service"]).split(",")
            )
        deliveries, self._next_delivery = self._control.deliveries(self._next_delivery)
        self.recording.forwarded.extend(
            Forwarded(datetime.fromisoformat(delivery["at"]), delivery["event_id"])
            for delivery in deliveries
            if ":event-bus/" in delivery["target"]
        )

    def _read_messages(self) -> None:
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._channel_url, MaxNumberOfMessages=MESSAGES_PER_CALL, WaitTimeSeconds=0
            )
            received = answer.get("Messages", [])
            for message in received:
                self._sqs.delete_message(QueueUrl=self._channel_url, ReceiptHandle=message["ReceiptHandle"])
                self.recording.messages.append(channel.read(message["Body"], datetime.now(UTC)))
            if len(received) < MESSAGES_PER_CALL:
                return


def _scan(table: Table) -> Iterator[dict[str, Any]]:
    answer = table.scan(ConsistentRead=True)
    yield from answer["Items"]
    while "LastEvaluatedKey" in answer:
        answer = table.scan(ConsistentRead=True, ExclusiveStartKey=answer["LastEvaluatedKey"])
        yield from answer["Items"]


def _state(item: Document) -> State:
    hold = item.get("hold") or {}
    return State(
        key=from_state_id(item["id"]),
        phase=Phase(item["phase"]),
        since=datetime.fromisoformat(item["since"]),
        reason=item.get("reason", ""),
        hold=hold.get("reason", ""),
        last_error=item.get("last_error", ""),
        scheduled=bool(item.get("scheduled")),
        demand=None if item.get("demand") is None else int(item["demand"]),
        holds="held" in item or "scaling" in item,
        claimed=item.get("claimed", ""),
    )


def _spot_event(item: Document) -> SpotEvent:
    return SpotEvent(
        key=from_state_id(item["id"]),
        kind=EvidenceKind(item["kind"]),
        event_id=item["event_id"],
        task=item.get("task_arn", ""),
        reason=item.get("reason", ""),
        drill=bool(item.get("drill")),
    )


def _key(document: Document) -> ServiceKey:
    return ServiceKey(document["account"], document["region"], document["cluster"], document["service"])
