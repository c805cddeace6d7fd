"""A tick over 10,000 services in 200 accounts, in calm and with 5 % of them failing over, and what AWS bills.

The jobs and adapters are those of the zip, their clients are in memory and take the time that `fleet.aws`
states; tasks are those of the simulated world. Prices and assumptions about a month: `fleet.prices`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.fleet import prices
from bench.fleet.fleet import Fleet, Size
from bench.fleet.hub import log_bytes
from bench.fleet.usage import Usage, beyond, times, total
from bench.report import Figure
from spot_failover.domain.metric import Detail
from spot_failover.jobs.readiness import CHECKS_A_SURVEY

SIZE: Final = Size()
SHARE: Final = 0.05
TICK_BUDGET: Final = 60.0
COST_BUDGET: Final = 0.05
# By then every service that lost its tasks runs on demand, but for a few whose Spot came back first.
TICKS_OF_A_FAILOVER: Final = 5
# A notice, the end of the task and the start of its successor.
INTERRUPTION_SECONDS: Final = 240.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick: the seconds until all its work was done, and what that took."""

    seconds: float
    at_once: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Measured:
    """Ticks in calm, with parameters read anew, with services checked, while some fail over, with those away.

    hit: how many services failed over, and how many lost one task. metrics: how many a tick in calm writes.
    """

    size: Size
    hit: int
    calm: Tick
    refresh: Tick
    checks: Tick
    storm: Tick
    away: Tick
    failovers: Usage
    interruptions: Usage
    away_services: int
    metrics: Mapping[Detail, int]


def figures() -> list[Figure]:
    fleet = Fleet(SIZE)
    measured = measure(fleet, round(1 / SHARE))
    return [*_ticks(fleet, measured), *_costs(measured)]


