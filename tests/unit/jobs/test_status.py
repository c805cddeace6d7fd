"""How every service stands: the rows that console and command line show."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spot_failover.adapters.memory import InMemoryLedgers, InMemoryServices, InMemorySpokes
from spot_failover.domain.errors import UnreadableItemError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Reading
from spot_failover.domain.outlook import next_step
from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import Hold, HoldKind, Operation, Pause, Phase, Record, Spoke
from spot_failover.domain.registration import Registration
from spot_failover.jobs import status
from spot_failover.jobs.status import Attention, Row, Trouble

NOW = datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Location("222233334444", "eu-central-1")
ELSEWHERE = Location("333344445555", "us-east-1")
BACKFILL = Policy(mode=Mode.BACKFILL, standby=Standby("web-on-demand"), owner="checkout")


class Hub:
    """The hub's tables."""

    def __init__(self) -> None:
        self.services = InMemoryServices()
        self.spokes = InMemorySpokes()
        self.ledgers = InMemoryLedgers()
        for location in (HERE, ELSEWHERE):
            self.spokes.save(Spoke(location, heard_at=NOW))

    def add(
        self, name: str, location: Location = HERE, policy: Policy | None = None, **fields: object
    ) -> Record:
        """Save a service's record as a pass and its registration would."""
        service = ServiceId(location.account, location.region, "shop", name)
        self.services.register(Registration(service, policy or Policy()), NOW - 60 * MINUTE)
        record = self.services.load(service)
        assert record is not None
        return self.services.save(replace(record, **fields))  # type: ignore[arg-type]

    def count(self, *readings: tuple[Record, Reading], at: datetime = NOW) -> None:
        """Save what a survey saw."""
        for location in {record.id.location for record, _ in readings}:
            there = {record.id: reading for record, reading in readings if record.id.location == location}
            self.ledgers.save(Ledger(location, at, at.date(), readings=there))

    def rows(self) -> list[Row]:
        return list(status.rows(self.services, self.spokes, self.ledgers, NOW))

    @property
    def names(self) -> list[str]:
        return [row.service.service for row in self.rows()]


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_a_row_says_how_a_service_stands_why_and_what_comes_next(hub: Hub) -> None:
    record = hub.add(
        "web",
        policy=BACKFILL,
        phase=Phase.FAILING_OVER,
        since=NOW - MINUTE,
        reason="Spot took five tasks.",
        last_error="ecs:UpdateService was throttled.",
    )
    hub.services.note_findings(record.id, [Finding(Check.ZONES, "One zone only.")], NOW)
    hub.count((record, Reading(spot=3, on_demand=4, demand=8, healthy=6, score=40)))

    assert hub.rows() == [
        Row(
            service=record.id,
            owner="checkout",
            mode=Mode.BACKFILL,
            operation=Operation.ACTIVE,
            phase=Phase.FAILING_OVER,
            hold=None,
            paused="",
            reason="Spot took five tasks.",
            since=NOW - MINUTE,
            next_step=next_step(record, NOW),
            last_error="ecs:UpdateService was throttled.",
            findings=("One zone only.",),
            spot=3,
            on_demand=4,
            demand=8,
            healthy=6,
            counted_at=NOW,
        )
    ]


def test_a_service_that_no_survey_counted_has_no_counts(hub: Hub) -> None:
    counted = hub.add("web")
    hub.add("api")
    hub.count((counted, Reading(8, 0, 8, 8, 100)))

    counts = {row.service.service: (row.spot, row.demand, row.counted_at) for row in hub.rows()}

    assert counts == {"web": (8, 8, NOW), "api": (None, None, None)}


def test_a_hold_s_reason_goes_before_that_of_the_phase(hub: Hub) -> None:
    hold = Hold(HoldKind.BLOCKED, "The standby is gone.", Phase.FAILING_OVER)
    hub.add("web", reason="All is well.", hold=hold)

    [row] = hub.rows()

    assert (row.hold, row.reason) == (HoldKind.BLOCKED, "The standby is gone.")


def test_what_needs_a_person_comes_first_then_what_moved_last(hub: Hub) -> None:
    paused = Hold(HoldKind.PAUSED, "Paused by Ann.", Phase.FAILING_OVER)
    blocked = Hold(HoldKind.BLOCKED, "The standby is gone.", Phase.STEADY)
    hub.add("steady", since=NOW)
    hub.add("held", hold=paused)
    lacking = hub.add("lacking", since=NOW)
    hub.services.note_findings(lacking.id, [Finding(Check.ZONES, "One zone only.")], NOW)
    hub.add("away-long", phase=Phase.ON_DEMAND, since=NOW - 9 * MINUTE)
    hub.add("away", phase=Phase.ON_DEMAND, since=NOW - 2 * MINUTE, location=ELSEWHERE)
    hub.add("restoring", phase=Phase.RESTORING, since=NOW - 3 * MINUTE)
    hub.add("failing", phase=Phase.FAILING_OVER, since=NOW - MINUTE)
    hub.add("blocked", hold=blocked, since=NOW - 8 * MINUTE)
    hub.add("faulty", last_error="The role cannot be assumed.", since=NOW - 7 * MINUTE)

    assert hub.names == [
        "faulty",
        "blocked",
        "failing",
        "restoring",
        "away",
        "away-long",
        "held",
        "lacking",
        "steady",
    ]


