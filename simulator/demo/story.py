"""The story: what the weather does, and what is waited for. What the hub does about it is its own affair."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from simulator.demo.board import ServiceBoard
from simulator.demo.cast import (
    API,
    API_TASKS,
    DRILLED,
    EVERYONE,
    FRANKFURT,
    MUMBAI,
    PARTS,
    PROTECTED,
    STANDBYS,
    TOKYO,
    TOKYO_WEB,
    WEB,
    WORKER,
    WORKER_TASKS,
    name,
)
from simulator.demo.drill import COMMAND, run_drill
from simulator.demo.lines import Teller
from simulator.demo.screen import Screen
from simulator.demo.watcher import Watcher
from simulator.sandbox import Sandbox
from simulator.world import ServiceKey
from spot_failover.domain.record import Phase

POLL_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 120.0
# Registrations take a second; where they came before the hub was ready, the next heartbeat makes up for it.
REGISTRATION_SECONDS: Final = 20.0
EVERY_HOUR: Final = "rate(1 hour)"
CALM_SECONDS: Final = 3.0
# How many of a queue's workers a partial drought takes.
TAKEN_BACK: Final = 2


class StoryError(RuntimeError):
    """Something that the story waits for did not happen."""


@dataclass(slots=True)
class Stage:
    """Where the story plays: it looks, it waits, it changes the weather."""

    sandbox: Sandbox
    watcher: Watcher
    screen: Screen
    board: ServiceBoard
    teller: Teller
    # Keeps how the dashboard's table of services looks in the middle of everything.
    keep_console: Callable[[], object]

    def until(
        self,
        happened: Callable[[], bool],
        what: str,
        *,
        seconds: float = PATIENCE_SECONDS,
        required: bool = True,
    ) -> bool:
        """Watch and tell until something has happened; raises `StoryError` naming it where it is required."""
        self.board.awaited = f"waiting for: {what}"
        deadline = time.monotonic() + seconds
        while True:
            self.look()
            self.screen.still(self.board.awaited)
            if happened():
                self.board.awaited = ""
                return True
            if time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS)
        if required:
            raise StoryError(f"Waited {seconds:g} s in vain for {what}. {self._now()}")
        return False

    def look(self) -> None:
        """Read and tell what is new."""
        self.watcher.poll()
        for line in self.teller.fresh(datetime.now(UTC)):
            self.screen.tell(line)

    def weather(self, region: str, capacity: int | None, words: str, size: str | None = None) -> None:
        """Change a region's Spot capacity, or that for tasks of one size, and say so."""
        self.watcher.set_weather(region, capacity, size)
        style = "bold green" if capacity is None else "bold red"
        self.screen.say(f"{datetime.now(UTC):%H:%M:%S}  {words}", style)

    def in_phase(self, phase: Phase, *keys: ServiceKey, since: datetime | None = None) -> bool:
        """Whether all these services are in a phase, which began after `since`."""
        states = [self.watcher.recording.state(key) for key in keys]
        return all(
            state is not None and state.phase is phase and (since is None or state.since > since)
            for state in states
        )

    def complete(self, *keys: ServiceKey) -> bool:
        """Whether all tasks of these services run where they belong in calm weather, and no others."""
        return all(
            sample is not None
            and sample.desired > 0
            and sample.spot_running == sample.desired - PARTS[key].on_demand_base
            and sample.on_demand_running == PARTS[key].on_demand_base + PARTS[key].reserve
            for key in keys
            for sample in [self.watcher.recording.sample(key)]
        )

    def on_demand(self, key: ServiceKey, tasks: int | None = None) -> bool:
        """Whether so many tasks of a service run on demand; without a number, as many as are asked for."""
        sample = self.watcher.recording.sample(key)
        return sample is not None and sample.on_demand_running == (sample.desired if tasks is None else tasks)

    def at_rest(self, *keys: ServiceKey) -> bool:
        """Whether these services are on Spot, and the hub holds nothing of them nor of their standbys."""
        states = [self.watcher.recording.state(key) for key in keys]
        return self.in_phase(Phase.STEADY, *keys) and all(
            state is not None and not state.holds and state.claimed == PARTS[key].standby
            for key, state in zip(keys, states, strict=True)
        )

    def _now(self) -> str:
        states = [(name(key), self.watcher.recording.state(key)) for key in PROTECTED]
        told = [
            f"{service} is {state.phase.value} ({state.last_error or state.reason})"
            if state
            else f"{service} is not registered"
            for service, state in states
        ]
        return f"Now {'; '.join(told)}."


def prepare(sandbox: Sandbox) -> None:
    """Say what only applications know, before their services are there: when their containers exit."""
    for key, part in PARTS.items():
        for each in (key, STANDBYS.get(key)):
            if each:
                where = (each.account, each.region, each.cluster, each.service)
                sandbox.control.behave(*where, exit_at=part.exit_at.value)