def measure(fleet: Fleet, every: int) -> Measured:
    """Let each so manieth service fail over, measure, and close the fleet."""
    _tick(fleet)  # reports what services lack, as once a week
    fleet.wait(60)
    fleet.hub.aws.book.taken()
    written: dict[Detail, set[tuple[str, ...]]] = {detail: set() for detail in Detail}
    fleet.hub.metrics = written
    calm = _tick(fleet)
    fleet.hub.metrics = None
    fleet.wait(600)  # the parameters are ten minutes old now
    fleet.hub.aws.book.taken()
    refresh = _tick(fleet)
    fleet.wait(60)
    fleet.forget_checks()
    fleet.hub.aws.book.taken()
    checks = _tick(fleet)
    fleet.register()  # the others are not due while the storm is measured
    fleet.wait(60)
    struck = fleet.services[::every]
    fleet.interrupt(struck, fleet.size.tasks)
    ticks = []
    for _ in range(TICKS_OF_A_FAILOVER):
        ticks.append(_tick(fleet))
        fleet.wait(60)
    between = fleet.hub.aws.book.taken()
    away = fleet.phases().get("on_demand", 0)
    failovers = beyond(total(between, *(tick.usage for tick in ticks)), times(calm.usage, len(ticks)))
    fleet.interrupt(fleet.services[every // 2 :: every], 1)
    fleet.wait(INTERRUPTION_SECONDS)
    interruptions = fleet.hub.aws.book.taken()
    fleet.close()
    if faults := fleet.faults():
        raise RuntimeError(f"{len(faults)} passes over the fleet failed, the first: {faults[0]}")
    return Measured(
        fleet.size,
        len(struck),
        calm,
        refresh,
        checks,
        storm=ticks[0],
        away=ticks[-1],
        failovers=failovers,
        interruptions=interruptions,
        away_services=away,
        metrics={detail: len(names) for detail, names in written.items()},
    )


def _tick(fleet: Fleet) -> Tick:
    book = fleet.hub.aws.book
    seconds = fleet.hub.tick()
    return Tick(seconds, fleet.hub.most_at_once, book.taken())


def _ticks(fleet: Fleet, measured: Measured) -> list[Figure]:
    calm = measured.calm.usage
    described = calm["ecs DescribeServices"]
    shown = fleet.ecs_services
    allowed = SIZE.accounts * math.ceil(shown / SIZE.accounts / 10)
    task_calls = sum(calm.get(f"ecs {name}", 0) for name in ("ListTasks", "DescribeTasks"))
    passed_on = calm["invocations of work"] - SIZE.accounts
    of = f"{SIZE.registered:,} services in {SIZE.accounts} accounts, {shown:,} with their standbys"
    return [
        Figure(
            f"DescribeServices of a tick over {of}",
            f"{described:,.0f}",
            f"≤ {allowed:,}",
            described <= allowed,
        ),
        Figure("… calls about tasks, in calm", f"{task_calls:.0f}", "0", not task_calls),
        Figure("… services passed on to a pass, in calm", f"{passed_on:.0f}", "0", not passed_on),
        _time("the tick's work done, in calm", measured.calm),
        _time("… with all parameters read anew", measured.refresh),
        _time(f"… with {CHECKS_A_SURVEY} services of each account checked", measured.checks),
        _time(f"… while {SHARE:.0%} fail over, a third in each mode", measured.storm),
        _time(f"… with {measured.away_services} of them on demand", measured.away),
        *(
            Figure(f"a tick {when}: {what}", _used(tick.usage, names))
            for when, tick in (("in calm", measured.calm), ("while 5 % fail over", measured.storm))
            for what, names in _KINDS.items()
        ),
    ]


# What is printed of a tick, by the names in the book.
_KINDS: Final = {
    "calls of workload accounts": ("ecs ", "ssm ", "elbv2 ", "application-autoscaling ", "sts "),
    "DynamoDB": ("dynamodb ",),
    "SQS, Lambda, EventBridge": ("sqs ", "lambda ", "events"),
}


def _used(usage: Usage, names: tuple[str, ...]) -> str:
    return "\n".join(
        f"{name.removeprefix('dynamodb ')}: {number:,.0f}"
        for name, number in sorted(usage.items())
        if name.startswith(names)
    )


def _time(what: str, tick: Tick) -> Figure:
    value = f"{tick.seconds:.1f} s, at most {tick.at_once} functions at once"
    return Figure(what, value, f"≤ {TICK_BUDGET:.0f} s at ≤ {SIZE.work_at_once}", tick.seconds <= TICK_BUDGET)


def _costs(measured: Measured) -> list[Figure]:
    calm, busy = _calm_month(measured), busy_month(measured)
    return [
        _cost("a month of calm", calm),
        _cost(
            f"a month with {prices.INTERRUPTIONS} interruptions and {prices.FAILOVERS} failovers a service, "
            f"{SHARE:.0%} of them away",
            busy,
        ),
        Figure("… of which", _bill(busy)),
    ]


def _cost(what: str, usage: Usage) -> Figure:
    dollars = prices.dollars(usage)
    each = dollars / SIZE.registered
    return Figure(
        f"{what}, aggregated metrics: a service",
        f"${each:.4f} (${dollars:,.0f} in all)",
        f"≤ ${COST_BUDGET:.2f}",
        each <= COST_BUDGET,
    )


def _bill(usage: Usage) -> str:
    lines = {name: prices.dollars({name: number}) for name, number in usage.items()}
    return "\n".join(f"{name}: ${sum_:,.2f}" for name, sum_ in sorted(lines.items()) if sum_)


def _calm_month(measured: Measured) -> Usage:
    size = measured.size
    anew = prices.REFRESHES + prices.HEARTBEATS
    checks = beyond(measured.checks.usage, measured.calm.usage)
    month = total(
        times(measured.calm.usage, prices.MINUTES - prices.REFRESHES),
        times(
            checks, prices.CHECKS * size.registered / (size.accounts * min(size.services, CHECKS_A_SURVEY))
        ),
        times(measured.refresh.usage, anew),
        prices.EMPTY_RECEIVES,
        {
            "events": size.accounts * prices.HEARTBEATS,
            "metrics": prices.METRICS,
            "alarms": prices.ALARMS,
            "dashboards": 1,
            "keys": 1,
        },
    )
    return total(month, {"log bytes": month[log_bytes(Detail.FLEET)]})


def busy_month(measured: Measured) -> Usage:
    """Return a month in which 5 % are away at any time; a restore is taken to cost what a failover does."""
    size = measured.size
    away = beyond(measured.away.usage, measured.calm.usage)
    return total(
        _calm_month(measured),
        times(away, prices.MINUTES * SHARE * size.registered / measured.hit),
        times(measured.failovers, 2 * prices.FAILOVERS * size.registered / measured.hit),
        times(measured.interruptions, prices.INTERRUPTIONS * size.registered / measured.hit),
    )