def test_services_that_moved_at_the_same_time_are_in_the_order_of_their_names(hub: Hub) -> None:
    for name in ("web", "api", "worker"):
        hub.add(name, since=NOW)

    assert hub.names == ["api", "web", "worker"]


def test_a_pause_is_shown_while_it_lasts(hub: Hub) -> None:
    lasting, over = hub.add("web").id, hub.add("api").id
    hub.services.pause(lasting, Pause(NOW + MINUTE, "Ann", "a release"))
    hub.services.pause(over, Pause(NOW - MINUTE, "Ann"))

    rows = {row.service: (row.paused, row.attention) for row in hub.rows()}

    assert rows == {
        lasting: ("Paused by Ann until 2026-03-02 09:15 UTC (a release).", Attention.HELD),
        over: ("", Attention.NONE),
    }


def test_the_hubs_own_kill_switch_is_shown_as_the_survey_last_had_it(hub: Hub) -> None:
    record = hub.add("web")
    hub.ledgers.save(Ledger(HERE, NOW, NOW.date(), operation=Operation.DRY_RUN))

    (row,) = hub.rows()

    assert (record.operation, row.operation) == (Operation.ACTIVE, Operation.DRY_RUN)
    assert row.next_step == "It is watched, and nothing is changed: this is a dry run."


def test_a_frozen_fleet_is_shown_on_every_service(hub: Hub) -> None:
    hub.add("web")
    hub.add("api", location=ELSEWHERE)
    hub.services.freeze(Pause(None, "Ann"))

    rows = hub.rows()

    assert {row.paused for row in rows} == {"The fleet is frozen by Ann."}
    assert {row.next_step for row in rows} == {"Nothing is changed until an operator unfreezes the fleet."}


def test_counts_that_cannot_be_read_hide_no_service(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    class Torn(InMemoryLedgers):
        def load(self, location: Location) -> Ledger | None:
            if location == HERE:
                raise UnreadableItemError("The state table's item cannot be read.")
            return super().load(location)

    hub.ledgers = Torn()
    hub.add("web")
    hub.count((hub.add("api", location=ELSEWHERE), Reading(8, 0, 8, 8, 100)))

    with caplog.at_level(logging.WARNING):
        rows = hub.rows()

    assert {row.service.service: row.spot for row in rows} == {"web": None, "api": 8}
    assert "The tasks of 222233334444::eu-central-1 are not shown" in caplog.text


def test_an_empty_fleet_has_no_rows_and_no_troubles() -> None:
    spokes = InMemorySpokes()

    assert list(status.rows(InMemoryServices(), spokes, InMemoryLedgers(), NOW)) == []
    assert list(status.troubles(spokes)) == []


@pytest.mark.parametrize(
    ("spoke", "said"),
    [
        (Spoke(HERE, heard_at=NOW), []),
        (
            Spoke(HERE, silent=True, heard_at=NOW),
            ["Nothing has been heard of the spoke since 2026-03-02 09:14"],
        ),
        (Spoke(HERE, last_error="Denied."), ["The last survey met a fault: Denied."]),
        (
            Spoke(HERE, silent=True, heard_at=NOW, gone_at=NOW, last_error="Denied."),
            ["The spoke is gone since 2026-03-02 09:14 UTC"],
        ),
        (
            Spoke(HERE, heard_at=NOW, rejected={"/b": "No mode.", "/a": "No JSON."}),
            ["/a cannot be used: No JSON.", "/b cannot be used: No mode."],
        ),
    ],
)
def test_what_is_wrong_with_a_place_is_said_once(spoke: Spoke, said: list[str]) -> None:
    spokes = InMemorySpokes()
    spokes.save(spoke)

    troubles = status.troubles(spokes)

    assert [trouble.location for trouble in troubles] == [HERE] * len(said)
    for trouble, beginning in zip(troubles, said, strict=True):
        assert trouble.sentence.startswith(beginning)


def test_troubles_are_in_the_order_of_places() -> None:
    spokes = InMemorySpokes()
    for location in (ELSEWHERE, HERE):
        spokes.save(Spoke(location, last_error="Denied."))

    assert list(status.troubles(spokes)) == [
        Trouble(location, "The last survey met a fault: Denied.") for location in (HERE, ELSEWHERE)
    ]
