"""Figures beside their budgets, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `budget` is empty and `met` None where there is nothing to be met."""

    what: str
    value: str
    budget: str = ""
    met: bool | None = None


def print_figures(figures: list[Figure]) -> None:
    table = Table("measured", "value", "budget", "met")
    for figure in figures:
        met = {True: "yes", False: "NO", None: ""}[figure.met]
        table.add_row(figure.what, figure.value, figure.budget, met)
    Console(width=120).print(table)
