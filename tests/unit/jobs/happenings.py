"""What may happen to a service while we look after it, drawn by hypothesis so that a failure shrinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from simulator.world import Victims
from spot_failover.domain.command import CommandKind
from spot_failover.domain.policy import Failover, Mode, Policy, Restore, Standby
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.place import HERE, SPOT_ONLY, STANDBY

MIXED = (
    {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
    {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3},
)
DESIRED = 6
STUCK = 100  # of maximumPercent: with 100 of minimumHealthyPercent, no rollout can take a step


@dataclass(frozen=True, slots=True)
class Scene:
    """One service and the world that it lives in."""

    policy: Policy
    seed: int = 1
    rolling: tuple[int, int] = (100, 200)
    strategy: Sequence[dict[str, Any]] = SPOT_ONLY
    load_balancer: bool = False
    victims: Victims = Victims.ANY
    limits: tuple[int, int] | None = None  # of a scalable target
    deaths: frozenset[int] = frozenset()

    def fleet(self) -> Fleet:
        fleet = Fleet(
            seed=self.seed,
            desired=DESIRED,
            policy=self.policy,
            rolling=self.rolling,
            strategy=self.strategy,
            load_balancer=self.load_balancer,
            deaths=self.deaths,
        )
        fleet.world.behaviours.victims = self.victims
        if self.limits:
            low, high = self.limits
            fleet.scale("web", MinCapacity=low, MaxCapacity=high)
            fleet.demand(DESIRED)
        return fleet


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens, and how long nothing else does."""

    what: str
    value: Any = None
    minutes: float = 1

    def happen(self, fleet: Fleet) -> None:
        EFFECTS[self.what](fleet, self.value)
        fleet.run(minutes=self.minutes)


def _roll_out(fleet: Fleet) -> None:
    if fleet.described()["deploymentConfiguration"]["maximumPercent"] > STUCK:
        fleet.update(forceNewDeployment=True)


def _reset_standby(fleet: Fleet) -> None:
    if fleet.pair.standby:
        fleet.update(STANDBY, desiredCount=fleet.record.policy.standby.reserve)


def _ask(fleet: Fleet, count: int) -> None:
    if fleet.suspended:
        fleet.demand(count)


EFFECTS: dict[str, Callable[[Fleet, Any], None]] = {
    "spot capacity": lambda fleet, left: fleet.weather(left),
    "on-demand capacity": lambda fleet, left: fleet.world.weather.set_on_demand(
        HERE.account, HERE.region, capacity=left
    ),
    "interruption": lambda fleet, count: fleet.interrupt(count),
    "loss without a notice": lambda fleet, count: fleet.interrupt(count, notice=False),
    "owners scale": lambda fleet, count: fleet.update(desiredCount=count),
    "owners roll out": lambda fleet, _: _roll_out(fleet),
    "standby reset": lambda fleet, _: _reset_standby(fleet),
    "autoscaling asks": _ask,
    "stale reads": lambda fleet, seconds: fleet.world.faults.stale_reads(seconds),
    "throttles": lambda fleet, refused: fleet.world.faults.throttle(*refused),
    "an operator's command": lambda fleet, kind: fleet.hand_over([fleet.command_event(kind)]),
}


def _policies(mode: Mode) -> st.SearchStrategy[Policy]:
    return st.builds(
        Policy,
        mode=st.just(mode),
        failover=st.builds(Failover, healthy_percent=st.sampled_from([50, 1, 100])),
        restore=st.builds(
            Restore,
            window_seconds=st.just(300),
            min_samples=st.sampled_from([1, 3, 10]),
            canary_percent=st.sampled_from([10, 50, 100]),
            backoff_seconds=st.just(300),
            max_backoff_seconds=st.just(1200),
            tries_per_day=st.just(10),
        ),
        standby=st.just(Standby())
        if mode is Mode.SWITCH
        else st.builds(Standby, service_name=st.just(STANDBY), reserve=st.sampled_from([0, 2])),
    )


def scenes(mode: Mode) -> st.SearchStrategy[Scene]:
    """Return services of a mode, of all kinds."""
    return st.builds(
        Scene,
        policy=_policies(mode),
        seed=st.integers(1, 1000),
        rolling=st.sampled_from([(100, 200), (50, 200), (50, 150), (100, 100), (0, 200)]),
        strategy=st.sampled_from([SPOT_ONLY, MIXED]),
        load_balancer=st.booleans(),
        victims=st.sampled_from([Victims.ANY, Victims.OLDEST, Victims.NEWEST, Victims.STARTING_FIRST]),
        limits=st.sampled_from([None, (2, 12)]),
        deaths=st.frozensets(st.integers(1, 300), max_size=4),
    )


def happenings(*, most: int = 8) -> st.SearchStrategy[list[Happening]]:
    """Return what happens to it, one after the other."""
    counts = st.integers(0, DESIRED)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "spot capacity": st.one_of(st.none(), counts),
        "on-demand capacity": st.one_of(st.none(), counts),
        "interruption": st.integers(1, DESIRED),
        "loss without a notice": st.integers(1, DESIRED),
        "owners scale": st.sampled_from([0, 3, 9]),
        "owners roll out": st.none(),
        "standby reset": st.none(),
        "autoscaling asks": st.sampled_from([3, 9, 12]),
        "stale reads": st.sampled_from([0, 5, 30, 55]),
        "throttles": st.tuples(
            st.sampled_from(["UpdateService", "DescribeServices", "DescribeTasks"]), st.integers(1, 3)
        ),
        "an operator's command": st.sampled_from(CommandKind),
    }
    minutes = st.sampled_from([0.1, 0.5, 1, 2, 5, 12])
    each = [
        st.builds(Happening, what=st.just(what), value=value, minutes=minutes)
        for what, value in kinds.items()
    ]
    return st.lists(st.one_of(each), min_size=1, max_size=most)
