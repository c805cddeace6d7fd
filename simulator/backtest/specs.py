"""The services of a backtest that has none of its own."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Final

from simulator.backtest.contender import ServiceSpec
from simulator.world import ExitAt

ACCOUNT: Final = "222233334444"
REGION: Final = "ap-northeast-1"
CLUSTER: Final = "shop"
# All that a stop can mean to users: containers that work until they are killed or end when asked to, with a
# load balancer that drains them first or on a queue without one.
_KINDS: Final = (
    ("web", True, ExitAt.SIGTERM),
    ("worker", False, ExitAt.STOP_TIMEOUT),
    ("api", True, ExitAt.STOP_TIMEOUT),
    ("batch", False, ExitAt.SIGTERM),
)


def specs(services: int, tasks: int) -> tuple[ServiceSpec, ...]:
    """Return so many services of so many tasks, of all kinds in turn, in one account and region."""
    return tuple(
        ServiceSpec(
            ACCOUNT,
            REGION,
            CLUSTER,
            f"{kind}-{number}",
            tasks,
            load_balancer=load_balancer,
            exit_at=exit_at,
        )
        for number, (kind, load_balancer, exit_at) in enumerate(islice(cycle(_KINDS), services), start=1)
    )
