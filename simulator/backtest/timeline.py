"""What ran over time, in as many steps as a picture can show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

STEPS = 1440


@dataclass(frozen=True, slots=True)
class Step:
    """The means of one stretch of time, over all services, in tasks; `least_serving` is the worst moment."""

    at: datetime
    spot: float
    on_demand: float
    serving: float
    demand: float
    least_serving: int


@dataclass(slots=True)
class Timeline:
    """Cuts the time from `start` to `end` into equal steps and averages over each."""

    start: datetime
    end: datetime
    demand: int
    steps: int = STEPS
    _at: datetime | None = None
    _spot: float = 0.0
    _on_demand: float = 0.0
    _serving: float = 0.0
    _least: int | None = None
    _done: list[Step] = field(default_factory=list)

    def until(self, now: datetime, spot: int, on_demand: int, serving: int) -> None:
        """Count the time since the last call with what there was; times never go back."""
        at = self._at or self.start
        now = min(now, self.end)
        while at < now:
            begin = self.start + self._length * len(self._done)
            ends = begin + self._length if len(self._done) < self.steps - 1 else self.end
            upto = min(now, ends)
            seconds = (upto - at).total_seconds()
            self._spot += seconds * spot
            self._on_demand += seconds * on_demand
            self._serving += seconds * serving
            self._least = serving if self._least is None else min(self._least, serving)
            if upto == ends:
                self._close(begin, (ends - begin).total_seconds())
            at = upto
        self._at = max(at, self._at or self.start)

    def result(self) -> tuple[Step, ...]:
        """Return the steps that are complete."""
        return tuple(self._done)

    @property
    def _length(self) -> timedelta:
        return (self.end - self.start) / self.steps

    def _close(self, begin: datetime, seconds: float) -> None:
        self._done.append(
            Step(
                begin,
                self._spot / seconds,
                self._on_demand / seconds,
                self._serving / seconds,
                float(self.demand),
                self._least or 0,
            )
        )
        self._spot = self._on_demand = self._serving = 0.0
        self._least = None
