"""What becomes of events on their way: repeated, shuffled, late or lost, as the seed decides."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Envelope = dict[str, Any]


@dataclass(slots=True)
class Courier:
    """Carries events to the hub; by default each once, at once and in order.

    lost: the share that never arrives. copies: how often an event arrives at most. jitter: up to so many
    seconds late, so that events overtake each other. late: so many seconds late, all of them.
    """

    seed: int = 0
    lost: float = 0.0
    copies: int = 1
    jitter: float = 0.0
    late: float = 0.0
    _random: random.Random = field(init=False)
    _waiting: list[tuple[datetime, Envelope]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def carry(self, events: list[Envelope], now: datetime) -> list[Envelope]:
        """Take events on, and return those that arrive now."""
        for event in events:
            if self._random.random() < self.lost:
                continue
            for _ in range(self._random.randint(1, self.copies)):
                delay = self.late + (self._random.uniform(0, self.jitter) if self.jitter else 0)
                self._waiting.append((now + timedelta(seconds=delay), event))
        arrived = [event for due, event in self._waiting if due <= now]
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > now]
        if self.copies > 1:
            self._random.shuffle(arrived)
        return arrived
