"""How a contender is driven through time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.run import TICK, WARM_UP, run
from simulator.backtest.services import ON_DEMAND_ONLY, SPOT_ONLY, create_service
from simulator.backtest.specs import REGION, specs
from simulator.backtest.weather import Change, WeatherPlan
from simulator.world import ServiceKey, World
from tests.unit.backtest.stage import START, drought, minutes

FLEET = specs(1, 4)
CALM = WeatherPlan("calm", START, minutes(90))


@dataclass(slots=True)
class Pair:
    """Runs `spot` tasks on Spot and `on_demand` in a twin, does nothing, and writes down what happens."""

    spot: int = 4
    on_demand: int = 0
    idle: bool = False
    name: str = "pair"
    ticks: list[datetime] = field(default_factory=list)
    events: list[datetime] = field(default_factory=list)
    worked: list[datetime] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        self.world = world
        for spec in specs:
            create_service(world, spec, SPOT_ONLY, desired=self.spot)
            create_service(world, spec, ON_DEMAND_ONLY, key=spec.standby_key, desired=self.on_demand)

    world: World = field(init=False)

    def event(self, envelope: dict[str, Any], now: datetime) -> None:
        self.events.append(now)

    def work(self, now: datetime) -> None:
        self.worked.append(now)

    def tick(self, now: datetime) -> None:
        self.ticks.append(now)

    def quiet(self, now: datetime) -> bool:
        return self.idle

    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        return (spec.key, spec.standby_key)


def test_a_contender_that_never_rests_is_called_each_minute_until_the_end() -> None:
    pair = Pair()
    run(pair, CALM, FLEET, seed=1)

    assert pair.ticks[0] == START - WARM_UP + TICK
    assert pair.ticks[-1] == CALM.end
    assert {after - before for before, after in zip(pair.ticks, pair.ticks[1:], strict=False)} == {TICK}


def test_a_contender_that_rests_still_hears_every_event_at_its_moment() -> None:
    busy, idle = Pair(), Pair(idle=True)
    plan = drought(FLEET)

    assert run(busy, plan, FLEET, seed=1).scores == run(idle, plan, FLEET, seed=1).scores
    assert busy.events == idle.events
    assert idle.ticks == []


def test_work_follows_all_events_of_a_moment_once() -> None:
    pair = Pair()
    run(pair, drought(FLEET), FLEET, seed=1)

    assert len(pair.events) > len(pair.worked)
    assert pair.worked == sorted(set(pair.events))


def test_what_a_contender_causes_by_its_work_is_handed_over_in_the_same_moment() -> None:
    class Caller(Pair):
        def tick(self, now: datetime) -> None:
            if now == minutes(10):
                key = FLEET[0].key
                self.world.api(key.account, key.region).update_service(
                    {"cluster": key.cluster, "service": key.service, "forceNewDeployment": True}
                )

    caller = Caller()
    run(caller, CALM, FLEET, seed=1)

    assert minutes(10) in caller.worked


def test_both_services_of_a_pair_serve_one_demand() -> None:
    result = run(Pair(spot=1, on_demand=3), CALM, FLEET, seed=1)

    score = result.scores[FLEET[0]]
    assert (score.degraded_seconds, score.capacity_seconds_lost) == (0, 0)
    assert score.demand_seconds == 4 * 90 * 60
    assert score.spot_seconds == pytest.approx(1 * 90 * 60)
    assert score.on_demand_seconds == pytest.approx(3 * 90 * 60)


def test_more_tasks_than_demand_are_paid_for_and_serve_nobody_twice() -> None:
    result = run(Pair(spot=4, on_demand=4), CALM, FLEET, seed=1)

    score = result.scores[FLEET[0]]
    assert score.availability == 1
    assert score.on_demand_share == pytest.approx(0.5)


def test_a_drought_without_anyone_who_acts_is_one_long_outage() -> None:
    result = run(Pair(), drought(FLEET, length=60), FLEET, seed=1)

    (score,) = result.scores.values()
    (outage,) = score.outages
    # From the notice (this service stops at SIGTERM) until Spot comes back and ECS asks for it again.
    assert 60 * 60 <= outage <= 60 * 60 + 10 * 60
    assert min(step.least_serving for step in result.timeline) == 0


def test_the_warm_up_is_not_scored() -> None:
    (score,) = run(Pair(), CALM, FLEET, seed=1).scores.values()

    assert score.seconds == 90 * 60
    assert score.degraded_seconds == 0


def test_weather_that_begins_at_once_meets_services_that_run() -> None:
    plan = WeatherPlan("short", START, minutes(30), (Change(START, REGION, share=0.0),))

    (score,) = run(Pair(), plan, FLEET, seed=1).scores.values()

    assert score.spot_seconds < timedelta(minutes=3).total_seconds() * 4
    assert len(score.outages) == 1


def test_progress_ends_at_the_whole() -> None:
    shares: list[float] = []
    run(Pair(), CALM, FLEET, seed=1, progress=shares.append)

    assert shares == sorted(shares)
    assert shares[-1] == 1.0
