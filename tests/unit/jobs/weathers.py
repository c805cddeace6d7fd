"""A seed's weather, service and faults: what the proof over many weathers runs through."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from simulator.world import Victims
from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from tests.unit.jobs.courier import Courier
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.happenings import DESIRED, MIXED
from tests.unit.jobs.place import HERE, SERVICE, SPOT_ONLY, STANDBY

HOURS = 5


@dataclass(slots=True)
class Weather:
    """Five hours of droughts, shortages and interruptions, with everything else that can go wrong.

    The seed decides all of it: `Weather(Mode.STANDBY, 17)` is the same each time.
    """

    mode: Mode
    seed: int
    losses: int = field(init=False, default=0)  # tasks that Spot took back or did not give
    policy: Policy = field(init=False)
    fleet: Fleet = field(init=False)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = dice = random.Random(f"{self.mode} {self.seed}")
        standby = Standby()
        if self.mode is not Mode.SWITCH:
            standby = Standby(service_name=STANDBY, reserve=dice.choice([0, 0, 2]))
        self.policy = Policy(
            mode=self.mode,
            restore=Restore(
                window_seconds=300,
                backoff_seconds=600,
                max_backoff_seconds=3600,
                tries_per_day=dice.choice([2, 4]),
            ),
            standby=standby,
        )
        self.fleet = Fleet(
            seed=self.seed,
            desired=DESIRED,
            policy=self.policy,
            rolling=dice.choice([(100, 200), (50, 200), (100, 100)]),
            strategy=dice.choice([SPOT_ONLY, SPOT_ONLY, MIXED]),
            load_balancer=dice.random() < 0.3,
            courier=self._courier(),
        )
        self.fleet.world.behaviours.victims = dice.choice(
            [Victims.ANY, Victims.OLDEST, Victims.NEWEST, Victims.STARTING_FIRST]
        )
        if dice.random() < 0.3:
            self.fleet.scale(SERVICE.service, MinCapacity=2, MaxCapacity=12)
            self.fleet.demand(DESIRED)

    def pass_over(self) -> None:
        """Let the weather pass, and the faults with it."""
        self._plan_droughts()
        for _ in range(HOURS * 12):
            self._go_wrong()
            self.fleet.run(minutes=5)
        fleet = self.fleet
        fleet.world.faults.stale_reads(0)
        fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=None)
        fleet.calm()

    def _courier(self) -> Courier:
        dice = self._dice
        return Courier(
            self.seed,
            lost=dice.choice([0, 0, 0.2, 0.5, 1]),
            copies=dice.choice([1, 3]),
            jitter=dice.choice([0, 0, 20, 90]),
            late=dice.choice([0, 0, 0, 3600]),
        )

    def _plan_droughts(self) -> None:
        """Draw when capacity goes and comes back: long droughts, or capacity that flaps."""
        dice, fleet = self._dice, self.fleet
        stays, lacks = dice.choice([((60, 150), (30, 120)), ((10, 40), (5, 40))])
        at, end = fleet.now, fleet.now + timedelta(hours=HOURS)
        while (at := at + timedelta(minutes=dice.uniform(*stays))) < end:
            left = dice.choice([0, 0, 2, 4, 5])
            fleet.world.weather.set(HERE.account, HERE.region, capacity=left, at=at)
            at += timedelta(minutes=dice.uniform(*lacks))
            fleet.world.weather.set(HERE.account, HERE.region, capacity=None, at=at)
            self.losses += DESIRED - left

    def _go_wrong(self) -> None:
        dice, fleet = self._dice, self.fleet
        if dice.random() < 0.05:
            taken = dice.randint(1, 2)
            fleet.interrupt(taken, notice=dice.random() < 0.8)
            self.losses += taken
        if dice.random() < 0.05:
            fleet.world.faults.stale_reads(dice.choice([0, 5, 20, 50]))
        if dice.random() < 0.1:
            operation = dice.choice(["UpdateService", "DescribeServices", "DescribeTasks", "ListTasks"])
            fleet.world.faults.throttle(operation, dice.randint(1, 3))
        if dice.random() < 0.2:
            fleet.fate.deaths |= {fleet.fate.calls + dice.randint(1, 60)}
        if dice.random() < 0.02:
            fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=dice.choice([None, 4, 8]))
