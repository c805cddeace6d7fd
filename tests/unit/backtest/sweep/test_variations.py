"""What a sweep varies: one setting at a time, and never to what a policy may not be."""

from dataclasses import asdict, replace

import pytest

from simulator.backtest.sweep.variations import VALUES, Variation, default_of, variations
from spot_failover.domain.policy import Mode, Policy, Standby, parse_policy


@pytest.mark.parametrize("variation", variations(), ids=lambda variation: variation.name)
def test_each_variation_is_a_policy_that_could_be_registered(variation: Variation) -> None:
    policy = variation.policy
    if variation.mode is not Mode.SWITCH:
        policy = replace(policy, standby=replace(policy.standby, service_name="twin"))
    assert parse_policy({"schema": 1, **asdict(policy)}) == policy


def test_each_setting_has_its_default_among_its_values() -> None:
    for part, field, values, modes in VALUES:
        assert all(default_of(mode, f"{part}.{field}") in values for mode in modes)


def test_a_variation_differs_from_the_default_in_its_setting_alone() -> None:
    changed = Variation(Mode.BACKFILL, "standby.reserve", 2).policy
    assert changed == Policy(mode=Mode.BACKFILL, standby=Standby(reserve=2))


def test_defaults_are_played_once_for_each_mode_and_no_value_twice() -> None:
    kinds = variations()
    assert [kind.mode for kind in kinds if kind.setting is None] == [Mode.STANDBY, Mode.SWITCH, Mode.BACKFILL]
    assert len({kind.name for kind in kinds}) == len(kinds)


def test_a_sweep_of_one_setting_plays_only_the_modes_that_it_means_something_to() -> None:
    assert {kind.mode for kind in variations(["standby.reserve"])} == {Mode.BACKFILL}
    assert [kind.value for kind in variations(["standby.reserve"])] == [None, 1, 2, 5]


def test_a_backoff_above_the_ceiling_raises_the_ceiling() -> None:
    policy = Variation(Mode.SWITCH, "restore.backoff_seconds", 20_000).policy
    assert policy.restore.max_backoff_seconds == 20_000
