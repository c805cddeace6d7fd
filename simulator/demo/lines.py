"""What is told while the run goes on: one line for each thing that the hub saw, decided or did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from rich.text import Text

from simulator.demo.recording import Recording, SpotEvent
from simulator.world import Sample, ServiceKey
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.record import Phase

STYLES: Final = {
    Phase.STEADY: "green",
    Phase.FAILING_OVER: "bold red",
    Phase.ON_DEMAND: "bold blue",
    Phase.RESTORING: "bold yellow",
}
SAID: Final = {
    EvidenceKind.SPOT_INTERRUPTION: ("interruption notice", "interruption notices"),
    EvidenceKind.SPOT_PLACEMENT_FAILURE: ("placement failure", "placement failures"),
    EvidenceKind.SPOT_TASK_START_FAILED: ("failed start", "failed starts"),
}


class About(StrEnum):
    """What a line tells of."""

    EVENT = "event"
    PHASE = "phase"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Line:
    """One line about one service; its tasks are the world's, its phase and words are the hub's."""

    at: datetime
    key: ServiceKey
    spot: int
    on_demand: int
    serving: int
    desired: int
    phase: Phase | None
    words: str
    about: About

    @property
    def place(self) -> str:
        """Where the service is."""
        return f"{self.key.account} {self.key.region} {self.key.cluster}/{self.key.service}"

    @property
    def tasks(self) -> str:
        """What runs now."""
        return f"Spot {self.spot} on-demand {self.on_demand} serving {self.serving} of {self.desired}"

    @property
    def phase_name(self) -> str:
        """The phase, or that there is none."""
        return self.phase.value if self.phase else "not registered"


def plain(line: Line) -> str:
    """Return a line for logs and pipes: everything on one."""
    return f"{_clock(line.at)}  {line.place}  {line.tasks}  {line.phase_name}: {line.words}"


def head(line: Line) -> Text:
    """Return a terminal's first line: when, who, which phase."""
    return Text.assemble(
        (_clock(line.at), "dim"),
        "  ",
        (f"{line.key.region} ", "dim"),
        (f"{line.key.cluster}/{line.key.service}", "bold"),
        "  ",
        (line.phase_name, _style(line)),
    )


def marker(line: Line) -> Text:
    """Return what a change of phase is marked with."""
    return Text("▸" if line.about is About.PHASE else "", _style(line))


def body(line: Line) -> Text:
    """Return what stands below it: which tasks run, and why."""
    return Text.assemble(
        "Spot ",
        (str(line.spot), "green"),
        " on-demand ",
        (str(line.on_demand), "blue"),
        " serving ",
        (str(line.serving), "" if line.serving >= line.desired else "bold red"),
        f" of {line.desired} | ",
        (line.words, "" if line.about is About.PHASE else "dim"),
    )


def _style(line: Line) -> str:
    return STYLES[line.phase] if line.phase else "dim"


class Teller:
    """Turns what is new in a recording into lines, each thing once."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._states = 0
        self._spot_events = 0
        self._messages = 0
        self._newest: dict[ServiceKey, tuple[Phase, str]] = {}
        self._seen_tasks: set[tuple[EvidenceKind, str]] = set()
        self._told: set[tuple[ServiceKey, EvidenceKind, int]] = set()

    def fresh(self, now: datetime) -> list[Line]:
        """Return lines about what was recorded since the last time."""
        return [*self._events(now), *self._moves(now), *self._reasons(now)]

    def _events(self, now: datetime) -> Iterator[Line]:
        events = self._recording.spot_events[self._spot_events :]
        self._spot_events += len(events)
        counts: dict[ServiceKey, Counter[EvidenceKind]] = {}
        for event in events:
            if self._is_news(event):
                counts.setdefault(event.key, Counter())[event.kind] += 1
        for key, kinds in counts.items():
            state = self._recording.state(key)
            words = " and ".join(_counted(kind, kinds[kind]) for kind in SAID if kinds[kind])
            yield self._line(now, key, state.phase if state else None, f"{words} came in.", About.EVENT)

    def _is_news(self, event: SpotEvent) -> bool:
        """Whether it is more than a repetition: an interruption comes in up to four events."""
        if event.kind not in SAID:
            return False
        if event.kind is EvidenceKind.SPOT_INTERRUPTION:
            task = (event.kind, event.task)
            known = task in self._seen_tasks
            self._seen_tasks.add(task)
            return not known
        told = (event.key, event.kind, len(self._recording.weather))
        known = told in self._told
        self._told.add(told)
        return not known

    def _moves(self, now: datetime) -> Iterator[Line]:
        """Tell each change of phase in its audit event's words: the table may already show the next."""
        for message in self._recording.messages[self._messages :]:
            if message.key is not None and message.phase is not None:
                self._newest[message.key] = (message.phase, message.reason)
                yield self._line(now, message.key, message.phase, message.reason, About.PHASE)
        self._messages = len(self._recording.messages)

    def _reasons(self, now: datetime) -> Iterator[Line]:
        """Tell each new reason within a phase."""
        for state in self._recording.states[self._states :]:
            newest = self._newest.get(state.key, (state.phase, ""))
            words = state.last_error or state.hold or state.reason
            if not words or newest[0] is not state.phase or newest[1] == words:
                continue
            self._newest[state.key] = (state.phase, words)
            yield self._line(now, state.key, state.phase, words, About.REASON)
        self._states = len(self._recording.states)

    def _line(self, at: datetime, key: ServiceKey, phase: Phase | None, words: str, about: About) -> Line:
        sample = self._recording.sample(key) or Sample(at, key, 0, 0, 0, 0)
        return Line(
            at=at,
            key=key,
            spot=sample.spot_running,
            on_demand=sample.on_demand_running,
            desired=sample.desired,
            serving=sample.serving,
            phase=phase,
            words=words,
            about=about,
        )


def _counted(kind: EvidenceKind, count: int) -> str:
    one, many = SAID[kind]
    return f"{count} {one if count == 1 else many}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}"
