"""A run written down by hand: one second here is thirty on AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from simulator.demo.cast import (
    API,
    DRILLED,
    EVERYONE,
    PARTS,
    PROTECTED,
    REPORTS,
    SPOKE_ROLE,
    STANDBYS,
    TOKYO_WEB,
    WEB,
    WORKER,
)
from simulator.demo.ending import Ending, Shape
from simulator.demo.figures import Feeling, Felt
from simulator.demo.recording import Call, Forwarded, Message, Recording, SpotEvent, State, Weather
from simulator.demo.together import Together
from simulator.world import Sample, ServiceKey
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Phase

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTOR = 30.0
HUB_ROLE = f"arn:aws:iam::222222222222:role/{SPOKE_ROLE}"
SHAPE = Shape((("FARGATE_SPOT", 1, 0),), 4, 100, 200)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Paper:
    """Writes a recording, with times in seconds since its start."""

    def __init__(self) -> None:
        self.recording = Recording(FACTOR)
        self._together = Together(self.recording)
        self._ids = count(1)

    def tasks(
        self, key: ServiceKey, seconds: float, spot: int, on_demand: int, *, serving: int, desired: int = 4
    ) -> None:
        """Write down the tasks of one service, or of one of a pair."""
        self._together.add(Sample(at(seconds), key, spot, on_demand, serving, desired))

    def standby(self, key: ServiceKey, seconds: float, running: int, desired: int | None = None) -> None:
        """Write down the tasks of a service's standby, all of which serve."""
        wanted = running if desired is None else desired
        self.tasks(STANDBYS[key], seconds, 0, running, serving=running, desired=wanted)

    def phase(
        self,
        key: ServiceKey,
        seconds: float,
        phase: Phase,
        reason: str = "because",
        demand: int | None = None,
    ) -> None:
        if self.recording.state(key):
            self.recording.messages.append(Message(key, "Service", phase, reason))
        self.recording.states.append(State(key, phase, at(seconds), reason, demand=demand))

    def event(
        self, key: ServiceKey, seconds: float, kind: EvidenceKind, *, task: str = "", drill: bool = False
    ) -> None:
        event_id = f"event-{next(self._ids)}"
        self.recording.forwarded.append(Forwarded(at(seconds), event_id))
        self.recording.spot_events.append(SpotEvent(key, kind, event_id, task, "reason", drill))

    def call(
        self,
        key: ServiceKey,
        seconds: float,
        action: str,
        principal: str = HUB_ROLE,
        desired: int | None = None,
    ) -> None:
        self.recording.calls.append(Call(at(seconds), key, action, principal, "", desired))

    def weather(self, region: str, seconds: float, capacity: int | None, size: str | None = None) -> None:
        self.recording.weather.append(Weather(at(seconds), region, capacity, size))

    def failover(self, key: ServiceKey, seconds: float, *, drill: bool = False) -> None:
        """Half a second to the decision, one to ECS's answer, four more until all runs on demand."""
        kind = EvidenceKind.SPOT_PLACEMENT_FAILURE
        self.event(key, seconds, kind, drill=drill)
        if not drill:
            self.tasks(key, seconds, 0, 0, serving=0)
        demand = 4 if PARTS[key].mode is Mode.STANDBY else None
        self.phase(key, seconds + 0.5, Phase.FAILING_OVER, "Spot failed.", demand)
        self.call(key, seconds + 0.6, "DescribeServices")
        if key in STANDBYS:
            self.call(STANDBYS[key], seconds + 0.6, "DescribeServices")
            self.standby(key, seconds + 1, PARTS[key].reserve, 4)
            self.call(STANDBYS[key], seconds + 1, "UpdateService", desired=4)
            self.standby(key, seconds + 5, 4)
        else:
            self.call(key, seconds + 1, "UpdateService")
            self.tasks(key, seconds + 5, 0, 4, serving=4)
        if PARTS[key].mode is Mode.STANDBY:
            self.tasks(key, seconds + 5.5, 0, 0, serving=0, desired=0)
        self.phase(key, seconds + 6, Phase.ON_DEMAND, demand=demand)

    def restore(self, key: ServiceKey, seconds: float) -> None:
        mode = PARTS[key].mode
        demand = 4 if mode is Mode.STANDBY else None
        if mode is not Mode.BACKFILL:
            self.phase(key, seconds, Phase.RESTORING, demand=demand)
        if mode is Mode.STANDBY:
            self.tasks(key, seconds, 0, 0, serving=0)
        self.tasks(key, seconds + 4, 4, 0, serving=4)
        if key in STANDBYS:
            self.standby(key, seconds + 19, 4, PARTS[key].reserve)
            self.standby(key, seconds + 19.5, PARTS[key].reserve)
        self.phase(key, seconds + 20, Phase.STEADY)

    def failed_restore(self, key: ServiceKey, seconds: float) -> None:
        self.phase(key, seconds, Phase.RESTORING)
        self.event(key, seconds + 1, EvidenceKind.SPOT_TASK_START_FAILED, task="task/new")
        self.phase(key, seconds + 2, Phase.FAILING_OVER, "The restore failed.")
        self.call(key, seconds + 2.5, "UpdateService")
        self.phase(key, seconds + 6, Phase.ON_DEMAND)


def whole_story() -> Paper:
    """Return the story as it should be."""
    paper = Paper()
    for key in EVERYONE:
        base = PARTS[key].on_demand_base
        paper.tasks(key, 0, 4 - base, base, serving=4)
    for key in STANDBYS:
        paper.standby(key, 0, PARTS[key].reserve)
    for key in PROTECTED:
        paper.phase(key, 0, Phase.STEADY)
    paper.weather(WORKER.region, 9, 0, PARTS[WORKER].size)
    paper.weather(WEB.region, 10, 0)
    for key in (WEB, API, WORKER):
        paper.failover(key, 10)
    paper.weather(WORKER.region, 18, None, PARTS[WORKER].size)
    paper.weather(WEB.region, 18, None)
    paper.weather(TOKYO_WEB.region, 20, 0)
    paper.failover(TOKYO_WEB, 20)
    paper.weather(TOKYO_WEB.region, 27, None)
    paper.failover(DRILLED, 30, drill=True)
    for key in (WEB, API, WORKER, DRILLED):
        paper.restore(key, 50)
    paper.failed_restore(TOKYO_WEB, 50)
    paper.restore(TOKYO_WEB, 90)
    return paper


def good_ending() -> Ending:
    shapes = dict.fromkeys(EVERYONE, SHAPE)
    shapes |= {
        key: Shape((("FARGATE", 1, 0),), PARTS[spot].reserve, 100, 200) for spot, key in STANDBYS.items()
    }
    return Ending(before=shapes, after=shapes, dead_letters={"hub work": 0}, denials=())


def felt_by_all() -> list[Felt]:
    """Return what users felt: a minute's outage where a drought came, ten without the hub."""
    calm = Feeling(0, 0, 0, 1)
    hit = (WEB, API, WORKER, TOKYO_WEB)
    rows = {key: Felt(key, calm, calm) for key in EVERYONE}
    rows |= {key: Felt(key, Feeling(60, 60, 0.3, 0.98), Feeling(600, 600, 0, 0.8)) for key in hit}
    rows[REPORTS] = Felt(REPORTS, Feeling(600, 600, 0, 0.8), Feeling(600, 600, 0, 0.8))
    return list(rows.values())
