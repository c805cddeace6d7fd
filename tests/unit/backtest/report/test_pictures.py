"""Pictures: the same figures give the same bytes, and what matters is in them."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from simulator.backtest import report
from simulator.backtest.report.timelines import shortages
from simulator.backtest.report.tradeoff import height
from simulator.backtest.weather import Change
from tests.unit.backtest.report.compared import END, PLAN, SPEC, START, comparison

NAMES = {
    "comparison.txt",
    "comparison.md",
    "comparison.csv",
    "cost-availability.svg",
    "cost-availability.png",
    "timelines.svg",
    "timelines.png",
}


def test_all_files_are_written_into_a_directory_that_need_not_exist(tmp_path: Path) -> None:
    paths = report.write(comparison(), tmp_path / "new" / "one")
    assert {path.name for path in paths} == NAMES
    assert all(path.stat().st_size > 0 for path in paths)


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    first = report.write(comparison(), tmp_path / "first")
    again = report.write(comparison(), tmp_path / "again")
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_no_file_tells_when_or_where_it_was_made(tmp_path: Path) -> None:
    for path in report.write(comparison(), tmp_path):
        content = path.read_bytes()
        assert str(tmp_path).encode() not in content
        assert b"<dc:date>" not in content


def test_each_policy_has_a_row_and_a_mark(tmp_path: Path) -> None:
    report.write(comparison(), tmp_path)
    for name in ("timelines.svg", "cost-availability.svg"):
        texts = {comment.strip() for comment in _comments(tmp_path / name)}
        assert {"ours, backfill", "all Spot", "clairvoyant"} <= texts


def test_a_caveat_is_in_every_picture(tmp_path: Path) -> None:
    report.write(comparison(caveat="An estimate."), tmp_path)
    for name in ("timelines.svg", "cost-availability.svg"):
        assert any("An estimate." in comment for comment in _comments(tmp_path / name))


def test_the_tables_are_shown_as_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    report.show(comparison(), Console(width=40, force_terminal=False))
    assert capsys.readouterr().out == report.aligned(comparison())


def test_shortages_are_spans_with_what_was_left() -> None:
    assert shortages(PLAN) == [(0.25, 0.375, 0.5), (0.375, 0.5, 0.0)]


def test_a_shortage_that_outlasts_the_plan_ends_with_it() -> None:
    lasting = replace(PLAN, changes=(Change(START + timedelta(days=1), SPEC.region, capacity=0),))
    assert shortages(lasting) == [(1.0, (END - START).days, 0.0)]


@pytest.mark.parametrize(("missing", "at"), [(0.1, 1), (0.001, 3), (1.0, 0), (0.0, 6), (1e-9, 6)])
def test_a_tenth_of_what_is_missing_is_one_step_higher(missing: float, at: float) -> None:
    assert height(missing) == pytest.approx(at)


def _comments(path: Path) -> list[str]:
    """Return the texts of a picture: each is drawn as outlines, under a comment that spells it."""
    return re.findall("<!--(.*?)-->", path.read_text(encoding="utf-8"), re.DOTALL)
