"""The dashboard's table of services, asked for as CloudWatch asks for it."""

from __future__ import annotations

import json
import re

from simulator.console import widget
from tests.e2e.installation import Installation
from tests.e2e.places import FLEET, HUB, NORTH
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


def test_every_registered_service_is_listed_with_its_counts(installation: Installation) -> None:
    service = Service(installation, NORTH, "web").running()

    def listed() -> str:
        return " ".join(
            text for (key, _), text in rows(installation, find="web").items() if key == service.key
        )

    row = installation.until(
        listed, lambda text: "not counted yet" not in text and text, what="the survey's counts on the page"
    )
    assert re.search(r"\d+ Spot, \d+ on demand", row)
    accounts = {key.split("::")[0] for key, _ in rows(installation, find="web")}
    assert accounts >= {place.account for place in FLEET}


def test_what_asks_for_attention_comes_first_and_can_be_asked_for_alone(installation: Installation) -> None:
    everything, attention = rows(installation), rows(installation, show="attention")

    assert set(attention) <= set(everything)
    assert list(everything)[: len(attention)] == list(attention)


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
