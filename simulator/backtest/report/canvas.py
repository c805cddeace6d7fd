"""How every picture looks, and how it is saved: the same figures give the same bytes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SPOT: Final = "#2f9e83"
ON_DEMAND: Final = "#3b6fb6"
OUTAGE: Final = "#c0392b"
DROUGHT: Final = "#5b4636"
OURS: Final = "#c4620a"
BOUND: Final = "#7a7a7a"
INK: Final = "#222222"
OURS_PREFIX: Final = "ours"
_WIDTH: Final = 175  # characters


@contextmanager
def style() -> Iterator[None]:
    """Draw and save within this."""
    with mpl.rc_context(
        {"font.size": 9, "font.family": "DejaVu Sans", "svg.hashsalt": "backtest", "text.color": INK}
    ):
        yield


def subtitle(*parts: str) -> str:
    """Return what stands below a title, each part on lines of its own that fit the picture."""
    return "\n".join(textwrap.fill(part, _WIDTH) for part in parts if part)


def bare(axis: Axes) -> None:
    """Take away the lines that frame nothing."""
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def save(figure: Figure, directory: Path, name: str) -> list[Path]:
    """Save a picture as SVG and PNG; returns the paths."""
    paths = [directory / f"{name}.svg", directory / f"{name}.png"]
    figure.savefig(paths[0], metadata={"Date": None, "Creator": None})
    figure.savefig(paths[1], dpi=110, metadata={"Software": None})
    return paths
