"""`spotfailover` as operators type it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from spot_failover.cli.choosing import meant
from spot_failover.domain.command import CommandKind
from spot_failover.domain.errors import ThrottledError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import Operation, Pause, Phase
from tests.unit.cli.desk import MIKA, Desk
from tests.unit.jobs.place import SERVICE

ONE_SERVICE = [kind for kind in CommandKind if not kind.for_fleet]
API = SERVICE.beside("api")


def moved(desk: Desk) -> Desk:
    """Move the service on demand, and let it arrive there."""
    desk.run("failover", "web", "--yes")
    desk.fleet.run(minutes=4)
    assert desk.fleet.record.phase is Phase.ON_DEMAND
    return desk


# --- status and history ---


def test_status_shows_a_calm_service_in_one_line() -> None:
    shown = Desk().run("status")
    assert shown.code == 0
    heading, line = shown.out.splitlines()
    assert heading.split() == ["SERVICE", "PHASE", "SINCE", "SPOT", "ON-DEMAND", "DEMAND"]
    assert line.split() == ["222233334444/eu-west-1/shop/web", "steady", "6", "min", "-", "-", "-"]


def test_status_says_why_and_what_next_where_something_is_going_on() -> None:
    desk = moved(Desk())
    shown = desk.run("status", "web").out
    assert "on_demand" in shown
    assert "why:   All 6 tasks run on demand." in shown
    assert "next:  Spot is tried again at" in shown


def test_status_names_who_froze_the_fleet_and_who_paused_a_service() -> None:
    desk = Desk()
    desk.run("pause", "web", "--yes", "--reason", "Load test.")
    assert f"Paused by {MIKA} (Load test.)." in desk.run("status").out
    desk.run("freeze", "--yes")
    assert desk.run("status").out.startswith(f"The fleet is frozen by {MIKA}.\n")


def test_status_says_what_a_service_lacks_and_where_none_is_named_how_much() -> None:
    desk = Desk()
    findings = [
        Finding(Check.STOP_TIMEOUT, "Set stopTimeout to 120."),
        Finding(Check.HEALTH_CHECK, "Add one."),
    ]
    desk.fleet.services.note_findings(SERVICE, findings, desk.fleet.now)
    named = desk.run("status", "web").out
    assert "    lacks: Set stopTimeout to 120.\n    lacks: Add one.\n" in named
    assert "why:" not in named
    assert "    lacks: 2 things, which `spotfailover status shop/web` says\n" in desk.run("status").out


def test_status_in_json_has_every_field_of_a_row() -> None:
    shown = json.loads(Desk().run("status", "--json").out)
    assert shown["frozen"] is None
    assert shown["troubles"] == []
    (service,) = shown["services"]
    assert service["service"] == SERVICE.key
    assert (service["phase"], service["mode"], service["attention"]) == ("steady", "switch", "none")
    assert service["hold"] is None


def test_status_only_shows_what_is_named() -> None:
    desk = Desk()
    desk.fleet.add("api", 2, Policy())
    shown = json.loads(desk.run("status", "api", "--json").out)
    assert [service["service"] for service in shown["services"]] == [API.key]
    assert len(json.loads(desk.run("status", "--json").out)["services"]) == 2


def test_watching_shows_it_again_and_again_until_somebody_interrupts() -> None:
    desk, rounds = Desk(), 3

    def sleep(seconds: float) -> None:
        desk.slept += seconds
        if desk.slept > 5 * (rounds - 1):
            raise KeyboardInterrupt

    desk._sleep = sleep  # type: ignore[method-assign]
    shown = desk.run("status", "--watch", "--json")
    assert shown.code == 0
    assert len({json.loads(line)["at"] for line in shown.out.splitlines()}) == rounds


def test_watching_goes_on_after_a_fault_that_may_pass() -> None:
    desk = Desk()
    load, faults = desk.fleet.services.frozen, [ThrottledError("The state table is throttled.")]

    def frozen() -> Pause | None:
        if faults:
            raise faults.pop()
        return load()

    def sleep(seconds: float) -> None:
        desk.slept += seconds
        if desk.slept > seconds:
            raise KeyboardInterrupt

    desk.fleet.services.frozen = frozen  # type: ignore[method-assign]
    desk._sleep = sleep  # type: ignore[method-assign]
    shown = desk.run("status", "--watch", "--json")
    assert shown.code == 0
    assert shown.err == "spotfailover: The state table is throttled. Trying again in 5 s.\n"
    assert len(shown.out.splitlines()) == 1


def test_history_tells_what_was_done_and_why() -> None:
    desk = moved(Desk())
    told = desk.run("history", "shop/web").out
    assert "Operator Command\n    Failover, asked for by arn:aws:sts" in told
    assert "Service On Demand\n    All 6 tasks run on demand." in told
    listed = json.loads(desk.run("history", "web", "--json").out)
    assert listed[0]["detail_type"] == "Operator Command"


def test_history_goes_back_as_far_as_is_asked() -> None:
    desk = moved(Desk())
    desk.slept = timedelta(days=2).total_seconds()
    assert "Service On Demand" in desk.run("history", "web").out
    assert "Nothing was told of" in desk.run("history", "web", "--days", "1").out


# --- commands ---


@pytest.mark.parametrize("kind", CommandKind)
def test_a_command_first_says_what_it_does_and_does_nothing_unasked(kind: CommandKind) -> None:
    desk = moved(Desk()) if kind is CommandKind.RESTORE else Desk()
    desk.sent.clear()
    before = desk.fleet.record
    shown = desk.run(kind, *([] if kind.for_fleet else ["web"]))
    assert shown.code == 1
    assert "  then:  " in shown.out
    assert "Nothing was sent: nobody is there to confirm it. Add --yes to do it." in shown.err
    assert (desk.sent, desk.fleet.record) == ([], before)


@pytest.mark.parametrize(
    ("answer", "code"), [("shop/web", 0), ("web", 1), ("", 1), ("y", 1)], ids=["name", "part", "none", "y"]
)
def test_whoever_is_there_confirms_by_the_services_name(answer: str, code: int) -> None:
    desk = Desk(answers=[answer])
    assert desk.run("pause", "web").code == code
    assert (desk.fleet.record.paused is not None) is (code == 0)


def test_nothing_is_sent_where_somebody_just_leaves() -> None:
    desk = Desk(answers=[])
    shown = desk.run("freeze")
    assert (shown.code, desk.sent) == (1, [])
    assert 'Type "the whole fleet" to do it: ' in shown.err


def test_a_service_is_paused_and_resumed() -> None:
    desk = Desk()
    until = (desk.fleet.now + timedelta(hours=1)).isoformat()
    said = desk.run("pause", "web", "--yes", "--reason", "Load test.", "--until", until)
    assert said.code == 0
    assert f"Pause, asked for by {MIKA} (Load test.). Taken." in said.out
    assert desk.fleet.record.paused == Pause(desk.fleet.now + timedelta(hours=1), MIKA, "Load test.")
    assert desk.run("resume", "web", "--yes").code == 0
    record = desk.fleet.services.load(SERVICE)
    assert record is not None
    assert record.paused is None


def test_a_service_is_failed_over_and_restored() -> None:
    desk = moved(Desk())
    shown = desk.run("restore", "web", "--yes")
    assert shown.code == 0
    before, taken, after = [line for line in shown.out.splitlines() if "then:" not in line][1:]
    assert before.startswith("  now:   on_demand for 1 min, mode switch. All 6 tasks run on demand.")
    assert taken == f"Restore, asked for by {MIKA}. Taken."
    assert after.startswith(f"  now:   restoring for 0 s, mode switch. {MIKA} asked to go back to Spot.")
    assert desk.fleet.record.phase is Phase.RESTORING


def test_the_fleet_is_frozen_and_unfrozen() -> None:
    desk = Desk()
    assert desk.run("freeze", "--yes").code == 0
    assert desk.fleet.services.frozen()
    assert desk.run("unfreeze", "--yes").code == 0
    assert desk.fleet.services.frozen() is None


def test_a_freeze_is_known_again_however_its_reason_was_typed() -> None:
    shown = Desk().run("freeze", "--yes", "--reason", " Incident  42,\nsee the \033[1mchannel ")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.endswith(f"The fleet is frozen by {MIKA} (Incident 42, see the [1mchannel).\n")


def test_what_the_hub_would_refuse_is_not_even_sent() -> None:
    desk = Desk()
    shown = desk.run("restore", "web", "--yes")
    assert (shown.code, desk.sent) == (1, [])
    assert "The hub would refuse it, so nothing was sent. The service is in phase steady" in shown.err


def test_what_the_hub_refuses_after_all_is_told() -> None:
    desk = Desk()
    desk.fleet.operate(Operation.DRAIN)  # the hub's own switch, which its tables do not show
    shown = desk.run("failover", "web", "--yes", "--json")
    assert shown.code == 1
    assert json.loads(shown.out) == {
        "command": "failover",
        "command_id": "event-1",
        "service_id": SERVICE.key,
        "phase": "steady",
        "taken": False,
        "reason": f"Failover, asked for by {MIKA}. Refused: The service is being drained (operation), and "
        "only goes back to Spot.",
    }


@pytest.mark.parametrize("kind", [CommandKind.PAUSE, CommandKind.FREEZE])
def test_a_hub_that_does_not_answer_is_told_of_with_what_to_do(kind: CommandKind) -> None:
    desk = Desk(silent=True)
    shown = desk.run(kind, *([] if kind.for_fleet else ["web"]), "--yes")
    assert shown.code == 1
    assert "(event event-1), but the hub has not answered within 60 s" in shown.err
    assert desk.slept == 60


# --- which service ---

SHOP = ServiceId("222233334444", "eu-west-1", "shop", "web")
SHOP_API = ServiceId("222233334444", "eu-west-1", "shop", "web-api")
OTHER = ServiceId("333344445555", "eu-west-1", "shop", "web")
EVERY = [SHOP, SHOP_API, OTHER]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("web", [SHOP, OTHER]),
        ("shop/web", [SHOP, OTHER]),
        ("web-api", [SHOP_API]),
        ("api", [SHOP_API]),
        ("222233334444::eu-west-1::shop::web", [SHOP]),
        ("222233334444/eu-west-1/shop/web", [SHOP]),
        ("2222", [SHOP, SHOP_API]),
        ("eu-west-1/shop/web-api", [SHOP_API]),
        ("b-", [SHOP_API]),
        ("nothing", []),
        ("", []),
    ],
)
def test_whole_names_go_before_parts_of_names(text: str, found: list[ServiceId]) -> None:
    assert meant(text, EVERY) == found


def test_of_several_services_none_is_taken_and_all_are_named() -> None:
    desk = Desk()
    desk.fleet.add("web-api", 2, Policy())
    shown = desk.run("pause", "we", "--yes")
    assert (shown.code, desk.sent) == (1, [])
    assert '"we" may be any of these; say more of it:' in shown.err
    assert "  222233334444/eu-west-1/shop/web-api" in shown.err


@pytest.mark.parametrize("command", ["status", "history", "pause"])
def test_a_service_that_is_not_there_is_said_so(command: str) -> None:
    shown = Desk().run(command, "cart")
    assert shown.code == 1
    assert 'No service of the hub is called "cart".' in shown.err


def test_a_hub_without_services_makes_one_doubt_where_one_looks() -> None:
    desk = Desk()
    desk.fleet.services.forget(desk.fleet.record)
    assert "Is this the hub's account and region" in desk.run("history", "web").err
    assert desk.run("status").out.startswith("The hub knows no service yet.")


# --- what is wrongly typed ---


@pytest.mark.parametrize(
    "typed",
    [
        [],
        ["dance"],
        ["pause"],
        ["freeze", "web"],
        ["pause", "web", "--until", "tomorrow"],
        ["failover", "web", "--until", "2026-03-02T12:00"],
        ["history", "web", "--days", "-1"],
    ],
)
def test_what_is_wrongly_typed_ends_with_two(typed: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Desk().run(*typed)
    assert ended.value.code == 2
