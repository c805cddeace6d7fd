"""Spokes, registrations and services were there before the hub: it has to find them."""

from __future__ import annotations

import json

from tests.e2e.installation import Installation
from tests.e2e.places import (
    EAST,
    FLEET,
    FORWARDING_QUEUE,
    HOME,
    HUB_AS_SPOKES_KNOW_IT,
    NORTH,
    NORTH_US,
    SOUTH,
    WEST,
)
from tests.e2e.services import Service


def test_the_hub_says_what_the_spokes_were_told(installation: Installation) -> None:
    assert installation.hub_outputs["spoke"] == HUB_AS_SPOKES_KNOW_IT


def test_events_from_before_the_hub_were_kept_with_the_reason(installation: Installation) -> None:
    messages = installation.take(NORTH, FORWARDING_QUEUE)
    assert {json.loads(message["Body"])["source"] for message in messages} == {"aws.ecs", "aws.ssm"}
    assert {message["MessageAttributes"]["ERROR_CODE"]["StringValue"] for message in messages} == {
        "NO_RESOURCE"
    }
    for place in (*FLEET, WEST):
        installation.take(place, FORWARDING_QUEUE)


def test_an_event_of_a_service_nobody_registered_leads_to_its_account(installation: Installation) -> None:
    assert not installation.spoke(NORTH)
    stranger = Service(installation, NORTH, "stranger").running()
    stranger.interrupt(1)
    installation.until(
        lambda: installation.spoke(NORTH).get("refreshed_at"),
        what="the hub to read the account's registrations",
        ticking=False,
    )
    for name in ("web", "careful"):
        assert Service(installation, NORTH, name).record()["phase"] == "steady"


def test_a_heartbeat_leads_to_the_other_accounts_and_regions(installation: Installation) -> None:
    assert not any(installation.spoke(place) for place in (NORTH_US, SOUTH, EAST, WEST))
    installation.control.tick("rate(1 hour)")
    for place in (NORTH_US, SOUTH, EAST):
        Service(installation, place, "web").protected()
    installation.until(
        lambda: installation.spoke(HOME), what="the spoke in the hub's own account", ticking=False
    )
    assert Service(installation, EAST, "web").record()["operation"] == "dry_run"
    assert Service(installation, NORTH_US, "web").record()["operation"] == "active"
