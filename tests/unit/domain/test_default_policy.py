"""Default policies: what they hold, and whom they cover."""

from __future__ import annotations

import json

import pytest

from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import InvalidPolicyError, Mode
from spot_failover.domain.record import Operation
from spot_failover.domain.registration import (
    InvalidSpokeError,
    more_careful,
    parse_default,
    parse_spoke,
)
from tests.unit.domain.scene import Scene


def test_a_default_policy_is_a_dry_run_of_mode_switch() -> None:
    default = parse_default({})
    assert (default.policy.mode, default.policy.dry_run, default.exclude) == (Mode.SWITCH, True, ())


def test_it_may_say_otherwise() -> None:
    default = parse_default({"dry_run": False, "owner": "platform", "exclude": ["shop/*"]})
    assert (default.policy.dry_run, default.policy.owner, default.exclude) == (
        False,
        "platform",
        ("shop/*",),
    )


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be a JSON object"),
        ({"exclude": "shop/*"}, "exclude must be a list"),
        ({"mode": "standby", "standby": {"service_name": "x"}}, "standbys belong to single services"),
        ({"thresholds": {"windows": 1}}, "unknown fields: windows"),
    ],
)
def test_a_bad_default_policy_is_refused_with_a_sentence(document: object, said: str) -> None:
    with pytest.raises(InvalidPolicyError, match=said):
        parse_default(document)
    with pytest.raises(InvalidSpokeError, match="default_policy"):
        parse_spoke(json.dumps({"contract": 1, "hub_bus_arn": "arn", "default_policy": document}))


@pytest.mark.parametrize(
    ("patterns", "tags", "expected"),
    [
        ([], {}, True),
        (["shop/web"], {}, False),
        (["*/web"], {}, False),
        (["shop/w?b"], {}, False),
        (["web"], {}, True),
        ([], {"spot-failover": "off"}, False),
        ([], {"spot-failover": "on"}, True),
    ],
)
def test_exclusions_and_the_tag_keep_it_away(
    scene: Scene, patterns: list[str], tags: dict[str, str], expected: bool
) -> None:
    service = ServiceId("222233334444", "eu-west-1", "shop", "web")
    default = parse_default({"exclude": patterns})
    assert default.covers(service, scene.observation(tags=tags)) is expected


def test_the_more_careful_kill_switch_wins() -> None:
    active, drain, dry_run = Operation.ACTIVE, Operation.DRAIN, Operation.DRY_RUN
    assert more_careful(active, active) is active
    assert more_careful(active, drain) is drain
    assert more_careful(dry_run, drain) is dry_run
