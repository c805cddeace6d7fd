"""The policy document: defaults, bounds and the sentences that refuse a bad one."""

import json

import pytest

from spot_failover.domain.policy import (
    BOUNDS,
    InvalidPolicyError,
    Mode,
    Policy,
    Scale,
    Thresholds,
    parse_policy,
    policy_document,
)


def test_a_policy_that_names_only_its_mode_has_every_default() -> None:
    assert parse_policy({"schema": 1, "mode": "switch"}) == Policy(Mode.SWITCH)


def test_a_document_made_of_a_policy_reads_back_to_the_same_policy() -> None:
    policy = parse_policy(
        {
            "schema": 1,
            "mode": "switch",
            "dry_run": True,
            "thresholds": {"scale": "circuit_breaker"},
            "owner": "team",
        }
    )
    assert parse_policy(json.loads(json.dumps(policy_document(policy)))) == policy


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "must be a JSON object"),
        ({"mode": "switch"}, "schema None"),
        ({"schema": 2, "mode": "switch"}, "Upgrade the hub"),
        ({"schema": True, "mode": "switch"}, "schema True"),
        ({"schema": 1}, 'Wanted: "switch"'),
        ({"schema": 1, "mode": "magic"}, 'mode is "magic". Wanted: "switch" or "standby" or "backfill"'),
        ({"schema": 1, "mode": "switch", "treshold": {}}, "unknown fields: treshold"),
        ({"schema": 1, "mode": "switch", "thresholds": 3}, "thresholds must be a JSON object"),
        (
            {"schema": 1, "mode": "switch", "thresholds": {"windows": 1}},
            "thresholds has unknown fields: windows",
        ),
        (
            {"schema": 1, "mode": "switch", "thresholds": {"interruptions": "5"}},
            "a whole number from 1 to 1000",
        ),
        ({"schema": 1, "mode": "switch", "thresholds": {"interruptions": True}}, "a whole number"),
        (
            {"schema": 1, "mode": "switch", "thresholds": {"interruptions": 2.5}},
            "thresholds.interruptions is 2.5",
        ),
        ({"schema": 1, "mode": "switch", "thresholds": {"interruptions": float("inf")}}, "a whole number"),
        ({"schema": 1, "mode": "switch", "thresholds": {"interruptions": float("nan")}}, "a whole number"),
        (
            {"schema": 1, "mode": "switch", "thresholds": {"scale": "linear"}},
            'Wanted: "fixed" or "circuit_breaker"',
        ),
        ({"schema": 1, "mode": "switch", "dry_run": "yes"}, "Wanted: true or false"),
        ({"schema": 1, "mode": "switch", "owner": "x" * 257}, "at most 256 characters"),
        (
            {"schema": 1, "mode": "switch", "restore": {"backoff_seconds": 600, "max_backoff_seconds": 60}},
            "less than restore.backoff_seconds (600)",
        ),
    ],
)
def test_a_bad_policy_is_refused_with_a_sentence_that_names_the_field(
    document: object, sentence: str
) -> None:
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(document)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("path", sorted(BOUNDS))
def test_both_ends_of_every_bound_are_accepted_and_what_lies_beyond_is_not(path: str) -> None:
    section, name = path.split(".")
    low, high = BOUNDS[path]
    # The longest backoff must not be below the shortest, whichever of the two is tried.
    other = {"backoff_seconds": 5, "max_backoff_seconds": 604800} if section == "restore" else {}
    for value in (low, high):
        parse_policy({"schema": 1, "mode": "switch", section: {**other, name: value}})
    for value in (low - 1, high + 1):
        with pytest.raises(InvalidPolicyError, match=f"from {low} to {high}"):
            parse_policy({"schema": 1, "mode": "switch", section: {**other, name: value}})


@pytest.mark.parametrize(("desired", "threshold"), [(1, 3), (25, 13), (400, 200), (800, 200), (6, 3), (7, 4)])
def test_the_circuit_breaker_scale_follows_the_formula_of_ecs(desired: int, threshold: int) -> None:
    assert Thresholds(scale=Scale.CIRCUIT_BREAKER).task_level(5, desired) == threshold


@pytest.mark.parametrize(("desired", "threshold"), [(1, 1), (2, 1), (3, 2), (8, 4), (10, 5), (200, 5)])
def test_a_fixed_threshold_is_capped_where_a_small_service_could_not_reach_it(
    desired: int, threshold: int
) -> None:
    assert Thresholds().task_level(5, desired) == threshold
