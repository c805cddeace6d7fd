"""Weather for a backtest: generated from a seed, read from a trace, or estimated from one's own events."""

from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.generated import (
    Droughts,
    Flapping,
    Interruptions,
    Spells,
    droughts_and_interruptions,
    flapping,
    partial_shortage,
)
from simulator.backtest.weather.plan import Change, Interruption, WeatherPlan, combined

__all__ = [
    "Change",
    "Droughts",
    "Flapping",
    "Interruption",
    "Interruptions",
    "Spells",
    "WeatherFileError",
    "WeatherPlan",
    "combined",
    "droughts_and_interruptions",
    "flapping",
    "partial_shortage",
]
