"""The figures of a comparison by name, as people and as programs read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.backtest.comparison import Figures

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """One figure: its heading over a table, and how it is written there."""

    heading: str
    text: Callable[[Figures], str]


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One figure for programs: seconds, dollars and shares of 1, unrounded where it matters."""

    name: str
    value: Callable[[Figures], str]


def duration(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    if seconds <= 0:
        return NOTHING
    if seconds < 10 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 3 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 3 * _DAY:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _DAY:.1f} d"


def availability(share: float) -> str:
    """Return a share of time in percent; never rounded up to 100."""
    if share >= 1:
        return "100 %"
    return f"{min(share, 0.99999) * 100:.3f} %"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{share * 100:.1f} %"


def _times(multiple: float | None) -> str:
    return NOTHING if multiple is None else f"{multiple:.3f}"


def _count(number: int) -> str:
    return f"{number:,}" if number else NOTHING


FELT: Final = (
    Column("policy", lambda f: f.contender),
    Column("available", lambda f: availability(f.availability)),
    Column("outages", lambda f: _count(f.outages)),
    Column("P50", lambda f: duration(f.outage_p50)),
    Column("P95", lambda f: duration(f.outage_p95)),
    Column("P99", lambda f: duration(f.outage_p99)),
    Column("total", lambda f: duration(f.outage_seconds)),
    Column("degraded", lambda f: duration(f.degraded_seconds)),
    Column("lost", lambda f: duration(f.capacity_seconds_lost)),
)
PAID: Final = (
    Column("policy", lambda f: f.contender),
    Column("cost", lambda f: f"${f.cost:,.2f}"),
    Column("of all\non-demand", lambda f: percent(f.cost_of_on_demand)),
    Column("of clair-\nvoyant", lambda f: _times(f.cost_of_clairvoyant)),
    Column("time on\ndemand", lambda f: percent(f.on_demand_share)),
    Column("fail-\novers", lambda f: _count(f.counts.failovers)),
    Column("restores", lambda f: _count(f.counts.restores)),
    Column("failed\nrestores", lambda f: _count(f.counts.failed_restores)),
    Column("ECS\ncalls", lambda f: _count(f.counts.ecs_calls)),
)
RAW: Final = (
    RawColumn("policy", lambda f: f.contender),
    RawColumn("availability", lambda f: f"{f.availability:.9f}"),
    RawColumn("outages", lambda f: f"{f.outages}"),
    RawColumn("outage_p50_seconds", lambda f: f"{f.outage_p50:.3f}"),
    RawColumn("outage_p95_seconds", lambda f: f"{f.outage_p95:.3f}"),
    RawColumn("outage_p99_seconds", lambda f: f"{f.outage_p99:.3f}"),
    RawColumn("outage_mean_seconds", lambda f: f"{f.outage_mean:.3f}"),
    RawColumn("outage_longest_seconds", lambda f: f"{f.outage_longest:.3f}"),
    RawColumn("outage_seconds", lambda f: f"{f.outage_seconds:.3f}"),
    RawColumn("degraded_seconds", lambda f: f"{f.degraded_seconds:.3f}"),
    RawColumn("capacity_seconds_lost", lambda f: f"{f.capacity_seconds_lost:.3f}"),
    RawColumn("on_demand_share", lambda f: f"{f.on_demand_share:.6f}"),
    RawColumn("cost_dollars", lambda f: f"{f.cost:.6f}"),
    RawColumn("cost_of_on_demand", lambda f: f"{f.cost_of_on_demand:.6f}"),
    RawColumn(
        "cost_of_clairvoyant",
        lambda f: "" if f.cost_of_clairvoyant is None else f"{f.cost_of_clairvoyant:.6f}",
    ),
    RawColumn("failovers", lambda f: f"{f.counts.failovers}"),
    RawColumn("restores", lambda f: f"{f.counts.restores}"),
    RawColumn("failed_restores", lambda f: f"{f.counts.failed_restores}"),
    RawColumn("ecs_calls", lambda f: f"{f.counts.ecs_calls}"),
)
