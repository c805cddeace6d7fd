"""docs/cost.md says what `python -m bench cost` prints, here for its two small fleets, to a few percent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from bench import cost
from bench.fleet import prices
from bench.fleet.fleet import Fleet, Size
from bench.scale import SHARE, busy_month, measure
from spot_failover.domain.metric import Detail

PAGE: Final = Path(__file__).parents[3].joinpath("docs", "cost.md").read_text(encoding="utf-8")


def row(size: Size) -> list[float]:
    """Return the dollars of a fleet's row on the page, one for each detail."""
    [cells] = re.findall(rf"^\| {size.registered:,} in {size.accounts} \| (.+) \|$", PAGE, re.MULTILINE)
    return [float(cell.strip(" $").replace(",", "")) for cell in cells.split("|")]


def test_the_page_has_the_fleets_and_details_of_the_command() -> None:
    [heading] = re.findall(r"^\| protected services, accounts \| (.+) \|$", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", heading) == [detail.value for detail in Detail]
    assert [len(row(size)) for size in cost.FLEETS] == [len(Detail)] * len(cost.FLEETS)


@pytest.mark.parametrize("size", cost.FLEETS[:2], ids=lambda size: f"{size.registered} services")
def test_the_page_has_what_the_command_works_out(size: Size) -> None:
    every = 3 if size.registered * SHARE < len(size.modes) else round(1 / SHARE)
    measured = measure(Fleet(size), every)
    month = busy_month(measured)
    dollars = [prices.dollars(cost.of_detail(measured, month, detail)) for detail in Detail]
    assert row(size) == pytest.approx(dollars, rel=0.03), "run python -m bench cost, and write its table anew"
