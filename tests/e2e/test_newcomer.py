"""A newcomer who follows only examples/central-and-two-accounts/README.md reaches a protected service.

In a sandbox of its own: nothing but the page says what to do, and in which order.
"""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from simulator.sandbox import Sandbox
from simulator.terraform import REPOSITORY
from tests.e2e.newcomer import Newcomer, commands

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXAMPLE: Final = REPOSITORY / "examples" / "central-and-two-accounts"
WORK: Final = REPOSITORY / "build" / "newcomer"
SERVICES: Final = (
    "222222222222::eu-west-1::web::web",
    "333333333333::eu-west-1::web::web",
    "333333333333::eu-central-1::web::web",
)


def test_the_page_leads_to_protected_services_and_away_again() -> None:
    settings, sandbox_settings, central, accounts, status, drill, destroy = commands(EXAMPLE / "README.md")
    log = REPOSITORY / "build" / "newcomer-sandbox.log"
    with Sandbox(time_factor=60, log=log) as sandbox:
        newcomer = Newcomer(
            EXAMPLE / "README.md",
            WORK,
            replaced={
                "http://127.0.0.1:4566": sandbox.endpoint,
                # Every account here has a service of this name.
                " web/web": " 222222222222",
                # Version 1 of the AWS CLI takes this service's endpoint from the command line alone.
                "aws sqs": f"aws --endpoint-url {sandbox.endpoint} sqs",
            },
            environment={"PYTHONPATH": str(REPOSITORY / "lambda_src")},
        )
        newcomer.set(settings)
        newcomer.set(sandbox_settings)

        newcomer.run(central)
        hub = json.loads((WORK / "examples/central-and-two-accounts/hub.json").read_text())
        assert hub["event_bus_arn"] == "arn:aws:events:eu-west-1:111111111111:event-bus/spot-failover"
        said = newcomer.run(accounts)
        assert "No spoke listens" in said  # as the page says it would

        newcomer.run_until(status, lambda table: all(service in table for service in SERVICES), seconds=120)
        newcomer.run(drill)
        moved = newcomer.run_until(
            status, lambda table: re.search(rf"on_demand.*{SERVICES[0]}|{SERVICES[0]}.*on_demand", table), 60
        )
        assert len(re.findall("steady", moved)) == len(SERVICES) - 1
        [moved_service] = [each for each in sandbox.control.services() if each["account"] == "222222222222"]
        assert (moved_service["on_demand_running"], moved_service["spot_running"]) == (3, 0)

        operate(newcomer)
        newcomer.run(destroy)
        assert sandbox.control.services() == []


def operate(newcomer: Newcomer) -> None:
    """Type all that docs/operating.md says, but for what is marked as not run here."""
    settings, look, steer, logs, redrive, *others = commands(REPOSITORY / "docs" / "operating.md")
    shown = newcomer.run(settings + look)
    assert "on_demand" in shown  # its phase, and then its history
    assert "Service Failing Over" in shown
    said = newcomer.run(settings + steer)
    assert "arn:aws:iam::111111111111:root" in said  # the author of each command
    for block in (logs, redrive, *others):
        if "not run here" not in block:
            newcomer.run(settings + block)
