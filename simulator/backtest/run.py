"""One contender, one weather, in virtual time: from one moment at which something happens to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.score import Scorer
from simulator.backtest.timeline import Timeline
from simulator.backtest.weather import WeatherPlan
from simulator.world import World
from simulator.world.log import Log

TICK: Final = timedelta(minutes=1)
# Services come up before the weather begins and anything is scored.
WARM_UP: Final = timedelta(minutes=20)

Events = list[dict[str, Any]]


def run(
    contender: Contender,
    plan: WeatherPlan,
    specs: Sequence[ServiceSpec],
    seed: int,
    progress: Callable[[float], object] | None = None,
) -> Outcome:
    """Let a contender keep the services running in this weather, and return what came out.

    `progress` is told the share of time that has passed. The same seed gives the same outcome.
    """
    events: Events = []
    world = World(seed=seed, start=plan.start - WARM_UP, emit=events.append)
    contender.start(world, specs)
    plan.apply(world, specs)
    book = _Book(world.log, contender, plan, specs)
    tick = world.now + TICK
    while tick <= plan.end:
        _until(tick, world, contender, events)
        if contender.quiet(tick):
            tick = _first_tick(tick, at_least=world.next_transition_at() or plan.end)
        else:
            contender.tick(tick)
            _hand_over(world, contender, events)
            tick += TICK
        book.update()
        if progress is not None:
            progress(min(1.0, (tick - plan.start) / (plan.end - plan.start)))
    _until(plan.end, world, contender, events)
    book.update()
    return book.closed(plan, contender)


class _Book:
    """Reads the world's log as it grows, and keeps the sums."""

    def __init__(
        self, log: Log, contender: Contender, plan: WeatherPlan, specs: Sequence[ServiceSpec]
    ) -> None:
        self._log = log
        self._read = 0
        self._scorers = {spec: Scorer(spec.desired, plan.start) for spec in specs}
        self._by_key = {key: self._scorers[spec] for spec in specs for key in contender.keys(spec)}
        self._timeline = Timeline(plan.start, plan.end, sum(spec.desired for spec in specs))
        self._spot = self._on_demand = self._serving = 0

    def update(self) -> None:
        """Take in what is new in the log."""
        samples = self._log.since(self._read)
        self._read += len(samples)
        for sample in samples:
            scorer = self._by_key.get(sample.key)
            if scorer is None:
                continue
            self._timeline.until(sample.at, self._spot, self._on_demand, self._serving)
            spot, on_demand, serving = scorer.spot, scorer.on_demand, scorer.serving
            scorer.add(sample)
            self._spot += scorer.spot - spot
            self._on_demand += scorer.on_demand - on_demand
            self._serving += scorer.serving - serving

    def closed(self, plan: WeatherPlan, contender: Contender) -> Outcome:
        """Count the time up to the end."""
        self._timeline.until(plan.end, self._spot, self._on_demand, self._serving)
        for scorer in self._scorers.values():
            scorer.until(plan.end)
        return Outcome(
            contender=contender.name,
            scores={spec: scorer.score() for spec, scorer in self._scorers.items()},
            counts=contender.counts,
            timeline=self._timeline.result(),
        )


def _until(moment: datetime, world: World, contender: Contender, events: Events) -> None:
    while (due := world.next_transition_at()) is not None and due <= moment:
        world.advance(to=due)
        _hand_over(world, contender, events)
    world.advance(to=moment)


def _hand_over(world: World, contender: Contender, events: Events) -> None:
    """Give all events of this moment to the contender, and those that it causes by what it does."""
    while events:
        for envelope in events:
            contender.event(envelope, world.now)
        events.clear()
        contender.work(world.now)


def _first_tick(tick: datetime, at_least: datetime) -> datetime:
    """Return the first tick after this one that is not before a moment."""
    minutes = -(-(at_least - tick) // TICK)
    return tick + TICK * max(1, minutes)
