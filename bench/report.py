"""Figures beside their budgets, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

# Begins a row that goes on with the subject of the one above.
_CONTINUED = "…"


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


def print_summary(figures: list[Figure]) -> None:
    """Say how many goals are met, and name those that are not."""
    judged = sum(figure.met is not None for figure in figures)
    missed = []
    subject = ""
    for figure in figures:
        if not figure.what.startswith(_CONTINUED):
            subject = figure.what
        if figure.met is False:
            what = figure.what if figure.what == subject else f"{subject} {figure.what}"
            missed.append(f"bench: missed: {what}: {figure.value}, goal {figure.budget}")
    print(f"bench: {judged - len(missed)} of {judged} goals met", *missed, sep="\n")
