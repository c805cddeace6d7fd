"""What Spot will give each service and when: the weather as only a clairvoyant knows it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.weather import Change, Interruption, WeatherPlan
from simulator.world import ServiceKey

_BEFORE = datetime.min.replace(tzinfo=UTC)
_AFTER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One service: `levels[i]` Spot tasks from `times[i]` on, and the moments of single interruptions."""

    times: tuple[datetime, ...]
    levels: tuple[int, ...]
    hit_at: tuple[datetime, ...]
    hits: tuple[int, ...]

    def at(self, moment: datetime) -> int:
        """Return how many Spot tasks are worth having at a moment."""
        return self.levels[bisect_right(self.times, moment) - 1]

    def least(self, start: datetime, end: datetime) -> int:
        """Return the lowest level from `start` up to and including `end`."""
        return min(self.levels[bisect_right(self.times, start) - 1 : bisect_right(self.times, end)])

    def lost(self, start: datetime, end: datetime) -> int:
        """Return how many tasks single interruptions take from `start` up to and including `end`."""
        return sum(self.hits[bisect_left(self.hit_at, start) : bisect_right(self.hit_at, end)])


def forecasts(
    plan: WeatherPlan, specs: Sequence[ServiceSpec], *, worth: timedelta, release: dict[ServiceKey, timedelta]
) -> dict[ServiceKey, Forecast]:
    """Return the forecast of each service.

    A pool that is short is divided by demand. Spot that does not stay for `worth` is not taken into account.
    Where several services share what is left of a pool, chance decides whose tasks go; so each has to be down
    to its part before, by the time `release` that its tasks take to give their places back.
    """
    pools: dict[tuple[str | None, str], list[Change]] = {}
    for change in plan.resolved(specs).changes:
        pools.setdefault((change.account, change.region), []).append(change)
    found = {}
    for spec in specs:
        times, levels = [_BEFORE], [spec.desired]
        hits = [hit for hit in plan.interruptions if hit.service == spec.key]
        for changes in pools.values():
            if changes[0].serves(spec.key):
                served = [other for other in specs if changes[0].serves(other.key)]
                steps = _steps(changes, spec, served, release[spec.key])
                steps, hits = _eroded(steps, changes, hits)
                times, levels = _lower_of((times, levels), steps)
        levels = _worthwhile(times, levels, worth)
        found[spec.key] = Forecast(
            tuple(times), tuple(levels), tuple(hit.at for hit in hits), tuple(hit.count for hit in hits)
        )
    return found


def _steps(
    changes: Sequence[Change], spec: ServiceSpec, served: Sequence[ServiceSpec], release: timedelta
) -> tuple[list[datetime], list[int]]:
    """Return the steps of one pool for one of the services that it serves."""
    times, levels = [_BEFORE], [spec.desired]
    for change in changes:
        level = _part(change.capacity, spec, served)
        if not change.takes_running:
            level = max(level, levels[-1])
        at = change.at
        if len(served) > 1 and 0 < level < levels[-1]:
            at -= release
            while times[-1] >= at:  # Spot that would have to go again before it came
                times.pop()
                levels.pop()
        times.append(at)
        levels.append(level)
    return times, levels


def _eroded(
    steps: tuple[list[datetime], list[int]], changes: Sequence[Change], hits: Sequence[Interruption]
) -> tuple[tuple[list[datetime], list[int]], list[Interruption]]:
    """Return the steps with what is lost for good in shortages that take nothing that runs, and other hits.

    There a task that is interrupted has no successor until the pool changes again.
    """
    others = list(hits)
    for change, following in zip_longest(changes, changes[1:]):
        if change.takes_running:
            continue
        end = following.at if following else _AFTER
        lost = [hit for hit in hits if change.at <= hit.at < end]
        others = [hit for hit in others if hit not in lost]
        for hit in lost:
            steps = _lowered(steps, hit.at, end, hit.count)
    return steps, others


def _lowered(
    steps: tuple[list[datetime], list[int]], start: datetime, end: datetime, count: int
) -> tuple[list[datetime], list[int]]:
    times = sorted({*steps[0], start, end} - {_AFTER})
    return times, [max(0, _level(steps, at) - (count if start <= at < end else 0)) for at in times]


def _part(capacity: int | None, spec: ServiceSpec, served: Sequence[ServiceSpec]) -> int:
    if capacity is None:
        return spec.desired
    demand = sum(other.desired for other in served)
    return min(spec.desired, capacity * spec.desired // max(1, demand))


def _lower_of(
    first: tuple[list[datetime], list[int]], second: tuple[list[datetime], list[int]]
) -> tuple[list[datetime], list[int]]:
    times = sorted({*first[0], *second[0]})
    return times, [min(_level(first, at), _level(second, at)) for at in times]


def _level(steps: tuple[list[datetime], list[int]], at: datetime) -> int:
    return steps[1][bisect_right(steps[0], at) - 1]


def _worthwhile(times: Sequence[datetime], levels: Sequence[int], worth: timedelta) -> list[int]:
    """Return the levels, each lowered to the highest one that is held for long enough around it."""
    ends = [*times[1:], _AFTER]
    kept = [min(levels)] * len(levels)
    for level in sorted(set(levels)):
        first = 0
        while first < len(levels):
            last = first
            while last < len(levels) and levels[last] >= level:
                last += 1
            if last > first and ends[last - 1] - times[first] >= worth:
                kept[first:last] = [level] * (last - first)
            first = max(last, first + 1)
    return kept
