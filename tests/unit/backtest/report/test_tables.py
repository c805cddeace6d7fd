"""Tables and CSV: what they say, and that every reader gets the same."""

import csv
import io

import pytest

from simulator.backtest.report import aligned, csv_text, markdown
from simulator.backtest.report.columns import availability, duration
from tests.unit.backtest.report.compared import comparison, outcome

CAVEAT = "An estimate: silence is not capacity."


def test_the_aligned_table_says_what_was_compared_and_how_each_fared() -> None:
    lines = aligned(comparison()).splitlines()
    assert lines[0] == "2 days of a made-up drought, 1 service of 20 tasks in all, seed 7"
    felt = next(line for line in lines if line.startswith("all Spot"))
    assert " ".join(felt.split()) == "all Spot 93.698 % 3 60 min 120 min 120 min 3.0 h 6.0 h 45.4 h"


def test_columns_are_aligned_on_the_right_and_names_on_the_left() -> None:
    lines = aligned(comparison()).splitlines()
    table = lines[lines.index("What users felt") + 1 : lines.index("What it cost") - 1]
    assert len({len(line) for line in table}) == 1
    assert [line[:14].strip() for line in table] == ["policy", "ours, backfill", "all Spot", "clairvoyant"]


def test_costs_are_shares_of_all_on_demand_and_multiples_of_the_clairvoyant() -> None:
    lines = aligned(comparison()).splitlines()
    _, paid = (line for line in lines if line.startswith("ours, backfill"))
    # A task of 1 vCPU and 1 GB: 0.05167 on-demand and 0.02274 on Spot; 960 task hours.
    assert " ".join(paid.split()) == "ours, backfill $24.61 49.6 % 1.060 10.0 % 3 2 1 12,345"


def test_without_a_clairvoyant_there_is_no_multiple_of_it() -> None:
    alone = comparison(outcome("all Spot"))
    assert next(csv.DictReader(io.StringIO(csv_text(alone))))["cost_of_clairvoyant"] == ""
    assert "–" in aligned(alone)


def test_markdown_has_a_cell_for_each_figure_of_the_aligned_table() -> None:
    text = markdown(comparison())
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 * (1 + 3)
    assert "| all Spot | 93.698 % | 3 | 60 min | 120 min | 120 min | 3.0 h | 6.0 h | 45.4 h |" in rows
    assert {row.count("|") for row in rows[:4]} == {10}
    assert "of clairvoyant" in text
    assert "failovers" in text


def test_csv_has_unrounded_figures_under_names() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(comparison()))))
    spot = rows[1]
    assert (spot["policy"], spot["weather"], spot["seed"]) == ("all Spot", "a made-up drought", "7")
    assert float(spot["availability"]) == pytest.approx(1 - 10_890 / 172_800, abs=1e-9)
    assert float(spot["outage_p95_seconds"]) == 7200
    assert float(spot["outage_mean_seconds"]) == 3630
    moves = [rows[0][name] for name in ("failovers", "restores", "failed_restores", "ecs_calls")]
    assert moves == ["3", "2", "1", "12345"]


def test_a_caveat_of_the_weather_is_in_every_text() -> None:
    said = comparison(caveat=CAVEAT)
    assert CAVEAT in aligned(said)
    assert f"**{CAVEAT}**" in markdown(said)
    assert {row["estimate"] for row in csv.DictReader(io.StringIO(csv_text(said)))} == {"yes"}
    assert {row["estimate"] for row in csv.DictReader(io.StringIO(csv_text(comparison())))} == {"no"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "–"),
        (12.4, "12 s"),
        (599, "599 s"),
        (600, "10 min"),
        (10_799, "180 min"),
        (10_800, "3.0 h"),
        (259_200, "3.0 d"),
    ],
)
def test_durations_are_in_the_unit_that_suits_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("share", "text"), [(1, "100 %"), (0.9999999, "99.999 %"), (0.98283, "98.283 %")])
def test_an_outage_is_never_rounded_away(share: float, text: str) -> None:
    assert availability(share) == text
