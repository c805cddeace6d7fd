"""Ninety days of droughts and interruptions, a partial shortage, flapping capacity, and how fast that runs.

Costs are of tasks, by the prices of `simulator.backtest.prices`. Availability is the share of time in which
at least half of demand was served. TRACES names a folder with real Spot traces.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench.report import Figure
from simulator.backtest.comparison import Comparison, Figures
from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.ours import Ours
from simulator.backtest.outcome import Outcome
from simulator.backtest.parallel import run_all
from simulator.backtest.prices import Prices
from simulator.backtest.rivals import Clairvoyant, ErrorCounters, all_on_demand, half_and_half
from simulator.backtest.run import run
from simulator.backtest.scenario import FLAPPING, GENERATED, START, scenario
from simulator.backtest.specs import specs
from simulator.backtest.weather import WeatherPlan, combined, partial_shortage, trace
from spot_failover.domain.policy import Mode, Policy, Standby

SEED: Final = 1
DAYS: Final = 90
SERVICES: Final = 4
TASKS: Final = 20
AVAILABILITY: Final = 0.9999
COST_OF_CLAIRVOYANT: Final = 1.02
# Flapping is expensive to simulate: a week of it, and fewer tasks.
FLAPPING_DAYS: Final = 7
FLAPPING_TASKS: Final = 10
FLAPPING_TRACE: Final = "aws_us-west-2b_p3.16xlarge_2022-10"
REGIONS: Final = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2")
SHORTAGE_HOURS: Final = 3.0
LEFT: Final = 18 / 20
SPEED_SERVICES, SPEED_TASKS, SPEED_BUDGET = 20, 50, 60.0
# The weather is alike all the time: a fifth of the days tells of all.
SPEED_SHARE: Final = 5
NOT_MEASURED: Final = "not measured"

ByName = Mapping[str, Figures]


def figures() -> list[Figure]:
    return [*_droughts(), *_shortage(), *_flapping(), *_traces(), _speed()]


# --- ninety days of droughts and interruptions ---


def _droughts() -> Iterator[Figure]:
    chosen = scenario(GENERATED, services=SERVICES, tasks=TASKS, days=DAYS, seed=SEED)
    backfill, standby, counters = _ours(Mode.BACKFILL), _ours(Mode.STANDBY), ErrorCounters()
    clairvoyant = Clairvoyant(chosen.plan)
    outcomes, found = _compared([backfill, standby, counters, clairvoyant], chosen.plan, chosen.specs)
    bound = found[clairvoyant.name]
    ours, twin, published = found[backfill.name], found[standby.name], found[counters.name]
    yield Figure(
        f"{DAYS} days of droughts, {SERVICES} × {TASKS} tasks: backfill, availability",
        _percent(ours.availability),
        f"≥ {AVAILABILITY:.2%}",
        ours.availability >= AVAILABILITY,
    )
    for spec, score in outcomes[backfill.name].scores.items():
        yield Figure(f"… {_ending(spec)}", f"{_percent(score.availability)}, {len(score.outages)} outages")
    yield _of_clairvoyant("… backfill, cost", ours, bound)
    yield Figure(
        "… standby, availability",
        _percent(twin.availability),
        f"≥ {_percent(published.availability)} (error counters)",
        twin.availability >= published.availability,
    )
    yield Figure(
        "… standby, cost",
        _dollars(twin),
        f"≤ {_dollars(published)} (error counters)",
        twin.cost <= published.cost,
    )


def _ending(spec: ServiceSpec) -> str:
    return (
        f"tasks that are drained at the notice ({spec.exit_at})"
        if spec.load_balancer
        else (f"tasks that end at {spec.exit_at}")
    )


# --- a partial shortage ---


def _shortage() -> Iterator[Figure]:
    """Compare over three hours of shortage and half an hour before and after, for every kind of service."""
    fleet = [
        replace(spec, region=region) for spec, region in zip(specs(len(REGIONS), TASKS), REGIONS, strict=True)
    ]
    half = timedelta(minutes=30)
    end = START + 2 * half + timedelta(hours=SHORTAGE_HOURS)
    plan = combined(
        "partial shortage",
        [
            partial_shortage(region, START, end, at=START + half, hours=SHORTAGE_HOURS, left=LEFT)
            for region in REGIONS
        ],
    )
    clairvoyant = Clairvoyant(plan)
    ours = {mode: _ours(mode) for mode in Mode}
    _, found = _compared([*ours.values(), clairvoyant], plan, fleet)
    kept = f"{LEFT * TASKS:.0f} of {TASKS} tasks keep their Spot place for {SHORTAGE_HOURS:.0f} h"
    for mode, contender in ours.items():
        what = f"{kept}: {contender.name}, cost"
        judged = _of_clairvoyant(what, found[contender.name], found[clairvoyant.name])
        # The goal is backfill's: the other two move whole services.
        yield judged if mode is Mode.BACKFILL else Figure(judged.what, judged.value)


# --- flapping ---


def _flapping() -> Iterator[Figure]:
    chosen = scenario(FLAPPING, services=SERVICES, tasks=FLAPPING_TASKS, days=FLAPPING_DAYS, seed=SEED)
    yield from _against_mixes("flapping, generated", chosen.plan, chosen.specs)


def _traces() -> Iterator[Figure]:
    folder = os.environ.get("TRACES")
    if not folder:
        yield Figure("real traces: set TRACES to the folder that holds them", NOT_MEASURED)
        return
    for path in sorted(Path(folder).glob("*.csv"), key=lambda path: (path.stem != FLAPPING_TRACE, path.stem)):
        fleet = specs(SERVICES, FLAPPING_TASKS)
        plan = trace.read(path).weather(fleet, START)
        if path.stem == FLAPPING_TRACE:
            yield from _against_mixes(f"flapping, trace {path.stem}", plan, fleet)
        else:
            yield from _told(path.stem, plan, fleet)


def _against_mixes(what: str, plan: WeatherPlan, fleet: Sequence[ServiceSpec]) -> Iterator[Figure]:
    """Compare each mode with a static mix in availability, and with all on-demand in cost."""
    mix, dear = half_and_half(), all_on_demand()
    # What stops serving at its notice is out until another task runs: only a reserve is there at once.
    half = Policy(mode=Mode.BACKFILL, standby=Standby(reserve=FLAPPING_TASKS // 2))
    ours = [*(_ours(mode) for mode in Mode), Ours(half, name="ours, backfill, half in reserve")]
    outcomes, found = _compared([*ours, mix, dear], plan, fleet)
    least, most = found[mix.name], found[dear.name]
    for contender in ours:
        shown = found[contender.name]
        yield Figure(
            f"{what}: {contender.name}, availability",
            _percent(shown.availability),
            f"≥ {_percent(least.availability)} (static 50/50)",
            shown.availability >= least.availability,
        )
        yield Figure(
            "… share of demand that is served",
            f"{_served(outcomes[contender.name]):.2%}",
            f"≥ {_served(outcomes[mix.name]):.2%} (static 50/50)",
            _served(outcomes[contender.name]) >= _served(outcomes[mix.name]),
        )
        yield Figure(
            "… cost", _dollars(shown), f"≤ {_dollars(most)} (all on-demand)", shown.cost <= most.cost
        )


def _told(name: str, plan: WeatherPlan, fleet: Sequence[ServiceSpec]) -> Iterator[Figure]:
    clairvoyant = Clairvoyant(plan)
    ours = [_ours(mode) for mode in Mode]
    _, found = _compared([*ours, clairvoyant], plan, fleet)
    bound = found[clairvoyant.name].cost
    for contender in ours:
        shown = found[contender.name]
        value = f"{_percent(shown.availability)}, {shown.cost / bound:.3f} × the clairvoyant's cost"
        yield Figure(f"trace {name}: {contender.name}, availability and cost", value)


# --- speed ---


def _speed() -> Figure:
    days = DAYS // SPEED_SHARE
    chosen = scenario(GENERATED, services=SPEED_SERVICES, tasks=SPEED_TASKS, days=days, seed=SEED)
    logging.disable(logging.ERROR)  # as in the processes of `run_all`
    began = time.process_time()
    run(_ours(Mode.BACKFILL), chosen.plan, chosen.specs, SEED)
    seconds = (time.process_time() - began) * SPEED_SHARE
    logging.disable(logging.NOTSET)  # the bytes of other logs are among what `scale` measures
    what = f"backtest of {DAYS} days × {SPEED_SERVICES} services × {SPEED_TASKS} tasks, backfill, one core"
    value = f"{seconds:.0f} s ({SPEED_SHARE} × {days} days)"
    return Figure(what, value, f"≤ {SPEED_BUDGET:.0f} s", seconds <= SPEED_BUDGET)


# --- all of them ---


def _ours(mode: Mode) -> Ours:
    return Ours(Policy(mode=mode))


def _compared(
    contenders: Sequence[Contender], plan: WeatherPlan, fleet: Sequence[ServiceSpec]
) -> tuple[Mapping[str, Outcome], ByName]:
    """Return outcomes and figures by contender."""
    outcomes = run_all(contenders, plan, fleet, SEED, lambda _: None)
    comparison = Comparison(plan, tuple(fleet), SEED, Prices(), outcomes)
    by_name = {outcome.contender: outcome for outcome in outcomes}
    return by_name, {shown.contender: shown for shown in comparison.figures()}


def _of_clairvoyant(what: str, shown: Figures, bound: Figures) -> Figure:
    ratio = shown.cost / bound.cost
    return Figure(
        what,
        f"{ratio:.3f} × the clairvoyant's",
        f"≤ {COST_OF_CLAIRVOYANT} ×",
        ratio <= COST_OF_CLAIRVOYANT,
    )


def _served(outcome: Outcome) -> float:
    total = outcome.total
    return 1 - total.capacity_seconds_lost / total.demand_seconds


def _percent(share: float) -> str:
    return f"{share:.4%}"


def _dollars(shown: Figures) -> str:
    return f"${shown.cost:,.2f}"
