"""What every mode promises, held against the run: no call costs a task, no more tasks run than lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from simulator.demo.cast import PARTS, PROTECTED, STANDBYS, name
from simulator.demo.figures import Felt
from simulator.demo.recording import Recording, between
from simulator.world import Sample, ServiceKey
from spot_failover.domain.evidence import NOTICE, EvidenceKind
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase

# What the hub sees may be this much older than what it does about it, in this run's seconds.
PASS_SECONDS: Final = 2.0
MOVING: Final = frozenset({Phase.FAILING_OVER, Phase.RESTORING})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    name: str
    ok: bool
    found: str


@dataclass(frozen=True, slots=True)
class Step:
    """A pair just before the desired count of one of the two changed; `demand` is that of both."""

    at: datetime
    side: ServiceKey
    desired: int
    before: Sample
    spot: Sample
    standby: Sample
    demand: int

    @property
    def serving_at_least(self) -> int:
        """How many tasks still serve if ECS stops as badly as it may for a lower count."""
        stopped = max(0, self.before.spot_running + self.before.on_demand_running - self.desired)
        return self.spot.serving + self.standby.serving - stopped

    @property
    def needed(self) -> int:
        """How many must go on serving."""
        return min(self.demand, self.spot.serving + self.standby.serving)


def promises(recording: Recording, rows: Sequence[Felt], start: datetime, end: datetime) -> list[Check]:
    """Return the checks of all modes."""
    of_mode = {mode: [key for key in PROTECTED if PARTS[key].mode is mode] for mode in Mode}
    return [
        _rollouts(recording, of_mode[Mode.SWITCH], end),
        *(_lowerings(recording, key, start) for key in (*of_mode[Mode.STANDBY], *of_mode[Mode.BACKFILL])),
        *(_only_what_lacks(recording, key, start, end) for key in of_mode[Mode.BACKFILL]),
        _same_demand(recording, start),
        _better_than_without(rows),
    ]


def _rollouts(recording: Recording, keys: Sequence[ServiceKey], end: datetime) -> Check:
    """Check that no task was missing where nobody but the hub could have taken it away."""
    lowest: list[tuple[int, str]] = []
    for key in keys:
        phases = recording.phases(key)
        ends = [*(state.since for state in phases[1:]), end][: len(phases)]
        for state, until in zip(phases, ends, strict=True):
            if state.phase in MOVING and not _drought_between(recording, key, state.since, until):
                fewest = min(
                    sample.serving - sample.desired
                    for sample in between(recording.samples, key, state.since, until)
                )
                lowest.append((fewest, f"{name(key)}, {state.phase.value}"))
    fewest, where = min(lowest, default=(0, ""))
    return Check(
        "Mode switch: in calm weather no rollout of the hub's took a task away",
        ok=bool(lowest) and fewest >= 0,
        found=f"{-fewest} tasks were missing ({where})"
        if fewest < 0
        else f"{len(lowest)} rollouts, all tasks served throughout",
    )


def _lowerings(recording: Recording, key: ServiceKey, start: datetime) -> Check:
    steps = [
        step for step in _steps(recording, key) if step.at >= start and step.desired < step.before.desired
    ]
    bad = [step for step in steps if step.serving_at_least < step.needed]
    return Check(
        f"Mode {PARTS[key].mode}: no call of the hub's stopped a task that {name(key)} needed",
        ok=bool(steps) and not bad,
        found="; ".join(
            f"{step.side.service} went from {step.before.desired} to {step.desired} at {step.at:%H:%M:%S}, "
            f"which left {step.serving_at_least} of {step.needed}"
            for step in bad
        )
        or f"a count was lowered {len(steps)} times, all tasks served each time",
    )


def _only_what_lacks(recording: Recording, key: ServiceKey, start: datetime, end: datetime) -> Check:
    """Check what was asked for on demand: a task lacks from its notice on, though ECS may still count it."""
    reserve, standby = PARTS[key].reserve, STANDBYS[key]
    raised = [
        step
        for step in _steps(recording, key)
        if step.at >= start and step.side == standby and step.desired > step.before.desired
    ]
    wrong = []
    for step in raised:
        seen = step.at - timedelta(seconds=PASS_SECONDS)
        running = min(sample.spot_running for sample in between(recording.apart, key, seen, step.at))
        lacking = min(step.demand, step.demand - running + _noticed(recording, key, step.at))
        if step.desired > max(reserve, lacking):
            wrong.append(f"{step.desired} at {step.at:%H:%M:%S}, when Spot lacked {lacking}")
    ran, beyond = _on_demand_minutes(recording, key, start, end)
    return Check(
        f"Mode backfill: {name(key)} asked for no more on-demand tasks than Spot lacked or took back",
        ok=bool(raised) and not wrong,
        found=f"it asked for {'; '.join(wrong)}"
        if wrong
        else f"at most {max((step.desired for step in raised), default=0)}; {ran:.0f} task minutes of AWS, "
        f"{beyond:.0f} of them while Spot ran enough again",
    )


def _on_demand_minutes(
    recording: Recording, key: ServiceKey, start: datetime, end: datetime
) -> tuple[float, float]:
    """Return task minutes on demand, and those of them beyond reserve and what Spot did not run."""
    reserve, ran, beyond = PARTS[key].reserve, 0.0, 0.0
    samples = between(recording.samples, key, start, end)
    ends = [*(sample.at for sample in samples[1:]), end][: len(samples)]
    for sample, until in zip(samples, ends, strict=True):
        minutes = (until - max(sample.at, start)).total_seconds() / 60 * recording.time_factor
        lacking = max(reserve, sample.desired - sample.spot_running)
        ran += sample.on_demand_running * minutes
        beyond += max(0, sample.on_demand_running - lacking) * minutes
    return ran, beyond


def _same_demand(recording: Recording, start: datetime) -> Check:
    seen = {
        key: sorted(
            {sample.desired for sample in recording.samples if sample.key == key and sample.at >= start}
        )
        for key in PROTECTED
    }
    changed = [f"{name(key)}: {counts}" for key, counts in seen.items() if len(counts) > 1]
    return Check(
        "The demand stayed what Terraform and autoscaling ask for",
        ok=not changed,
        found="; ".join(changed) or f"{len(seen)} services",
    )


def _better_than_without(rows: Sequence[Felt]) -> Check:
    looked_after = [row for row in rows if PARTS[row.key].mode]
    hit = [row for row in looked_after if row.without.outage_seconds > 0]
    worse = [
        f"{name(row.key)}: {row.users.availability:.1%}, without it {row.without.availability:.1%}"
        for row in looked_after
        if row.users.availability < row.without.availability
        or (row in hit and row.users.outage_seconds >= row.without.outage_seconds)
    ]
    return Check(
        "Everyone was better off than without the hub, or as well where no drought came",
        ok=bool(hit) and not worse,
        found="; ".join(worse)
        or f"{len(hit)} services: {sum(row.users.outage_seconds for row in hit):.0f} s of outage, without it "
        f"{sum(row.without.outage_seconds for row in hit):.0f} s",
    )


# --- what is read from the recording ---


def _steps(recording: Recording, key: ServiceKey) -> Iterator[Step]:
    """Yield every change of a desired count of a pair."""
    standby = STANDBYS[key]
    newest: dict[ServiceKey, Sample] = {}
    for sample in recording.apart:
        if sample.key not in (key, standby):
            continue
        before = newest.get(sample.key)
        if before and len(newest) == len((key, standby)) and sample.desired != before.desired:
            demand = _demand(recording, key, sample.at)
            yield Step(sample.at, sample.key, sample.desired, before, newest[key], newest[standby], demand)
        newest[sample.key] = sample


def _demand(recording: Recording, key: ServiceKey, at: datetime) -> int:
    """Return what was asked for until then: a count that is lowered lowers no demand."""
    return next(
        sample.desired for sample in reversed(recording.samples) if sample.key == key and sample.at < at
    )


def _drought_between(recording: Recording, key: ServiceKey, start: datetime, end: datetime) -> bool:
    """Whether Spot took tasks of a service away: a task may end two minutes after its notice."""
    notice = NOTICE / recording.time_factor
    return any(since < end and until + notice > start for since, until in recording.droughts(key.region, end))


def _noticed(recording: Recording, key: ServiceKey, at: datetime) -> int:
    """Count the tasks whose two minutes of notice were running."""
    arrived = {event.event_id: event.at for event in reversed(recording.forwarded)}
    since = at - NOTICE / recording.time_factor
    first: dict[str, datetime] = {}
    for event in recording.spot_events:
        if event.key == key and event.kind is EvidenceKind.SPOT_INTERRUPTION and event.event_id in arrived:
            came = arrived[event.event_id]
            first[event.task] = min(came, first.get(event.task, came))
    return sum(since <= came <= at for came in first.values())
