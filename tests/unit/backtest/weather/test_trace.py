"""CSV traces: what they mean, and what is said of bad ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.trace import parse, read

START = datetime(2026, 3, 2, tzinfo=UTC)
SPEC = ServiceSpec("111111111111", "eu-west-1", "main", "web", 20)
COUNTS = """# max_available: 4
# source: made up
t_seconds,available,preempted_count
0,4,0
300,3,1
600,3,2
900,0,3
1200,4,
"""


def test_a_count_is_scaled_to_the_demand_of_the_services() -> None:
    plan = parse(COUNTS.splitlines(), "counts.csv").weather([SPEC], START)
    assert [((change.at - START).total_seconds(), change.tasks([SPEC])) for change in plan.changes] == [
        (0, None),
        (300, 15),
        (900, 0),
        (1200, None),
    ]


def test_preemptions_beyond_the_fall_of_capacity_interrupt_tasks_that_were_replaced_at_once() -> None:
    plan = parse(COUNTS.splitlines(), "counts.csv").weather([SPEC], START)
    # At 300 s and 900 s the fall itself takes as many as were preempted.
    assert [((hit.at - START).total_seconds(), hit.service, hit.count) for hit in plan.interruptions] == [
        (600, SPEC.key, 10)
    ]


def test_zero_and_one_mean_none_and_no_limit() -> None:
    plan = parse(["t_seconds,available", "0,0", "600,1", "1200,1", "1800,0"], "t.csv").weather([SPEC], START)
    assert [change.tasks([SPEC]) for change in plan.changes] == [0, None, 0]


def test_the_last_sample_holds_for_one_more_step() -> None:
    trace = parse(["t_seconds,available", "100,1", "700,1", "1300,0"], "t.csv")
    assert trace.seconds == 1800
    assert trace.weather([SPEC], START).end == START + timedelta(seconds=1800)


def test_only_the_days_asked_for_are_used() -> None:
    lines = ["t_seconds,available", *(f"{hour * 3600},{hour % 2}" for hour in range(72))]
    plan = parse(lines, "t.csv").weather([SPEC], START, days=1.5)
    assert plan.end == START + timedelta(hours=36)
    assert plan.changes[-1].at == START + timedelta(hours=35)


def test_without_a_stated_maximum_the_highest_sample_is_it() -> None:
    plan = parse(["t_seconds,available", "0,2", "60,1"], "t.csv").weather([SPEC], START)
    assert [change.tasks([SPEC]) for change in plan.changes] == [None, 10]


def test_a_pool_that_never_had_capacity_is_empty_and_not_unlimited() -> None:
    plan = parse(["t_seconds,available", "0,0", "60,0"], "t.csv").weather([SPEC], START)
    assert [change.tasks([SPEC]) for change in plan.changes] == [0]


def test_spells_are_the_whole_times_with_and_without_capacity() -> None:
    rows = ["0,1", "600,0", "900,2", "1000,1", "1500,0", "1800,0", "2100,1"]
    up, down = parse(["t_seconds,available", *rows], "t.csv").spells()
    assert up == (600.0,)
    assert down == (300.0, 600.0)


def test_every_region_of_the_services_has_the_weather_of_the_trace() -> None:
    tokyo = ServiceSpec("111111111111", "ap-northeast-1", "main", "web", 4)
    plan = parse(["t_seconds,available", "0,0", "60,1"], "t.csv").weather([SPEC, tokyo], START)
    assert [(change.region, change.at) for change in plan.changes] == [
        ("ap-northeast-1", START),
        ("eu-west-1", START),
        ("ap-northeast-1", START + timedelta(seconds=60)),
        ("eu-west-1", START + timedelta(seconds=60)),
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["time,up", "0,1"], r"t\.csv, line 1: the header is 'time,up'"),
        (["# note", "t_seconds,available", "0,1", "60"], r"line 4: there are 1 fields"),
        (["t_seconds,available", "0,1,0,0"], r"line 2: there are 4 fields"),
        (["t_seconds,available", "0,yes"], r"line 2: available is 'yes', but must be a whole number"),
        (["t_seconds,available", "0,0.5"], r"line 2: available is '0\.5', but must be a whole number"),
        (["t_seconds,available", "0,-1"], r"line 2: available is '-1'"),
        (["t_seconds,available", "soon,1"], r"line 2: t_seconds is 'soon', but must be a number of seconds"),
        (["t_seconds,available", "nan,1"], r"line 2: t_seconds is 'nan'"),
        (["t_seconds,available", "inf,1"], r"line 2: t_seconds is 'inf'"),
        (["t_seconds,available,preempted_count", "0,1,x"], r"line 2: preempted_count is 'x'"),
        (["t_seconds,available", "60,1", "60,0"], r"line 3: t_seconds is 60, not after the line before"),
        (["# max_available: 2", "t_seconds,available", "0,3"], r"says max_available: 2, but a sample has 3"),
        (["t_seconds,available"], r"t\.csv: has no samples"),
        ([], r"t\.csv: has no samples"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_a_remedy(lines: list[str], message: str) -> None:
    with pytest.raises(WeatherFileError, match=message):
        parse(lines, "t.csv")


def test_a_file_that_is_missing_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeatherFileError, match=r"none\.csv: cannot be read"):
        read(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeatherFileError, match="cannot be read as UTF-8"):
        read(tmp_path / "bytes.csv")


def test_a_file_is_named_by_its_stem(tmp_path: Path) -> None:
    (tmp_path / "us-west-2a.csv").write_text(COUNTS)
    assert read(tmp_path / "us-west-2a.csv").name == "us-west-2a"
