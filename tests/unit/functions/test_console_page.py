"""The widget's page: what it lists, in which order, how much of it, and that nobody can write into it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import HoldKind, Operation, Phase
from spot_failover.functions.console_page import Show, View, page
from spot_failover.jobs.status import Row, Trouble
from tests.unit.functions.test_markup import ANY_TEXT, Reader

NOW = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ENDPOINT = "arn:aws:lambda:eu-west-1:111122223333:function:spot-failover-console"
# CloudWatch takes out what could run or load something.
HARMLESS = {
    "style",
    "div",
    "p",
    "a",
    "input",
    "cwdb-action",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "b",
}
HARMLESS |= {"span", "small", "details", "summary"}


def row(name: str = "web", **fields: Any) -> Row:
    settings: dict[str, Any] = {
        "service": ServiceId("222233334444", "eu-central-1", "shop", name),
        "owner": "checkout",
        "mode": Mode.SWITCH,
        "operation": Operation.ACTIVE,
        "phase": Phase.STEADY,
        "hold": None,
        "paused": "",
        "reason": "All is well.",
        "since": NOW - 5 * MINUTE,
        "next_step": "It is watched.",
        "last_error": "",
        "spot": 8,
        "on_demand": 0,
        "demand": 8,
        "healthy": 8,
        "counted_at": NOW,
    }
    return Row(**settings | fields)


def shown(rows: list[Row], view: View | None = None, **more: Any) -> str:
    return page(rows, more.pop("troubles", []), view or View(endpoint=ENDPOINT), NOW, **more)


def text(document: str) -> str:
    """Return what a reader sees, its style left out."""
    return unescape(
        re.sub(r"<style>.*?</style>|<cwdb-action.*?</cwdb-action>|<[^>]+>", "", document, flags=re.DOTALL)
    )


def listed(document: str) -> list[str]:
    return re.findall(r"<b>shop/([^<]+)</b>", document)


def buttons(document: str) -> dict[str, dict[str, Any]]:
    """Return what each button asks the function for, by its words without counts."""
    found = re.findall(r"<a [^>]*>([^<]+)</a><cwdb-action ([^>]*)>([^<]*)</cwdb-action>", document)
    assert {attributes for _, attributes, _ in found} <= {
        f'action="call" display="widget" endpoint="{ENDPOINT}"'
    }
    return {words.rstrip(" 0123456789"): json.loads(asked) for words, _, asked in found}


def test_a_service_is_shown_with_why_and_what_comes_next() -> None:
    said = text(
        shown(
            [
                row(
                    phase=Phase.FAILING_OVER,
                    spot=3,
                    on_demand=4,
                    reason="Spot took five tasks.",
                    next_step="On-demand tasks start.",
                    last_error="ecs:UpdateService was throttled.",
                )
            ]
        )
    )

    for words in (
        "shop/web",
        "222233334444 · eu-central-1 · checkout",
        "failing over",
        "for 5 min",
        "3 Spot, 4 on demand",
        "of 8, 1 missing",
        "Spot took five tasks.",
        "On-demand tasks start.",
        "ecs:UpdateService was throttled.",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("findings", "said"),
    [(("One zone only.",), "lacks 1 thing"), (("One zone.", "No digest."), "lacks 2 things")],
)
def test_what_a_service_lacks_is_counted_and_said(findings: tuple[str, ...], said: str) -> None:
    words = text(shown([row(findings=findings)]))

    assert said in words
    assert all(finding in words for finding in findings)


def test_a_service_that_nobody_counted_says_so() -> None:
    nothing = row(spot=None, on_demand=None, demand=None, healthy=None, counted_at=None)

    assert "not counted yet" in text(shown([nothing]))


@pytest.mark.parametrize(("age", "said"), [(4, False), (5, True)])
def test_counts_of_long_ago_carry_their_time(age: int, said: bool) -> None:
    assert ("counted at" in text(shown([row(counted_at=NOW - age * MINUTE)]))) is said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hold": HoldKind.BLOCKED}, "steady blocked"),
        ({"hold": HoldKind.DRY_RUN, "paused": "Paused by Ann."}, "steady dry run paused"),
        ({"hold": HoldKind.PAUSED, "paused": "Paused by Ann."}, "steady paused"),
        ({"paused": "Paused by Ann."}, "steady paused"),
        ({"operation": Operation.DRAIN}, "switch · drain"),
    ],
)
def test_what_holds_a_service_is_said_beside_its_phase(fields: dict[str, Any], said: str) -> None:
    assert said in text(shown([row(**fields)]))


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(seconds=-1), "for 0 s"),
        (timedelta(seconds=59), "for 59 s"),
        (timedelta(minutes=1), "for 1 min"),
        (timedelta(hours=3, minutes=5), "for 3 h 05 min"),
        (timedelta(days=2, hours=7, minutes=1), "for 2 d 7 h"),
    ],
)
def test_how_long_a_phase_lasts_is_said_in_two_figures_at_most(since: timedelta, said: str) -> None:
    assert f"{said}" in text(shown([row(since=NOW - since)]))


def test_phases_are_counted_over_the_whole_fleet() -> None:
    lacking = row("s0", findings=("The deployment circuit breaker is off.",))
    fleet = [row("a", phase=Phase.FAILING_OVER), lacking, *(row(f"s{number}") for number in range(1, 250))]

    said = text(shown(fleet, View(show=Show.FAILING_OVER, endpoint=ENDPOINT)))

    assert "all 251" in said
    assert "attention 1" in said
    assert "steady 250" in said
    assert "failing over 1" in said
    assert "restoring 0" in said


@pytest.mark.parametrize(
    ("show", "names"),
    [
        (Show.ALL, ["away", "paused", "fine"]),
        (Show.ATTENTION, ["away", "paused"]),
        (Show.ON_DEMAND, ["away"]),
        (Show.STEADY, ["paused", "fine"]),
    ],
)
def test_a_view_lists_those_services_in_the_order_given(show: Show, names: list[str]) -> None:
    fleet = [row("away", phase=Phase.ON_DEMAND), row("paused", paused="Paused by Ann."), row("fine")]

    assert listed(shown(fleet, View(show=show, endpoint=ENDPOINT))) == names


@pytest.mark.parametrize(
    ("find", "names"),
    [
        ("WEB", ["web"]),
        ("shop/", ["web", "api"]),
        ("checkout", ["api"]),
        ("333344445555", []),
        ("", ["web", "api"]),
    ],
)
def test_services_are_found_by_name_place_and_owner(find: str, names: list[str]) -> None:
    fleet = [row("web", owner="search"), row("api")]

    assert listed(shown(fleet, View(find=find, endpoint=ENDPOINT))) == names


def test_a_large_fleet_comes_page_by_page() -> None:
    fleet = [row(f"s{number:05}") for number in range(10_000)]
    view = View(page=3, show=Show.STEADY, find="shop", endpoint=ENDPOINT)

    document = shown(fleet, view)

    assert listed(document) == [f"s{number:05}" for number in range(200, 300)]
    assert "page 3 of 100" in text(document)
    assert buttons(document)["previous"] == {"show": "steady", "page": 2, "find": "shop"}
    assert buttons(document)["next"] == {"show": "steady", "page": 4, "find": "shop"}
    assert len(document) < 500_000


@pytest.mark.parametrize(("asked", "current"), [(-4, 1), (0, 1), (2, 2), (9, 2)])
def test_a_page_beyond_the_ends_is_the_nearest_there_is(asked: int, current: int) -> None:
    document = shown([row(f"s{number}") for number in range(150)], View(page=asked, endpoint=ENDPOINT))

    assert f"page {current} of 2" in text(document)
    assert ("previous" in buttons(document), "next" in buttons(document)) == (current == 2, current == 1)


def test_a_button_begins_at_the_first_page_and_keeps_what_was_looked_for() -> None:
    asked = buttons(shown([row()], View(page=7, find="shop", endpoint=ENDPOINT)))

    assert asked["on demand"] == {"show": "on_demand", "page": 1, "find": "shop"}
    assert asked["find"] == {"show": "all", "page": 1}


def test_nothing_listed_is_told_apart_from_nothing_registered() -> None:
    assert "No service is like this now." in text(shown([row()], View(show=Show.RESTORING)))
    assert "No service is registered yet." in text(shown([]))


def test_what_is_wrong_with_places_is_said_above_ten_at_most() -> None:
    places = [Trouble(Location(f"{number:012}", "eu-west-1"), "It is silent.") for number in range(25)]

    said = text(shown([row()], troubles=places, notices=["The fleet is frozen by Ann."]))

    assert said.count("It is silent.") == 10
    assert "000000000009 eu-west-1: It is silent." in said
    assert "… and 15 more like these." in said
    assert said.index("The fleet is frozen by Ann.") < said.index("It is silent.") < said.index("shop/web")


def test_a_dark_dashboard_has_its_own_colours() -> None:
    assert 'class="sf sf-dark"' in shown([row()], View(dark=True))
    assert 'class="sf"' in shown([row()], View())


def saying(at: str, said: str) -> Row:
    return row(**{at: said})


@given(said=ANY_TEXT, at=st.sampled_from(["reason", "next_step", "last_error", "owner", "paused"]))
def test_what_records_say_is_shown_and_never_run(said: str, at: str) -> None:
    hostile = f"</td><script>alert(1)</script><img src=x onerror=alert(1)>{said}"
    read = Reader(shown([saying(at, hostile)]))

    assert {tag for tag, _ in read.tags} <= HARMLESS
    assert [name for _, attributes in read.tags for name in attributes if name.startswith("on")] == []
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in Reader(shown([saying(at, "x")])).tags]


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "</cwdb-action><script>", "' onclick='x"])
def test_what_viewers_and_places_say_is_never_run(hostile: str) -> None:
    view = View(find=hostile, endpoint=ENDPOINT)
    trouble = Trouble(Location("222233334444", "eu-central-1"), hostile)

    read = Reader(shown([row()], view, troubles=[trouble], notices=[hostile]))

    assert {tag for tag, _ in read.tags} <= HARMLESS
    assert [attributes["value"] for tag, attributes in read.tags if tag == "input"] == [hostile]
    assert read.text.count(hostile) >= len(["the notice", "the trouble"])
    assert buttons(page([row()], [], view, NOW))["all"] == {"show": "all", "page": 1, "find": hostile}
