"""What people use today, and the bound: contenders that are not ours."""

from simulator.backtest.contender import Contender
from simulator.backtest.rivals.clairvoyant import Clairvoyant
from simulator.backtest.rivals.counters import ErrorCounters
from simulator.backtest.rivals.mixes import Mix, all_on_demand, all_spot, base_mix, half_and_half
from simulator.backtest.rivals.switch import StrategySwitch
from simulator.backtest.rivals.twin import PlacementFailureTwin
from simulator.backtest.weather import WeatherPlan

__all__ = [
    "Clairvoyant",
    "ErrorCounters",
    "Mix",
    "PlacementFailureTwin",
    "StrategySwitch",
    "all_on_demand",
    "all_spot",
    "base_mix",
    "half_and_half",
    "rivals",
]


def rivals(plan: WeatherPlan) -> list[Contender]:
    """Return one of each, new: a contender runs once."""
    return [
        all_spot(),
        half_and_half(),
        base_mix(),
        StrategySwitch(),
        ErrorCounters(),
        PlacementFailureTwin(),
        all_on_demand(),
        Clairvoyant(plan),
    ]
