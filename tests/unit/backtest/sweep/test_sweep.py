"""A sweep from the command line, as small as it can be."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simulator.backtest.contender import Contender, ServiceSpec
from simulator.backtest.outcome import Outcome
from simulator.backtest.run import run
from simulator.backtest.sweep.__main__ import main
from simulator.backtest.weather import WeatherPlan

TRACE = "t_seconds,available\n" + "".join(f"{hour * 3600},{int(hour % 3 > 0)}\n" for hour in range(12))


def _sweep(tmp_path: Path, *arguments: str) -> int:
    small = ["--seeds", "1", "--days", "1", "--rough-days", "1", "--services", "1", "--tasks", "2"]
    return main([*small, "--out", str(tmp_path / "out"), "--setting", "standby.reserve", *arguments], _play)


def _play(
    players: Sequence[Contender],
    plan: WeatherPlan,
    specs: Sequence[ServiceSpec],
    seed: int,
    progress: Callable[[Sequence[float]], object],
) -> list[Outcome]:
    """Play in this process."""
    return [run(player, plan, specs, seed) for player in players]


def _rows(tmp_path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((tmp_path / "out" / "sweep.csv").read_text().splitlines()))


def test_each_value_has_a_line_for_each_weather_and_its_default_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "short.csv").write_text(TRACE)
    assert _sweep(tmp_path, "--traces", str(tmp_path)) == 0
    rows = _rows(tmp_path)
    for weather in ("generated", "flapping", "traces"):
        of_weather = [row for row in rows if row["weather"] == weather]
        assert [row["value"] for row in of_weather] == ["", "1", "2", "5"]
        costs = [float(row["cost_of_clairvoyant"]) for row in of_weather]
        assert costs == sorted(costs), "a reserve costs more the larger it is"
    text = (tmp_path / "out" / "sweep.md").read_text()
    assert text.count("| **0** |") == 3
    assert text.count("| 5 |") == 3
    assert capsys.readouterr().out.endswith(text)


def test_a_bad_trace_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.csv").write_text("t_seconds,available\n0,x\n")
    assert _sweep(tmp_path, "--traces", str(tmp_path)) == 2
    assert "bad.csv, line 2: available is 'x'" in capsys.readouterr().err
