"""The clock, and what is due when: a heap, so that quiet days cost nothing."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Action = Callable[[], None]


@dataclass(slots=True, eq=False)
class Due:
    """One thing that will happen; cancel it when its reason has gone."""

    at: datetime
    action: Action | None

    def cancel(self) -> None:
        """Let it not happen. What already happened or was cancelled stays as it is."""
        self.action = None


class Schedule:
    """Virtual time: it moves only in `advance`, from one due moment to the next."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            msg = f"The world's start {start.isoformat()} has no time zone; pass an aware datetime."
            raise ValueError(msg)
        self.now = start.astimezone(UTC)
        self._heap: list[tuple[datetime, int, Due]] = []
        self._order = 0

    def at(self, moment: datetime, action: Action) -> Due:
        """Plan an action; a moment that has passed means now, after what is already due now."""
        self._order += 1
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
        due = Due(max(moment, self.now), action)
        heapq.heappush(self._heap, (due.at, self._order, due))
        return due

    def after(self, delay: timedelta, action: Action) -> Due:
        """Plan an action some time from now."""
        return self.at(self.now + delay, action)

    def next_at(self) -> datetime | None:
        """Return the moment of the next action that was not cancelled."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def advance(self, to: datetime, after_each: Action) -> None:
        """Run all actions due up to and including `to` in order, `after_each` following each of them."""
        while (moment := self.next_at()) is not None and moment <= to:
            due = heapq.heappop(self._heap)[2]
            self.now = due.at
            action, due.action = due.action, None
            if action is not None:
                action()
                after_each()
        self.now = max(self.now, to.astimezone(UTC))
