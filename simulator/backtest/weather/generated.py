"""Weather from a seed: droughts at the busy hours, single interruptions, partial shortages, flapping.

Every parameter says where its number is from. "The operator" ran 200 Fargate Spot tasks in Tokyo and
published what it saw; "ours" are numbers that nobody published.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.weather.plan import Change, Interruption, WeatherPlan

WEEK = 7


@dataclass(frozen=True, slots=True)
class Droughts:
    """Droughts of a whole region at the hours when everybody wants capacity.

    Each week has between `per_week` droughts, on different days. One lies wholly between the local hours
    `from_hour` and `to_hour`. A share `takes_running` of them, drawn one by one, takes tasks that run: the
    capacity that is left is a share of demand drawn from `left`. In the others capacity only stops growing:
    what runs keeps its place, and what is lost or new finds none until the drought ends.
    """

    per_week: tuple[int, int] = (2, 3)  # the operator
    from_hour: int = 9  # the operator
    to_hour: int = 12  # the operator
    time_zone: str = "Asia/Tokyo"  # the operator
    # Ours: the operator had 5 % of its time on-demand, 8.4 hours a week, and 2.5 droughts a week within a
    # window of three hours; so most of them last for the better part of it.
    minutes: tuple[float, float] = (60.0, 180.0)
    # The operator saw all Spot tasks go at worst, and 50 of 200 tasks find no place on another day; between
    # them the draw is ours.
    left: tuple[float, float] = (0.0, 0.75)
    # Ours: with about 32 droughts in three months the operator failed over 12 times in three months, so most
    # droughts took nothing that ran. With this share its published algorithm does so about as often here.
    takes_running: float = 1 / 3

    def __post_init__(self) -> None:
        window = (self.to_hour - self.from_hour) * 60
        if not 0 <= self.from_hour < self.to_hour <= 24:  # noqa: PLR2004 - hours of a day
            raise ValueError(
                f"Droughts from {self.from_hour} to {self.to_hour} o'clock do not fit into a day;"
                " give two hours from 0 to 24, the earlier one first."
            )
        if not 0 <= self.per_week[0] <= self.per_week[1] <= WEEK:
            raise ValueError(f"{self.per_week} droughts a week: give 0 to {WEEK}, the smaller number first.")
        if not 0 < self.minutes[0] <= self.minutes[1] <= window:
            raise ValueError(
                f"Droughts of {self.minutes} minutes do not fit between {self.from_hour} and {self.to_hour}"
                f" o'clock; give two lengths up to {window}, the shorter one first."
            )
        if not 0 <= self.takes_running <= 1:
            raise ValueError(f"{self.takes_running} is no share of droughts; give 0 to 1.")


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Losses of single tasks at any hour: `per_day` for each service, `tasks` at once."""

    per_day: tuple[int, int] = (2, 3)  # the operator, of one service
    tasks: tuple[int, int] = (1, 1)  # the operator names no bursts; EC2 traces have them

    def __post_init__(self) -> None:
        if not 0 <= self.per_day[0] <= self.per_day[1]:
            raise ValueError(
                f"{self.per_day} interruptions a day: give two counts, the smaller number first."
            )
        if not 1 <= self.tasks[0] <= self.tasks[1]:
            raise ValueError(f"{self.tasks} tasks at once: give two counts from 1 on, the smaller one first.")


@dataclass(frozen=True, slots=True)
class Spells:
    """How long capacity stays, or stays away: lognormal by its median and mean, both in seconds."""

    median: float
    mean: float

    def __post_init__(self) -> None:
        if not 0 < self.median <= self.mean:
            raise ValueError(
                f"Spells with a median of {self.median} s and a mean of {self.mean} s: give"
                " a positive median and a mean not below it."
            )

    def draw(self, random: Random) -> float:
        """Draw the seconds of one spell."""
        if self.median == self.mean:
            return self.mean
        return random.lognormvariate(math.log(self.median), math.sqrt(2 * math.log(self.mean / self.median)))


@dataclass(frozen=True, slots=True)
class Flapping:
    """Capacity that comes and goes all day: wholly there, or wholly gone.

    The defaults are those of an EC2 Spot pool in us-west-2b in autumn 2022, sampled every ten minutes for 27
    days: 400 outages, capacity 47 % of the time (Wu et al., "Can't Be Late", NSDI 2024). Give the spells of
    another trace as lists of seconds, from which are drawn as they are: see `trace.spells`.
    """

    up: Spells | Sequence[float] = Spells(median=1200, mean=2726)
    down: Spells | Sequence[float] = Spells(median=600, mean=3122)
    at_least: float = 60.0  # ours: nothing shorter


