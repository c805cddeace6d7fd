"""The dashboard's table of services, asked for as CloudWatch asks for it."""

from __future__ import annotations

import json
import re

from simulator.console import widget
from tests.e2e.installation import Installation
from tests.e2e.places import HUB, NORTH, SOUTH
from tests.e2e.services import Service

FUNCTION = "spot-failover-console"
DASHBOARD = "spot-failover-eu-central-1"


def rows(installation: Installation, **parameters: object) -> dict[tuple[str, str], str]:
    """Return the rows of the page by the service's id and its phase, each as a reader sees it."""
    page = widget(installation.client("lambda", HUB), FUNCTION, **parameters)
    found = re.findall(r'<tr><td title="([^"]+)">(.*?)</tr>', page, flags=re.DOTALL)
    return {
        (key, re.findall(r'class="phase (\w+)"', row)[0]): re.sub(r"<[^>]+>", " ", row) for key, row in found
    }


def test_registered_services_are_listed_with_their_counts_those_that_moved_first(
    installation: Installation,
) -> None:
    calm = Service(installation, NORTH, "shown-calm").create().running().register()
    moved = Service(installation, SOUTH, "shown-moved").create().running().register()

    def listed() -> dict[str, str]:
        """Return the text of both rows, in the page's order."""
        return {key: " ".join(row.split()) for (key, _), row in rows(installation, find="shown").items()}

    installation.until(
        listed,
        lambda found: len(found) == len([calm, moved]) and "not counted yet" not in "".join(found.values()),
        what="both services with the survey's counts on the page",
    )
    moved.interrupt(2)
    moved.in_phase("on_demand")

    found = listed()

    assert list(found) == [moved.key, calm.key]
    assert re.search(r"steady .*\d+ Spot, 0 on demand of \d+", found[calm.key])
    assert "on demand" in found[moved.key]
    assert f"{SOUTH.account} · {SOUTH.region}" in found[moved.key]
    assert "Spot is tried again at" in found[moved.key]
    assert {key for key, _ in rows(installation, find="shown", show="attention")} >= {moved.key}
    assert {key for key, _ in rows(installation, find="shown", show="on_demand")} == {moved.key}


def test_the_dashboard_that_was_applied_asks_this_function(installation: Installation) -> None:
    cloudwatch = installation.client("cloudwatch", HUB)

    body = json.loads(cloudwatch.get_dashboard(DashboardName=DASHBOARD)["DashboardBody"])

    [endpoint] = [
        widget["properties"]["endpoint"] for widget in body["widgets"] if widget["type"] == "custom"
    ]
    assert endpoint == HUB.arn("lambda", f"function:{FUNCTION}")
    described = installation.client("lambda", HUB).invoke(
        FunctionName=endpoint, Payload=json.dumps({"describe": True}).encode()
    )
    assert json.loads(described["Payload"].read()).startswith("## Spot failover")
