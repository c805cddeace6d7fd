"""One's own ECS events as JSON lines: EventBridge's envelopes, as a log group or a bucket gives them back.

    {"version":"0","id":"…","detail-type":"ECS Service Action","source":"aws.ecs","account":"222233334444",…}

What is read of them is what the hub's own parser makes of them, and the end of every other Spot task. Objects
may follow each other on a line, as Firehose writes them. docs/backtest.md says how to make such a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from simulator.backtest.weather.errors import WeatherFileError
from simulator.world import ServiceKey
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import ServiceId
from spot_failover.events import task_state_change
from spot_failover.events.claim import Claim, accept
from spot_failover.events.envelope import DetailType, Envelope, Source, read_envelope
from spot_failover.events.errors import EventError, MalformedEventError
from spot_failover.events.fields import moment
from spot_failover.events.model import EvidenceSignal
from spot_failover.events.parser import parse

_NOBODY: Final = "000000000000"  # no account is the hub: nobody's drill counts
_DECODER: Final = json.JSONDecoder()


class Sign(StrEnum):
    """What an event says about Spot."""

    STARTED = "started"
    LOST = "lost"  # taken back by a notice
    ENDED = "ended"  # for any other reason
    REFUSED = "refused"  # no capacity for a task


@dataclass(frozen=True, slots=True)
class Seen:
    """One sign. `created_at` is when a task that started was asked for, which its capacity is later than."""

    at: datetime
    sign: Sign
    service: ServiceKey
    task: str
    created_at: datetime


@dataclass(slots=True)
class Looks:
    """What a service's tasks look like, as far as their events tell; else the smallest there is."""

    cpu: str = "256"
    memory: str = "512"
    architecture: str = "X86_64"
    load_balancer: bool = False


@dataclass(slots=True)
class OwnEvents:
    """A file's events: signs in the order of time, how many lines said nothing, and the services seen."""

    name: str
    seen: list[Seen] = field(default_factory=list)
    looks: dict[ServiceKey, Looks] = field(default_factory=dict)
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None


def read(path: Path) -> OwnEvents:
    """Return the events of a file; raises WeatherFileError."""
    try:
        with path.open(encoding="utf-8") as lines:
            return parse_lines(lines, path)
    except (OSError, UnicodeDecodeError) as error:
        raise WeatherFileError(path, None, f"cannot be read as UTF-8 text: {error}.") from error


def parse_lines(lines: Iterable[str], name: Path | str) -> OwnEvents:
    """Return the events in these lines; raises WeatherFileError with the number of the bad line."""
    own = OwnEvents(Path(name).stem)
    for number, line in enumerate(lines, start=1):
        for raw in _objects(line, name, number):
            try:
                _take(own, raw)
            except MalformedEventError as error:
                raise WeatherFileError(
                    name, number, f"{error} Give EventBridge's envelopes whole."
                ) from error
            except EventError:
                continue  # whose service cannot be told, or who may not say so, says nothing
    if own.first is None:
        raise WeatherFileError(name, None, "has no event; give one EventBridge envelope a line.")
    own.seen = _first_sights(own.seen)
    return own


def _first_sights(seen: Iterable[Seen]) -> list[Seen]:
    """Return each sign once, in the order of time: a stop is told up to four times, a loss ends its task."""
    known: set[tuple[str, Sign]] = set()
    kept = []
    for each in sorted(seen, key=lambda each: each.at):
        sign = Sign.ENDED if each.sign is Sign.LOST else each.sign
        if (each.task, sign) not in known:
            known.add((each.task, sign))
            kept.append(each)
    return kept


def _objects(line: str, name: Path | str, number: int) -> Iterator[dict[str, Any]]:
    rest = line.strip()
    while rest:
        try:
            value, end = _DECODER.raw_decode(rest)
        except (ValueError, RecursionError) as error:
            raise WeatherFileError(name, number, f"is not JSON: {error}. Give one event a line.") from error
        if not isinstance(value, dict):
            raise WeatherFileError(name, number, f"is JSON, but not an object: {rest[:60]}")
        yield value
        rest = rest[end:].lstrip()


def _take(own: OwnEvents, raw: dict[str, Any]) -> None:
    # The hub takes no replays; here they are the point.
    raw = {key: value for key, value in raw.items() if key != "replay-name"}
    envelope = read_envelope(raw)
    at = envelope.time
    if at is None:
        raise MalformedEventError("The event has no 'time'.")
    own.events += 1
    own.first = min(own.first or at, at)
    own.last = max(own.last or at, at)
    if envelope.source != Source.ECS:
        return
    signal = parse(raw, drills=False, hub_account=_NOBODY, now=at)
    if isinstance(signal, EvidenceSignal):
        _note(own, signal.service, signal.evidence, envelope)
    elif envelope.detail_type == DetailType.TASK_STATE_CHANGE:
        _note_end(own, envelope, at)


def _note(own: OwnEvents, service: ServiceId, evidence: Evidence, envelope: Envelope) -> None:
    match evidence.kind:
        case EvidenceKind.SPOT_INTERRUPTION:
            sign = Sign.LOST
        case EvidenceKind.SPOT_TASK_STARTED:
            sign = Sign.STARTED
        case EvidenceKind.SPOT_PLACEMENT_FAILURE:
            sign = Sign.REFUSED
        case EvidenceKind.SPOT_TASK_START_FAILED if evidence.lacks_capacity:
            sign = Sign.REFUSED
        case _:
            return
    key = _key(service)
    _look(own, key, envelope)
    created = moment(envelope.detail, "createdAt") or evidence.time
    own.seen.append(Seen(evidence.time, sign, key, evidence.subject, created))


def _note_end(own: OwnEvents, envelope: Envelope, at: datetime) -> None:
    state = task_state_change.read_state(envelope)
    claim = task_state_change.claim(envelope)
    if state.capacity_provider != "FARGATE_SPOT" or not state.ended or not isinstance(claim, Claim):
        return
    key = _key(accept(claim, envelope.origin))
    _look(own, key, envelope)
    own.seen.append(Seen(at, Sign.ENDED, key, claim.task_arn or "", at))


def _look(own: OwnEvents, key: ServiceKey, envelope: Envelope) -> None:
    looks, detail = own.looks.setdefault(key, Looks()), envelope.detail
    if envelope.detail_type != DetailType.TASK_STATE_CHANGE:
        return
    looks.cpu = _digits(detail.get("cpu"), looks.cpu)
    looks.memory = _digits(detail.get("memory"), looks.memory)
    attributes = _dicts(detail.get("attributes"))
    if any(
        item.get("name") == "ecs.cpu-architecture" and item.get("value") == "arm64" for item in attributes
    ):
        looks.architecture = "ARM64"
    looks.load_balancer |= any(item.get("type") == "elb" for item in _dicts(detail.get("attachments")))


def _digits(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value.isdigit() else otherwise


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _key(service: ServiceId) -> ServiceKey:
    return ServiceKey(service.account, service.region, service.cluster, service.service)
