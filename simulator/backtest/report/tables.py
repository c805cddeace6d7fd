"""A comparison as text: aligned for a terminal, as Markdown, and as CSV for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from simulator.backtest.comparison import Comparison, Figures
from simulator.backtest.report.columns import FELT, PAID, RAW, Column

FELT_TITLE: Final = "What users felt"
PAID_TITLE: Final = "What it cost"
LEGEND: Final = (
    "An outage: less than half of demand is served, counted by service. Degraded: less than demand is served."
    " Lost: missing tasks times time."
)
_GAP: Final = "  "


def heading(comparison: Comparison) -> str:
    """Return in a sentence what was compared."""
    plan, specs = comparison.weather, comparison.specs
    days = (plan.end - plan.start).total_seconds() / 86_400
    services = "1 service" if len(specs) == 1 else f"{len(specs)} services"
    tasks = sum(spec.desired for spec in specs)
    return f"{days:.3g} days of {plan.name}, {services} of {tasks} tasks in all, seed {comparison.seed}"


def aligned(comparison: Comparison) -> str:
    """Return both tables with their columns aligned, for 80 columns wherever figures allow it."""
    figures = comparison.figures()
    parts = [heading(comparison), *_caveat(comparison)]
    parts += ["", FELT_TITLE, _aligned(FELT, figures), "", PAID_TITLE, _aligned(PAID, figures), "", LEGEND]
    return "\n".join(parts) + "\n"


def markdown(comparison: Comparison) -> str:
    """Return both tables as Markdown."""
    figures = comparison.figures()
    caveat = [f"\n**{line}**" for line in _caveat(comparison)]
    parts = [f"{heading(comparison)}.", *caveat, "", f"### {FELT_TITLE}", "", _markdown(FELT, figures)]
    parts += ["", f"### {PAID_TITLE}", "", _markdown(PAID, figures), "", LEGEND]
    return "\n".join(parts) + "\n"


def csv_text(comparison: Comparison) -> str:
    """Return one line for each contender; `estimate` says whether the weather is one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["weather", "estimate", "seed", *(column.name for column in RAW)])
    estimate = "yes" if comparison.weather.caveat else "no"
    for figures in comparison.figures():
        row = [column.value(figures) for column in RAW]
        writer.writerow([comparison.weather.name, estimate, comparison.seed, *row])
    return text.getvalue()


def _caveat(comparison: Comparison) -> list[str]:
    return [comparison.weather.caveat] if comparison.weather.caveat else []


def _aligned(columns: Sequence[Column], lines: Sequence[Figures]) -> str:
    headings = [column.heading.split("\n") for column in columns]
    most = max(len(heading) for heading in headings)
    padded = [["", *heading][-most:] if len(heading) < most else heading for heading in headings]
    rows = [*([heading[line] for heading in padded] for line in range(most)), *_cells(columns, lines)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
    texts = (
        [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        for row in rows
    )
    return "\n".join(_GAP.join(text).rstrip() for text in texts)


def _markdown(columns: Sequence[Column], lines: Sequence[Figures]) -> str:
    header = (
        "| " + " | ".join(column.heading.replace("-\n", "").replace("\n", " ") for column in columns) + " |"
    )
    rule = "|---|" + "--:|" * (len(columns) - 1)
    return "\n".join([header, rule, *("| " + " | ".join(row) + " |" for row in _cells(columns, lines))])


def _cells(columns: Sequence[Column], lines: Sequence[Figures]) -> list[list[str]]:
    return [[column.text(figures) for column in columns] for figures in lines]