def droughts_and_interruptions(
    specs: Sequence[ServiceSpec],
    start: datetime,
    days: int,
    seed: int,
    droughts: Droughts | None = None,
    interruptions: Interruptions | None = None,
) -> WeatherPlan:
    """Return the operator's weather: droughts per region, shared by all accounts, interruptions per service.

    Another service changes nothing for those that were there before.
    """
    end = start + timedelta(days=days)
    changes: list[Change] = []
    for region in sorted({spec.region for spec in specs}):
        random = Random(f"droughts/{region}/{seed}")
        kinds = Random(f"droughts that take/{region}/{seed}")
        chosen = droughts or Droughts()
        for begin, until, left in _droughts(chosen, start, end, random):
            takes = kinds.random() < chosen.takes_running
            begins = Change(begin, region, share=left if takes else 0.0, takes_running=takes)
            changes += [begins, Change(until, region)]
    hits = [
        Interruption(at, spec.key, count)
        for spec in specs
        for at, count in _interruptions(
            interruptions or Interruptions(), start, end, Random(f"interruptions/{spec.key}/{seed}")
        )
    ]
    return WeatherPlan(
        name="droughts and interruptions",
        start=start,
        end=end,
        changes=tuple(sorted(changes, key=lambda change: change.at)),
        interruptions=tuple(sorted(hits, key=lambda hit: (hit.at, hit.service))),
    )


def partial_shortage(
    region: str, start: datetime, end: datetime, *, at: datetime, hours: float, left: float
) -> WeatherPlan:
    """Return a single shortage in which a share `left` of demand keeps its place on Spot, as 18 of 20."""
    until = at + timedelta(hours=hours)
    if not start <= at < until <= end:
        raise ValueError(
            f"A shortage from {at.isoformat()} for {hours:g} hours does not lie between"
            f" {start.isoformat()} and {end.isoformat()}; move it or lengthen the plan."
        )
    return WeatherPlan(
        "partial shortage", start, end, (Change(at, region, share=left), Change(until, region))
    )


def flapping(
    regions: Sequence[str], start: datetime, days: int, seed: int, spells: Flapping | None = None
) -> WeatherPlan:
    """Return capacity that comes and goes in each region by itself; it begins with capacity."""
    spells = spells or Flapping()
    end = start + timedelta(days=days)
    changes: list[Change] = []
    for region in regions:
        random = Random(f"flapping/{region}/{seed}")
        at, there = start, True
        while (at := at + timedelta(seconds=_spell(spells, random, there=there))) < end:
            there = not there
            changes.append(Change(at, region, capacity=None if there else 0))
    return WeatherPlan("flapping", start, end, tuple(sorted(changes, key=lambda change: change.at)))


def _spell(spells: Flapping, random: Random, *, there: bool) -> float:
    kind = spells.up if there else spells.down
    seconds = kind.draw(random) if isinstance(kind, Spells) else random.choice(kind)
    return round(max(seconds, spells.at_least))


def _droughts(
    droughts: Droughts, start: datetime, end: datetime, random: Random
) -> Iterator[tuple[datetime, datetime, float]]:
    zone = ZoneInfo(droughts.time_zone)
    week = start.astimezone(zone).date()
    while _moment(week, 0, zone) < end:
        days = sorted(random.sample(range(WEEK), random.randint(*droughts.per_week)))
        for day in days:
            length = random.uniform(*droughts.minutes)
            latest = (droughts.to_hour - droughts.from_hour) * 60 - length
            after = random.uniform(0, latest)
            left = random.uniform(*droughts.left)
            opens = _moment(week + timedelta(days=day), droughts.from_hour, zone)
            begin = opens + timedelta(seconds=round(after * 60))
            until = opens + timedelta(seconds=int((after + length) * 60))
            if start <= begin and until <= end:  # a drought that the plan would cut is left out
                yield begin, until, round(left, 3)
        week += timedelta(days=WEEK)


def _interruptions(
    interruptions: Interruptions, start: datetime, end: datetime, random: Random
) -> Iterator[tuple[datetime, int]]:
    day = start
    while day < end:
        for _ in range(random.randint(*interruptions.per_day)):
            at = day + timedelta(seconds=random.randrange(24 * 60 * 60))
            count = random.randint(*interruptions.tasks)
            if at < end:
                yield at, count
        day += timedelta(days=1)


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour % 24), zone).astimezone(ZoneInfo("UTC"))
