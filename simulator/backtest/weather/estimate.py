"""From one's own events to weather: what can be told of Spot's capacity, and what cannot.

Events tell of losses, refusals and starts. Between them there is silence, and silence is not capacity: a
service that asks for nothing is refused nothing. So all this is an estimate, and says so:

- Demand of a service is the most Spot tasks that were seen to run at once.
- A shortage of an account and region begins with the first refusal, or with losses in the minutes before it.
  While it lasts, there is capacity for the tasks that were seen to run, and no more.
- It ends when a task that was asked for after the last refusal runs. Where none ever did, it is taken to end
  an hour after the last refusal.
- Losses at other times are interruptions: the tasks go, and there is capacity for others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.own_events import OwnEvents, Seen, Sign
from simulator.backtest.weather.plan import Change, Interruption, WeatherPlan
from simulator.world import ServiceKey

# A refusal this soon after a shortage belongs to it, and losses this long before one as well: ECS does not
# document how fast it tries again.
SETTLE: Final = timedelta(minutes=5)
UNPROVEN: Final = timedelta(hours=1)

_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The weather that events tell of, and the services that they are from.

    shortages: how many there were; unproven: those of them whose end nothing shows.
    """

    plan: WeatherPlan
    specs: tuple[ServiceSpec, ...]
    shortages: int
    unproven: int


@dataclass(frozen=True, slots=True)
class _Shortage:
    begin: datetime
    end: datetime
    proven: bool


@dataclass(frozen=True, slots=True)
class _Life:
    """When a task ran; one seen to end only ran from the beginning, one seen to start only to the end."""

    service: ServiceKey
    begin: datetime
    end: datetime


def estimate(own: OwnEvents) -> Estimate:
    """Return what the events tell; raises WeatherFileError where they tell of no Spot task at all."""
    lives = _lives(own.seen)
    specs = tuple(
        _spec(own, key, _most([life for life in lives.values() if life.service == key]))
        for key in sorted(own.looks)
    )
    if not lives or own.first is None or own.last is None:
        raise WeatherFileError(
            own.name,
            None,
            f"none of its {own.events} events is about a Spot task of a service;"
            " docs/backtest.md says which to export.",
        )
    changes: list[Change] = []
    hits: list[Interruption] = []
    found: list[_Shortage] = []
    for place in sorted({(spec.account, spec.region) for spec in specs}):
        seen = [each for each in own.seen if (each.service.account, each.service.region) == place]
        here = [life for life in lives.values() if (life.service.account, life.service.region) == place]
        shortages = _shortages(seen, own.last)
        changes += _changes(place, shortages, here)
        hits += _interruptions(seen, shortages)
        found += shortages
    unproven = sum(not shortage.proven for shortage in found)
    plan = WeatherPlan(
        name=f"own events ({own.name})",
        start=own.first,
        end=own.last,
        changes=tuple(sorted(changes, key=lambda change: change.at)),
        interruptions=tuple(sorted(hits, key=lambda hit: (hit.at, hit.service))),
        caveat=_caveat(own, len(found), unproven),
    )
    return Estimate(plan, specs, len(found), unproven)


def _caveat(own: OwnEvents, shortages: int, unproven: int) -> str:
    text = (
        f"An estimate from {own.events:,} events of your own: silence is not capacity, and what nobody asked"
        f" for was not refused. Shortages seen: {shortages}."
    )
    if unproven:
        text += f" Nothing shows when {unproven} of them ended; an hour after the last refusal is assumed."
    if not any(seen.sign is Sign.ENDED for seen in own.seen):
        text += (
            " The file has no ends of tasks but interruptions: of a service that was scaled in or deployed,"
            " more tasks are counted than ran."
        )
    return text


def _lives(seen: Iterable[Seen]) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    always, never = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for each in seen:
        known = lives.get(each.task)
        if each.sign is Sign.STARTED and known is None:
            lives[each.task] = _Life(each.service, each.at, never)
        elif each.sign in (Sign.LOST, Sign.ENDED):
            begin = known.begin if known else always
            end = min(known.end, each.at) if known else each.at
            lives[each.task] = _Life(each.service, begin, end)
    return lives


def _most(lives: Sequence[_Life]) -> int:
    """Return how many ran at once at most."""
    turns = sorted([(life.begin, 1) for life in lives] + [(life.end, -1) for life in lives])
    most = running = 0
    for _, turn in turns:
        running += turn
        most = max(most, running)
    return most


def _spec(own: OwnEvents, key: ServiceKey, desired: int) -> ServiceSpec:
    looks = own.looks[key]
    return ServiceSpec(
        key.account,
        key.region,
        key.cluster,
        key.service,
        max(1, desired),
        cpu=looks.cpu,
        memory=looks.memory,
        architecture=looks.architecture,
        load_balancer=looks.load_balancer,
    )


def _shortages(seen: Sequence[Seen], last: datetime) -> list[_Shortage]:
    losses = [each.at for each in seen if each.sign is Sign.LOST]
    proofs = _Proofs(seen)
    found: list[_Shortage] = []
    for at in (each.at for each in seen if each.sign is Sign.REFUSED):
        if found and at <= found[-1].end + SETTLE:
            begin = found.pop().begin
        else:
            recent = losses[bisect_left(losses, at - SETTLE) : bisect_right(losses, at)]
            begin = min(recent, default=at)
        proof = proofs.after(at)
        found.append(_Shortage(begin, proof or min(at + UNPROVEN, last), proof is not None))
    return found


class _Proofs:
    """The starts of tasks: each proves capacity at a time after it was asked for."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        starts = sorted((each.created_at, each.at) for each in seen if each.sign is Sign.STARTED)
        self._created = [created for created, _ in starts]
        # The earliest start of all tasks that were asked for then or later.
        self._first = list(accumulate((at for _, at in reversed(starts)), min))[::-1]

    def after(self, refusal: datetime) -> datetime | None:
        """Return when the first task ran that was asked for after a refusal."""
        index = bisect_right(self._created, refusal)
        return self._first[index] if index < len(self._first) else None


def _changes(place: _Place, shortages: Sequence[_Shortage], lives: Sequence[_Life]) -> list[Change]:
    account, region = place
    most = max(1, _most(lives))
    begins, ends = sorted(life.begin for life in lives), sorted(life.end for life in lives)
    changes: list[Change] = []
    for shortage in shortages:
        turns = {shortage.begin}
        for moments in (begins, ends):
            turns.update(moments[bisect_right(moments, shortage.begin) : bisect_left(moments, shortage.end)])
        held: float | None = None
        for at in sorted(turns):
            share = (bisect_right(begins, at) - bisect_right(ends, at)) / most
            if share != held:
                changes.append(Change(at, region, account, share=share))
            held = share
        changes.append(Change(shortage.end, region, account))
    return changes


def _interruptions(seen: Sequence[Seen], shortages: Sequence[_Shortage]) -> list[Interruption]:
    counted = Counter(
        (each.at, each.service)
        for each in seen
        if each.sign is Sign.LOST
        and not any(shortage.begin <= each.at <= shortage.end for shortage in shortages)
    )
    return [Interruption(at, service, count) for (at, service), count in counted.items()]
