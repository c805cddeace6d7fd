"""What a sweep varies: one setting at a time, in each mode that it means something to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from simulator.backtest.ours import Ours
from spot_failover.domain.policy import Mode, Policy

_THRESHOLDS: Final = (Mode.STANDBY, Mode.SWITCH)
# Bounds and neighbours of each default, which is among the values.
VALUES: Final[tuple[tuple[str, str, tuple[int, ...], tuple[Mode, ...]], ...]] = (
    ("thresholds", "placement_failures", (1, 2, 3), _THRESHOLDS),
    ("thresholds", "capacity_failures", (1, 3, 6), _THRESHOLDS),
    ("thresholds", "interruptions", (1, 3, 5, 10), _THRESHOLDS),
    ("thresholds", "window_seconds", (120, 300, 900), _THRESHOLDS),
    ("thresholds", "waiting_seconds", (90, 180, 360), tuple(Mode)),
    ("restore", "window_seconds", (300, 600, 1200), _THRESHOLDS),
    ("restore", "canary_percent", (1, 10, 50, 100), (Mode.STANDBY,)),
    ("restore", "backoff_seconds", (600, 900, 1200, 1800), _THRESHOLDS),
    ("restore", "tries_per_day", (2, 4, 12), _THRESHOLDS),
    ("standby", "reserve", (0, 1, 2, 5), (Mode.BACKFILL,)),
)


@dataclass(frozen=True, slots=True)
class Variation:
    """A default policy but for one setting; `setting` is None for the default itself."""

    mode: Mode
    setting: str | None = None
    value: int | None = None

    @property
    def policy(self) -> Policy:
        """The policy itself."""
        policy = Policy(mode=self.mode)
        if self.setting is None:
            return policy
        part, field = self.setting.split(".")
        changed = replace(getattr(policy, part), **{field: self.value})
        policy = replace(policy, **{part: changed})
        restore = policy.restore
        return replace(
            policy,
            restore=replace(
                restore, max_backoff_seconds=max(restore.max_backoff_seconds, restore.backoff_seconds)
            ),
        )

    @property
    def name(self) -> str:
        """Its name in a table."""
        return f"{self.mode}" if self.setting is None else f"{self.mode}, {self.setting} {self.value}"

    def contender(self) -> Ours:
        """Return who plays it."""
        return Ours(self.policy, name=self.name)


def default_of(mode: Mode, setting: str) -> int:
    """Return the value that a setting has when nobody sets it."""
    part, field = setting.split(".")
    value: int = getattr(getattr(Policy(mode=mode), part), field)
    return value


def variations(settings: Sequence[str] = ()) -> tuple[Variation, ...]:
    """Return the defaults of each mode, and each other value of the settings (all, where none is named)."""
    chosen = [
        (mode, f"{part}.{field}", value)
        for part, field, values, modes in VALUES
        for mode in modes
        for value in values
        if not settings or f"{part}.{field}" in settings
    ]
    others = [
        Variation(mode, setting, value)
        for mode, setting, value in chosen
        if value != default_of(mode, setting)
    ]
    modes = dict.fromkeys(mode for mode, _, _ in chosen)
    return (*(Variation(mode) for mode in modes), *others)
