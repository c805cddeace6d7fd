import json
import shlex
from pathlib import Path

import pytest

from simulator.demo import cast, drill
from simulator.demo.applying import ROOTS, known_hub
from spot_failover.domain.policy import parse_policy


@pytest.mark.parametrize(("factor", "window", "backoff"), [(20, 15, 45), (30, 10, 30)])
def test_durations_are_the_defaults_divided_by_the_factor(factor: float, window: int, backoff: int) -> None:
    policy = cast.hastened_policy(factor)
    assert policy["thresholds"]["window_seconds"] == window
    assert policy["restore"]["backoff_seconds"] == backoff
    parse_policy({"schema": 1, "mode": "switch", **policy})


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (25, "thresholds.waiting_seconds would be 7.2 s instead of 180 s"),
        (40, "thresholds.window_seconds would be 7.5 s instead of 300 s"),
        (
            60,
            "would be 5 s instead of 300 s. It must be a whole number of at least 10",
        ),
    ],
)
def test_a_factor_that_policies_do_not_allow_is_refused(factor: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cast.hastened_policy(factor)


def test_the_cast_is_what_the_roots_make() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(Path(ROOTS).rglob("*.tf")))
    for key in cast.EVERYONE:
        for name in (key.account, key.region, key.cluster, key.service):
            assert name in text


def test_the_workload_accounts_know_the_hub_of_the_cast() -> None:
    assert f":{cast.HUB.region}:{cast.HUB.account}:" in known_hub()["event_bus_arn"]
    assert known_hub()["spoke_role_name"] == cast.SPOKE_ROLE
    assert known_hub()["drills"] is True


def test_the_drill_is_one_event_about_the_drilled_service() -> None:
    words = shlex.split(drill.COMMAND.replace("\\\n", ""))
    [entry] = json.loads(words[words.index("--entries") + 1])
    key = cast.DRILLED
    assert words[words.index("--region") + 1] == key.region
    assert entry["Resources"] == [
        f"arn:aws:ecs:{key.region}:{key.account}:service/{key.cluster}/{key.service}"
    ]
    assert json.loads(entry["Detail"])["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE"
