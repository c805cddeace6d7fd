"""The command line: what it runs, and what it says to input that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.__main__ import main
from simulator.backtest.contestants import UnknownPolicyError, contestants, names
from simulator.backtest.scenario import START, UnknownWeatherError, scenario
from simulator.backtest.weather import WeatherPlan
from spot_failover.domain.policy import Mode, Policy, policy_document

PLAN = WeatherPlan("calm", START, START)
EVENTS = Path(__file__).parents[2] / "events"


def policy_file(directory: Path, **changes: Any) -> Path:
    path = directory / "strict.json"
    path.write_text(json.dumps({**policy_document(Policy()), **changes}), encoding="utf-8")
    return path


@pytest.mark.timeout(120)
def test_a_comparison_prints_its_tables_and_writes_what_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["backtest", "--days", "1", "--services", "2", "--tasks", "3", "--out", str(tmp_path / "out")]

    assert main([*arguments, "--policy", "backfill", str(policy_file(tmp_path)), "rivals"]) == 0

    told = capsys.readouterr().out
    for name in ("ours, backfill", "ours, strict", "all Spot", "all on-demand", "clairvoyant"):
        assert name in told
    written = [line.removeprefix("Written: ") for line in told.splitlines() if line.startswith("Written: ")]
    assert len(written) == len(list((tmp_path / "out").iterdir()))
    assert all(Path(path).stat().st_size > 0 for path in written)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--weather", "sunshine"], "There is no weather 'sunshine'. Give generated, flapping,"),
        (["--weather", "missing.csv"], "missing.csv: cannot be read"),
        (["--weather", "missing.jsonl"], "missing.jsonl: cannot be read"),
        (["--policy", "magic"], "There is no policy 'magic'. Give ours, rivals, switch, standby, backfill,"),
        (["--policy", "missing.json"], "missing.json cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backtest", *arguments]) == 2

    output = capsys.readouterr()
    assert output.err.startswith(f"backtest: {told}")
    assert output.out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--days", "0"], "argument --days: 0 is too few; give 1 or more"),
        (["--tasks", "many"], "argument --tasks: invalid whole number value: 'many'"),
        (["--spot-price", "-1", "0"], "argument --spot-price: -1 dollars is no price"),
        (["--on-demand-price", "free", "0"], "argument --on-demand-price: invalid price value: 'free'"),
    ],
)
def test_numbers_are_checked(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["backtest", *arguments])

    assert told in capsys.readouterr().err


def test_a_policy_that_protected_service_would_refuse_is_refused(tmp_path: Path) -> None:
    path = policy_file(tmp_path, thresholds={"window_seconds": 1})

    with pytest.raises(UnknownPolicyError, match=r"strict\.json: thresholds\.window_seconds is 1"):
        contestants([str(path)], PLAN)


def test_a_policy_file_without_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "torn.json"
    path.write_text('{"schema": 1,', encoding="utf-8")

    with pytest.raises(UnknownPolicyError, match=r"torn\.json does not hold JSON"):
        contestants([str(path)], PLAN)


def test_two_files_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [str(policy_file(tmp_path)), str(policy_file(tmp_path / "other"))]

    with pytest.raises(UnknownPolicyError, match="another file has that name too"):
        contestants(files, PLAN)


def test_nobody_takes_part_twice() -> None:
    taking_part = [contender.name for contender in contestants(["backfill", *names(), *Mode], PLAN)]

    assert len(taking_part) == len(set(taking_part))
    assert {f"ours, {mode}" for mode in Mode} < set(taking_part)


def test_a_trace_lasts_no_longer_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("t_seconds,available\n0,1\n86400,0\n172800,1\n", encoding="utf-8")

    found = scenario(str(path), services=2, tasks=3, days=1, seed=1)

    assert (found.plan.end - found.plan.start).days == 1
    assert [spec.desired for spec in found.specs] == [3, 3]


def test_ones_own_events_bring_their_services_and_their_caveat(tmp_path: Path) -> None:
    path = tmp_path / "quarter.jsonl"
    started = json.loads((EVENTS / "spot-task-started.json").read_text(encoding="utf-8"))
    interrupted = json.loads((EVENTS / "spot-interruption-running.json").read_text(encoding="utf-8"))
    path.write_text(f"{json.dumps(started)}\n{json.dumps(interrupted)}\n", encoding="utf-8")

    found = scenario(str(path), services=9, tasks=9, days=1, seed=1)

    assert found.specs[0].account in {started["account"], interrupted["account"]}
    assert "estimate" in found.plan.caveat


def test_events_of_one_moment_are_no_weather(tmp_path: Path) -> None:
    path = tmp_path / "moment.jsonl"
    event = json.loads((EVENTS / "spot-interruption-running.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps(event), encoding="utf-8")

    with pytest.raises(UnknownWeatherError, match="are of one moment"):
        scenario(str(path), services=1, tasks=1, days=1, seed=1)


def test_the_same_seed_gives_the_same_weather_and_services() -> None:
    first, second, other = (scenario("generated", services=3, tasks=4, days=7, seed=s) for s in (5, 5, 6))

    assert first == second
    assert first.plan != other.plan
