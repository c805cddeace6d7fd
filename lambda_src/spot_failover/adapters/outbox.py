"""Where messages go: the hub's bus as audit events, the history, and the topic that tells people."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import translated
from spot_failover.domain.errors import SpotFailoverError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.metric import Metric
from spot_failover.domain.record import Message

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef


logger = logging.getLogger(__name__)

SOURCE = "spot-failover"
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
_ENTRIES_PER_CALL = 10
_SERVICE = ("account", "region", "cluster", "service")
_DENIED = "Look at the work function's role and at the policy of the bus."
# What waits with a record must leave room in its item; what is older than so many messages is history anyway.
_KEPT: Final = 50


class Metrics(Protocol):
    """Where messages that were not taken are counted."""

    def count(self, name: Metric, value: float = 1) -> None:
        """Add to a counter."""


class Channel(Protocol):
    """One of the places; `name` is what a message remembers it by."""

    @property
    def name(self) -> str:
        """Return its name, which never changes."""

    def takes(self, message: Message) -> bool:
        """Whether a message belongs there."""

    def deliver(self, messages: Sequence[Message]) -> Mapping[str, str]:
        """Send messages; return the ids of those that were not taken, each with AWS's reason.

        Raises
        ------
        SpotFailoverError
            Where it cannot be told what was taken.

        """


@dataclass(frozen=True, slots=True)
class Channels:
    """The port `Outbox`: each channel for itself, so that none is kept from the others' messages."""

    channels: Sequence[Channel]
    metrics: Metrics

    def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        sent = messages
        for channel in self.channels:
            taken = self._taken(channel, [message for message in sent if _is_due(channel, message)])
            sent = [
                replace(message, delivered=message.delivered | {channel.name})
                if message.id in taken
                else message
                for message in sent
            ]
        left = [message for message in sent if any(_is_due(channel, message) for channel in self.channels)]
        if dropped := left[:-_KEPT]:
            logger.error("%s messages are given up, the oldest of %s.", len(dropped), dropped[0].time)
        return tuple(left[-_KEPT:])

    def _taken(self, channel: Channel, due: Sequence[Message]) -> frozenset[str]:
        if not due:
            return frozenset()
        try:
            missed = channel.deliver(due)
        except SpotFailoverError as fault:
            return self._missed(channel, len(due), str(fault))
        except Exception:
            # Not even an error of our own in what is said may keep anyone from looking after a service.
            logger.exception("The messages for the %s cannot be written. Report it.", channel.name)
            return self._missed(channel, len(due), "An error that nobody foresaw.")
        if missed:
            self._missed(channel, len(missed), "; ".join(sorted(set(missed.values()))))
        return frozenset(message.id for message in due) - missed.keys()

    def _missed(self, channel: Channel, count: int, reason: str) -> frozenset[str]:
        self.metrics.count(Metric.UNDELIVERED_MESSAGES, count)
        logger.error("The %s did not take %s messages. %s", channel.name, count, reason)
        return frozenset()


def _is_due(channel: Channel, message: Message) -> bool:
    return channel.name not in message.delivered and channel.takes(message)


@dataclass(frozen=True, slots=True)
class EventBridgeBus:
    """The hub's own bus: all messages, as audit events."""

    client: EventBridgeClient
    event_bus_arn: str
    partition: str

    name = "bus"

    def takes(self, message: Message) -> bool:  # noqa: ARG002 - the bus takes them all
        return True

    def deliver(self, messages: Sequence[Message]) -> Mapping[str, str]:
        missed: dict[str, str] = {}
        for batch in batches(messages, _ENTRIES_PER_CALL):
            with translated("events:PutEvents", f"bus {self.event_bus_arn}", denied=_DENIED):
                answer = self.client.put_events(Entries=[self._entry(message) for message in batch])
            missed |= {
                message.id: f"AWS says {entry['ErrorCode']}: {entry.get('ErrorMessage', 'no message')}"
                for message, entry in zip(batch, answer["Entries"], strict=True)
                if "ErrorCode" in entry
            }
        return missed

    def _entry(self, message: Message) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self.event_bus_arn,
            "Source": SOURCE,
            "DetailType": message.detail_type,
            "Time": message.time,
            "Resources": resources(message, self.partition),
            "Detail": json.dumps({"id": message.id, **message.detail}),
        }


def service_of(message: Message) -> ServiceId | None:
    """Return which service a message is about; None for an account and region, or the fleet."""
    names = [message.detail.get(name) for name in _SERVICE]
    return ServiceId(*map(str, names)) if all(names) else None


def resources(message: Message, partition: str) -> list[str]:
    """Return the ARN of the service that a message is about, if it is."""
    service = service_of(message)
    return [service.arn(partition)] if service else []
