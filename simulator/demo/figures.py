"""What the run took, computed from its recording: a `Failover` for each time a service went on demand.

Two clocks: the hub's own work (detection, calls) takes real seconds. What the world does (tasks that start,
tasks that are missing) is `time_factor` times as fast as on AWS, and is given here in AWS's seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from simulator.demo.cast import PARTS, PROTECTED, SPOKE_ROLE, STANDBYS
from simulator.demo.recording import Call, Recording, State, between
from simulator.world import Sample, ServiceKey
from simulator.world.figures import Figures, figures
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase


class Cause(StrEnum):
    """What made the hub act."""

    DROUGHT = "drought"
    DRILL = "drill"
    FAILED_RESTORE = "failed restore"


@dataclass(frozen=True, slots=True)
class Failover:
    """One way to on-demand, from the first Spot event on.

    detected, called: seconds of the hub's own time from the event's arrival to the decision and to the answer
    of UpdateService. up: AWS seconds from that call until all tasks that it asked for ran on demand. outage,
    degraded: AWS seconds in which less than half of demand, or less than all of it, was served, until the
    service was back or failed over again. describes, updates: ECS calls of the hub that named the service or
    its standby, from the event to the UpdateService.
    """

    key: ServiceKey
    cause: Cause
    reason: str
    began: datetime
    decided: datetime
    called: datetime | None
    on_demand: datetime | None
    restored: datetime | None
    detected_seconds: float
    called_seconds: float | None
    up_seconds: float | None
    outage_seconds: float
    degraded_seconds: float
    describes: int
    updates: int


@dataclass(frozen=True, slots=True)
class Feeling:
    """What users feel of a service; seconds are AWS's."""

    outage_seconds: float
    degraded_seconds: float
    on_demand_share: float
    availability: float


@dataclass(frozen=True, slots=True)
class Felt:
    """What a service's users felt over the whole story, and would have felt `without` the hub."""

    key: ServiceKey
    users: Feeling
    without: Feeling


def failovers(recording: Recording, end: datetime) -> list[Failover]:
    """Return every failover in the order of its beginning."""
    found = [failover for key in PROTECTED for failover in _of_service(recording, key, end)]
    return sorted(found, key=lambda failover: failover.began)


def felt(recording: Recording, key: ServiceKey, start: datetime, end: datetime, without: Figures) -> Felt:
    """Return what a service's users felt from `start` to `end`; `without` the hub it would have been that."""
    factor = recording.time_factor
    return Felt(key, _feeling(figures(recording.samples, key, start, end), factor), _feeling(without, factor))


def _feeling(total: Figures, factor: float) -> Feeling:
    return Feeling(
        total.outage_seconds * factor,
        total.degraded_seconds * factor,
        total.on_demand_share,
        total.availability,
    )


def _of_service(recording: Recording, key: ServiceKey, end: datetime) -> list[Failover]:
    phases = recording.phases(key)
    starts = [index for index in range(len(phases)) if _begins(phases, index)]
    ends = [*starts[1:], len(phases)][: len(starts)]
    found = [
        _failover(recording, phases[start - 1] if start else None, phases[start:stop], end)
        for start, stop in zip(starts, ends, strict=True)
    ]
    # When the table was first looked at, it may have shown the next reason already.
    told = [message.reason for message in recording.told(key, Phase.FAILING_OVER)]
    return [replace(each, reason=reason) for each, reason in zip(found, told, strict=False)] + found[
        len(told) :
    ]


def _begins(phases: list[State], index: int) -> bool:
    """Whether a service begins to fail over here; in mode `backfill`, only more tasks may be missing."""
    if phases[index].phase is not Phase.FAILING_OVER:
        return False
    backfills = PARTS[phases[index].key].mode is Mode.BACKFILL
    return not backfills or index == 0 or phases[index - 1].phase is Phase.STEADY


def _failover(recording: Recording, before: State | None, phases: list[State], end: datetime) -> Failover:
    """Return the failover that begins with the first of these phases and has no other in them."""
    decided, key, factor = phases[0], phases[0].key, recording.time_factor
    events = _first_events(recording, key, before.since if before else None, decided.since)
    began = min(events, default=decided.since)
    restored = _entered(phases, Phase.STEADY)
    calls = [call for call in _calls(recording, key) if call.at >= began]
    update = next(
        (call for call in calls if call.action == "UpdateService" and call.at >= decided.since), None
    )
    called = update.at if update else None
    up = _all_on_demand(recording.samples, update, key, end) if update else None
    total = figures(recording.samples, key, began, restored or end)
    counted = [call.action for call in calls if called is None or call.at <= called]
    return Failover(
        key=key,
        cause=_cause(recording, before, set(events.values())),
        reason=decided.reason,
        began=began,
        decided=decided.since,
        called=called,
        on_demand=_entered(phases, Phase.ON_DEMAND),
        restored=restored,
        detected_seconds=(decided.since - began).total_seconds(),
        called_seconds=(called - began).total_seconds() if called else None,
        up_seconds=(up - called).total_seconds() * factor if up and called else None,
        outage_seconds=total.outage_seconds * factor,
        degraded_seconds=total.degraded_seconds * factor,
        describes=counted.count("DescribeServices"),
        updates=counted.count("UpdateService"),
    )


def _calls(recording: Recording, key: ServiceKey) -> list[Call]:
    """Return the hub's calls about a service and its standby; what names both is one call."""
    return [
        call
        for call in recording.calls
        if SPOKE_ROLE in call.principal
        and (call.key == key or (call.key == STANDBYS.get(key) and call.action != "DescribeServices"))
    ]


def _entered(phases: list[State], phase: Phase) -> datetime | None:
    return next((state.since for state in phases if state.phase is phase), None)


def _first_events(
    recording: Recording, key: ServiceKey, after: datetime | None, until: datetime
) -> dict[datetime, str]:
    """Return when each of Spot's failures first reached the hub's bus, with the event's id."""
    forwarded = {event.event_id: event.at for event in reversed(recording.forwarded)}
    first: dict[tuple[EvidenceKind, str], tuple[datetime, str]] = {}
    for event in recording.spot_events:
        at = forwarded.get(event.event_id)
        if event.key != key or event.kind is EvidenceKind.SPOT_TASK_STARTED or at is None:
            continue
        subject = (event.kind, event.task or event.event_id)
        first[subject] = min(first.get(subject, (at, event.event_id)), (at, event.event_id))
    return {at: event_id for at, event_id in first.values() if (after is None or at > after) and at <= until}


def _cause(recording: Recording, before: State | None, event_ids: set[str]) -> Cause:
    if before is not None and before.phase is Phase.RESTORING:
        return Cause.FAILED_RESTORE
    drilled = any(event.drill for event in recording.spot_events if event.event_id in event_ids)
    return Cause.DRILL if drilled else Cause.DROUGHT


def _all_on_demand(samples: list[Sample], update: Call, key: ServiceKey, end: datetime) -> datetime | None:
    """Return from when on, at or after a call, all tasks that it asked for run on demand.

    A call to the standby names their number; one to the service itself moves all of them.
    """
    asked = update.desired if update.key != key else None
    for sample in between(samples, key, update.at, end):
        if sample.on_demand_running >= (sample.desired if asked is None else asked):
            return max(sample.at, update.at)
    return None
