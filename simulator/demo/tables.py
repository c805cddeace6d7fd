"""The tables at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from simulator.demo.cast import PARTS, mode_name, name
from simulator.demo.figures import Failover, Feeling, Felt
from simulator.demo.promises import Check

NOT_SEEN: Final = "-"
BOX: Final = box.SIMPLE_HEAD


def failover_table(failovers: Sequence[Failover]) -> Table:
    """Return a row for each failover: how fast, and at what price."""
    table = Table(title="Failovers", title_justify="left", title_style="bold", box=BOX, pad_edge=False)
    table.add_column("service and cause", overflow="fold")
    for title in ("detected", "called", "up", "outage", "degraded", "calls"):
        table.add_column(title, justify="right", no_wrap=True)
    for failover in failovers:
        table.add_row(
            f"{name(failover.key)}\n{mode_name(failover.key)}: {failover.cause}",
            _real(failover.detected_seconds),
            _real(failover.called_seconds),
            _aws(failover.up_seconds),
            _aws(failover.outage_seconds),
            _aws(failover.degraded_seconds),
            f"{failover.describes} + {failover.updates}",
        )
    return table


def failover_legend(time_factor: float) -> str:
    """Return what the columns of that table mean."""
    return (
        "Detected, called: real seconds from the first Spot event on the hub's bus to the decision, and to "
        "ECS's answer to UpdateService. Calls: DescribeServices + UpdateService in that time. Up: from the "
        "answer until all tasks asked for ran on demand. Outage: less than half of demand served. Degraded: "
        f"less than all. The last three are AWS seconds, {time_factor:g} of which pass in one of this run's; "
        "in outage and degraded, the hub's real seconds weigh that many times too much. The containers of "
        "shop/web in Frankfurt and of shop/worker use the two minutes of their notice; those of shop/api get "
        "no requests any more from their notice on, and the others exit when they are asked to."
    )


def felt_table(rows: Sequence[Felt]) -> Table:
    """Return two rows for each service: what its users felt, and what without the hub."""
    table = Table(
        title="What users felt over the whole story",
        title_justify="left",
        title_style="bold",
        box=BOX,
        pad_edge=False,
    )
    table.add_column("service", overflow="fold")
    for title in ("outage", "degraded", "available", "on demand"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        how = mode_name(row.key) if PARTS[row.key].mode else "unregistered"
        table.add_row(f"{name(row.key)} ({how})", *_felt(row.users))
        table.add_row(Text("  without the hub", "dim"), *(Text(cell, "dim") for cell in _felt(row.without)))
    return table


FELT_LEGEND: Final = (
    "Available: the share of time without an outage. Without the hub: the same services in the same weather, "
    "in a second world of the same model, where nobody looks after them and there are no standbys."
)


def _felt(feeling: Feeling) -> tuple[str, ...]:
    return (
        _aws(feeling.outage_seconds),
        _aws(feeling.degraded_seconds),
        f"{feeling.availability:.1%}",
        f"{feeling.on_demand_share:.0%}",
    )


def check_table(checked: Sequence[Check]) -> Table:
    """Return a row for each check."""
    table = Table(
        title="Did it hold?",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        show_header=False,
    )
    for _ in range(2):
        table.add_column()
    for check in checked:
        table.add_row(
            Text("yes" if check.ok else "NO", "green" if check.ok else "bold red"),
            Text.assemble(check.name, "\n", (check.found, "dim" if check.ok else "red")),
        )
    return table


def _real(seconds: float | None) -> str:
    return NOT_SEEN if seconds is None else f"{seconds:.2f} s"


def _aws(seconds: float | None) -> str:
    return NOT_SEEN if seconds is None else f"{seconds:.0f} s"
