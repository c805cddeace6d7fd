"""What came out of a backtest, for people and programs: tables, CSV and pictures."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from simulator.backtest.comparison import Comparison
from simulator.backtest.report import timelines, tradeoff
from simulator.backtest.report.tables import aligned, csv_text, markdown

__all__ = ["aligned", "csv_text", "markdown", "show", "write"]


def show(comparison: Comparison, console: Console) -> None:
    """Print the tables."""
    console.print(aligned(comparison), end="", markup=False, highlight=False, soft_wrap=True)


def write(comparison: Comparison, directory: Path) -> list[Path]:
    """Write the tables and pictures into a directory; returns the paths.

    The same comparison gives the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    texts = {
        "comparison.txt": aligned(comparison),
        "comparison.md": markdown(comparison),
        "comparison.csv": csv_text(comparison),
    }
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    written = [directory / name for name in texts]
    return [*written, *tradeoff.draw(comparison, directory), *timelines.draw(comparison, directory)]
