"""Operators steer services through the command line, with the credentials of the hub's account."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.terraform import REPOSITORY
from tests.e2e.installation import Installation
from tests.e2e.places import HUB, HUB_BUS, NORTH, SOUTH
from tests.e2e.services import SPOT, Service

# It comes home within the hour only because it is told to.
PATIENT = {"window_seconds": 5, "backoff_seconds": 3600, "max_backoff_seconds": 3600}
AUTHOR = f"arn:aws:iam::{HUB.account}:root"


class CommandLine:
    """`spotfailover`, as an operator types it."""

    def __init__(self, installation: Installation) -> None:
        self._sandbox = installation.sandbox

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = self._sandbox.env(HUB.account, HUB.region)
        return subprocess.run(
            [sys.executable, "-m", "spot_failover.cli.main", *arguments],
            env={**environment, "PYTHONPATH": str(REPOSITORY / "lambda_src")},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def take(self, *arguments: str) -> dict[str, Any]:
        """Give a command that the hub takes."""
        answer: dict[str, Any] = self.json(*arguments, "--yes")
        assert answer["taken"] is True
        return answer


@pytest.fixture
def operator(installation: Installation) -> Iterator[CommandLine]:
    yield (made := CommandLine(installation))
    made.take("unfreeze")  # all tests share the fleet


def test_a_service_is_failed_over_and_restored(installation: Installation, operator: CommandLine) -> None:
    service = Service(installation, NORTH, "steered").create().running().register(restore=PATIENT)
    said = operator.take("failover", "steered", "--reason", "Spot is to be drained.")
    assert said["reason"].startswith(f"Failover, asked for by {AUTHOR} (Spot is to be drained.).")
    service.in_phase("on_demand")
    assert {item["capacityProvider"]: item["weight"] for item in service.strategy()}["FARGATE_SPOT"] == 0

    (row,) = operator.json("status", "shop/steered")["services"]
    assert (row["service"], row["phase"]) == (service.key, "on_demand")
    refused = operator.run("failover", "steered", "--yes")
    assert refused.returncode == 1
    assert "nothing was sent. The service is in phase on_demand already" in refused.stderr

    operator.take("restore", "steered")
    service.in_phase("steady", seconds=90)
    assert service.strategy() == SPOT
    told = [message["detail_type"] for message in operator.json("history", "steered")]
    assert told[0] == "Operator Command"
    moves = {f"Service {move}" for move in ("Failing Over", "Change", "On Demand", "Restoring", "Restored")}
    assert moves <= set(told)
    assert told[-1] == "Service Restored"
    assert told.count("Operator Command") == 2


def test_a_paused_service_is_left_alone_until_it_is_resumed(
    installation: Installation, operator: CommandLine
) -> None:
    service = Service(installation, NORTH, "rested").create().running().register()
    operator.take("pause", "rested", "--reason", "Load test.")
    service.drill()
    held = installation.until(
        service.record, lambda record: "hold" in record, what="the drill to be held back"
    )
    assert held["hold"]["kind"] == "paused"
    assert held["hold"]["reason"].startswith(f"Paused by {AUTHOR} (Load test.). Nothing was changed.")
    assert f"Paused by {AUTHOR} (Load test.)." in operator.run("status", "rested").stdout
    installation.quiet()
    assert not service.calls("UpdateService")

    operator.take("resume", "rested")
    service.in_phase("failing_over", "on_demand")
    installation.quiet()
    assert service.calls("UpdateService")


def test_a_frozen_fleet_decides_and_changes_nothing(
    installation: Installation, operator: CommandLine
) -> None:
    service = Service(installation, NORTH, "frosty").create().running().register()
    operator.take("freeze", "--reason", "Incident 42.")
    service.drill()
    held = installation.until(
        service.record, lambda record: "hold" in record, what="the drill to be held back"
    )
    assert held["hold"]["reason"].startswith(f"The fleet is frozen by {AUTHOR} (Incident 42.). Nothing")
    refused = operator.run("failover", "frosty", "--yes")
    assert "Unfreeze the fleet first" in refused.stderr
    installation.quiet()
    assert not service.calls("UpdateService")

    operator.take("unfreeze")
    service.in_phase("failing_over", "on_demand")


def test_a_command_that_another_account_forwards_is_not_followed(
    installation: Installation, operator: CommandLine
) -> None:
    events = installation.client("events", SOUTH)
    # Whoever administers an account may use the spoke's own role for it.
    rule, sources = "spot-failover-intruder", ["spot-failover.operator", "spot-failover.spoke"]
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": sources}))
    role = SOUTH.role_arn("spot-failover-forwarding")
    events.put_targets(Rule=rule, Targets=[{"Id": "hub", "Arn": HUB_BUS, "RoleArn": role}])
    heard_at = installation.spoke(SOUTH).get("heard_at", "")
    try:
        forged = [
            ("spot-failover.operator", "Command", {"command": "freeze", "author": "intruder"}),
            ("spot-failover.spoke", "Heartbeat", {"contract": 1}),
        ]
        answer = events.put_events(
            Entries=[
                {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
                for source, kind, detail in forged
            ]
        )
        assert answer["FailedEntryCount"] == 0
        installation.until(
            lambda: installation.spoke(SOUTH).get("heard_at", ""),
            lambda seen: seen > heard_at,
            what="the heartbeat that came the same way",
        )
        installation.quiet()
    finally:
        events.remove_targets(Rule=rule, Ids=["hub"])
        events.delete_rule(Name=rule)
    assert operator.json("status")["frozen"] is None
