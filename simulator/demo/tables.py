"""The tables at the end."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from simulator.demo.figures import Failover, Felt
from simulator.demo.verdict import Check
from simulator.world import ServiceKey

NOT_SEEN = "-"


def failover_table(failovers: Sequence[Failover], time_factor: float) -> Table:
    """Return a row for each failover: how fast, and at what price."""
    table = Table(
        title="Failovers",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        caption_justify="left",
        caption=(
            "Detected, called: real seconds from the first Spot event on the hub's bus to the decision, and "
            "to ECS's answer to UpdateService. Calls: DescribeServices + UpdateService in that time. "
            "Up: from the answer until all tasks ran on demand. Outage: less than half of demand served. "
            f"Degraded: less than all. The last three are AWS seconds, {time_factor:g} of which pass in one "
            "of this run's; in outage and degraded, the hub's real seconds weigh that many times too much. "
            "Some containers exit at SIGTERM, others use the two minutes of their notice: the seed decides "
            "which."
        ),
    )
    table.add_column("service and cause", overflow="fold")
    for title in ("detected", "called", "up", "outage", "degraded", "calls"):
        table.add_column(title, justify="right", no_wrap=True)
    for failover in failovers:
        table.add_row(
            f"{failover.key.cluster}/{failover.key.service}\n{failover.key.region}: {failover.cause}",
            _real(failover.detected_seconds),
            _real(failover.called_seconds),
            _aws(failover.up_seconds),
            _aws(failover.outage_seconds),
            _aws(failover.degraded_seconds),
            f"{failover.describes} + {failover.updates}",
        )
    return table


def felt_table(rows: Sequence[Felt], protected: Sequence[ServiceKey]) -> Table:
    """Return a row for each service: what its users felt over the whole story."""
    table = Table(
        title="What users felt, in AWS seconds, over the whole story",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("service")
    table.add_column("looked after")
    for title in ("outage", "degraded", "on demand"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            place(row.key),
            Text("yes", "green") if row.key in protected else Text("no", "red"),
            _aws(row.outage_seconds),
            _aws(row.degraded_seconds),
            f"{row.on_demand_share:.0%}",
        )
    return table


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
    for _ in range(3):
        table.add_column()
    for check in checked:
        table.add_row(
            Text("yes" if check.ok else "NO", "green" if check.ok else "bold red"),
            check.name,
            Text(check.found, "dim" if check.ok else "red"),
        )
    return table


def place(key: ServiceKey) -> str:
    """Return where a service is, on two lines."""
    return f"{key.cluster}/{key.service}\n{key.account} {key.region}"


def _real(seconds: float | None) -> str:
    return NOT_SEEN if seconds is None else f"{seconds:.2f} s"


def _aws(seconds: float | None) -> str:
    return NOT_SEEN if seconds is None else f"{seconds:.0f} s"
