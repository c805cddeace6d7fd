"""Audit events, put on the hub's own bus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import translated
from spot_failover.domain.errors import UnreachableError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Message

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "spot-failover"
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
_ENTRIES_PER_CALL = 10
_SERVICE = ("account", "region", "cluster", "service")
_DENIED = "Look at the work function's role and at the policy of the bus."


@dataclass(frozen=True, slots=True)
class EventBridgeOutbox:
    """The port `Outbox`."""

    client: EventBridgeClient
    event_bus_arn: str
    partition: str

    def send(self, messages: Sequence[Message]) -> None:
        for batch in batches(messages, _ENTRIES_PER_CALL):
            with translated("events:PutEvents", f"bus {self.event_bus_arn}", denied=_DENIED):
                answer = self.client.put_events(Entries=[self._entry(message) for message in batch])
            if answer["FailedEntryCount"]:
                reasons = {
                    f"{entry['ErrorCode']}: {entry.get('ErrorMessage', 'no message')}"
                    for entry in answer["Entries"]
                    if "ErrorCode" in entry
                }
                raise UnreachableError(
                    f"Bus {self.event_bus_arn} did not take {answer['FailedEntryCount']} of {len(batch)} "
                    f"audit events; all are sent again later. AWS says {'; '.join(sorted(reasons))}"
                )

    def _entry(self, message: Message) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self.event_bus_arn,
            "Source": SOURCE,
            "DetailType": message.detail_type,
            "Time": message.time,
            "Resources": self._resources(message),
            "Detail": json.dumps({"id": message.id, **message.detail}),
        }

    def _resources(self, message: Message) -> list[str]:
        if not all(name in message.detail for name in _SERVICE):
            return []
        return [ServiceId(*(message.detail[name] for name in _SERVICE)).arn(self.partition)]
