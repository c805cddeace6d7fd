"""When an alarm on one metric rises: statistics, periods, what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.sandbox.alarm_states import ALARM, INSUFFICIENT_DATA, OK, state_of

NOW = 100_000.0


def alarm(**more: Any) -> dict[str, Any]:
    return {
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5,
        "TreatMissingData": "notBreaching",
        **more,
    }


def state(points: list[tuple[float, float]], present: str = OK, **more: Any) -> str:
    """Return the state with points of so many seconds ago."""
    return state_of(alarm(**more), [(NOW - ago, value) for ago, value in points], NOW, present)


@pytest.mark.parametrize(
    ("statistic", "threshold"),
    [("Sum", 12), ("Average", 4), ("Minimum", 1), ("Maximum", 9), ("SampleCount", 3)],
)
def test_every_statistic_is_held_against_the_threshold(statistic: str, threshold: float) -> None:
    points = [(1.0, 1.0), (20.0, 2.0), (59.0, 9.0)]
    assert state(points, Statistic=statistic, Threshold=threshold - 0.5) == ALARM
    assert state(points, Statistic=statistic, Threshold=threshold) == OK


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [
        ("GreaterThanThreshold", 5, OK),
        ("GreaterThanOrEqualToThreshold", 5, ALARM),
        ("LessThanThreshold", 5, OK),
        ("LessThanOrEqualToThreshold", 5, ALARM),
        ("LessThanThreshold", 4, ALARM),
    ],
)
def test_every_comparison(comparison: str, value: float, expected: str) -> None:
    assert state([(1, value)], ComparisonOperator=comparison) == expected


def test_what_is_older_than_the_periods_does_not_count() -> None:
    assert state([(61, 9)]) == OK
    assert state([(59, 9)]) == ALARM


def test_every_period_must_breach() -> None:
    assert state([(1, 9), (61, 9), (121, 9)], EvaluationPeriods=3) == ALARM
    assert state([(1, 9), (61, 4), (121, 9)], EvaluationPeriods=3) == OK
    assert state([(1, 9), (121, 9)], EvaluationPeriods=3) == OK


def test_some_periods_may_be_enough() -> None:
    assert state([(1, 9), (61, 4), (121, 9)], EvaluationPeriods=3, DatapointsToAlarm=2) == ALARM


@pytest.mark.parametrize(
    ("treated", "expected"),
    [("breaching", ALARM), ("notBreaching", OK), ("missing", INSUFFICIENT_DATA), ("ignore", "as before")],
)
def test_silence_is_treated_as_asked(treated: str, expected: str) -> None:
    assert state([], present="as before", TreatMissingData=treated) == expected