def calm(stage: Stage) -> None:
    """Wait until everything runs and the hub knows it."""
    stage.screen.heading("Calm: everything runs on Spot")
    known = stage.until(
        lambda: stage.in_phase(Phase.STEADY, *PROTECTED),
        "the hub to know every registered service",
        seconds=REGISTRATION_SECONDS,
        required=False,
    )
    if not known:
        stage.screen.say(
            "The spokes' hourly heartbeat is brought forward: registrations came before the hub was ready."
        )
        stage.sandbox.control.tick(EVERY_HOUR)
    stage.until(lambda: stage.at_rest(*PROTECTED), "the hub to know every registered service and standby")
    stage.until(lambda: stage.complete(*EVERYONE), "every task to run")
    # From now on target tracking wants these tasks back whenever there are fewer.
    stage.sandbox.control.demand(API.account, API.region, API.cluster, API.service, API_TASKS)
    _pause(stage, CALM_SECONDS)


def play(stage: Stage) -> None:
    """Let the droughts come and go; raises `StoryError`."""
    _partial_drought(stage)
    _drought(stage)
    _drought_elsewhere(stage)
    _drill(stage)
    _second_drought(stage)
    _the_way_back(stage)


def _partial_drought(stage: Stage) -> None:
    left = WORKER_TASKS - TAKEN_BACK
    stage.screen.heading(
        f"Spot gets short for tasks of one size: {TAKEN_BACK} of shop/worker get their notice"
    )
    stage.weather(
        WORKER.region,
        left,
        f"Fargate Spot holds {left} tasks of {PARTS[WORKER].size} CPU units and MiB in {WORKER.region}.",
        PARTS[WORKER].size,
    )
    stage.until(
        lambda: stage.in_phase(Phase.ON_DEMAND, WORKER) and stage.on_demand(WORKER, TAKEN_BACK),
        f"the standby of shop/worker to run {TAKEN_BACK} tasks",
    )
    _pause(stage, CALM_SECONDS)


def _drought(stage: Stage) -> None:
    stage.screen.heading(
        f"Drought in {FRANKFURT.region}: every Spot task there gets its notice, and no new one starts"
    )
    stage.weather(FRANKFURT.region, 0, f"Fargate Spot has no capacity left in {FRANKFURT.region}.")
    stage.until(
        lambda: (
            stage.in_phase(Phase.ON_DEMAND, WEB, API, WORKER)
            and all(stage.on_demand(key) for key in (WEB, API, WORKER))
        ),
        "shop/web, shop/api and shop/worker to run on demand",
    )
    stage.watcher.set_weather(WORKER.region, None, PARTS[WORKER].size)
    stage.weather(FRANKFURT.region, None, f"The drought in {FRANKFURT.region} is over. Nobody tells the hub.")


def _drought_elsewhere(stage: Stage) -> None:
    stage.screen.heading(f"Drought in {TOKYO.region}, where a service of the same name runs")
    stage.weather(TOKYO.region, 0, f"Fargate Spot has no capacity left in {TOKYO.region}.")
    stage.until(
        lambda: stage.in_phase(Phase.ON_DEMAND, TOKYO_WEB), f"shop/web in {TOKYO.region} to run on demand"
    )
    stage.weather(TOKYO.region, None, f"The drought in {TOKYO.region} is over, for now.")


def _drill(stage: Stage) -> None:
    stage.screen.heading(
        f"A drill in account {MUMBAI.account}, typed with the AWS CLI; Spot is calm in {MUMBAI.region}"
    )
    stage.screen.quote(COMMAND)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(run_drill, stage.sandbox.env(MUMBAI.account, MUMBAI.region))
        stage.until(answer.done, "the AWS CLI")
    stage.screen.say(answer.result(), "dim")
    stage.until(lambda: not stage.in_phase(Phase.STEADY, DRILLED), "the drill to reach its service")
    stage.keep_console()


def _second_drought(stage: Stage) -> None:
    stage.screen.heading("The way back, where the weather allows it")
    stage.until(lambda: stage.in_phase(Phase.RESTORING, TOKYO_WEB), f"{TOKYO.region} to try Spot again")
    tried = datetime.now(UTC)
    # ECS dates events by whole seconds: one of the second in which the restore began would count as older.
    time.sleep(1 - tried.microsecond / 1e6)
    stage.weather(TOKYO.region, 0, f"A second drought in {TOKYO.region}, in the middle of the restore.")
    stage.until(
        lambda: stage.in_phase(Phase.ON_DEMAND, TOKYO_WEB, since=tried),
        f"the restore in {TOKYO.region} to be taken back",
    )
    stage.weather(TOKYO.region, None, f"The second drought in {TOKYO.region} is over.")


def _the_way_back(stage: Stage) -> None:
    stage.until(
        lambda: stage.at_rest(*PROTECTED) and stage.complete(*EVERYONE),
        "every service to be back on Spot, verified",
    )
    stage.screen.heading("Calm again")
    _pause(stage, CALM_SECONDS)


def _pause(stage: Stage, seconds: float) -> None:
    stage.until(lambda: False, "a moment to pass", seconds=seconds, required=False)
