"""The survey's metrics and ledger, from the function's log and the state table, and an alarm that rises."""

from __future__ import annotations

from typing import Final

from spot_failover.domain.identity import ServiceId
from spot_failover.domain.ledger import Reading, Usage
from tests.e2e.installation import Installation
from tests.e2e.places import NORTH, SOUTH
from tests.e2e.services import BASED, Service

OF_THE_HUB: Final = {"service": "spot-failover"}
# One value a service and minute.
EVERY_MINUTE: Final = {
    "SpotHealthScore",
    "ErrorCount5min",
    "FailoverActive",
    "FailoversOfOneServiceToday",
    "RestoresUsedUp",
    "HealthyTasks",
    "DemandedTasks",
    "SpotTasks",
    "OnDemandTasks",
    "CostSavingsToday",
    "OnDemandSeconds",
}


def test_what_runs_is_counted_and_what_spot_saves_estimated(installation: Installation) -> None:
    service = Service(installation, SOUTH, "measured").create(strategy=BASED, desired=3).running().register()
    measured = ServiceId.from_key(service.key)

    def usage() -> Usage:
        ledger = installation.ledger(SOUTH)
        return ledger.usage.get(measured, Usage()) if ledger else Usage()

    # The spoke's role tells how big its tasks are.
    used = installation.until(usage, lambda used: used.saved > 0, what="its savings")
    assert used.spot_seconds == 2 * used.on_demand_seconds
    # A quarter of a vCPU and half a GB, at the documented default prices.
    an_hour = 0.25 * (0.04656 - 0.02049) + 0.5 * (0.00511 - 0.00225)
    assert used.saved <= used.spot_seconds / 3600 * an_hour * 1.001
    ledger = installation.ledger(SOUTH)
    assert ledger
    assert ledger.readings[measured] == Reading(spot=2, on_demand=1, demand=3, healthy=3, score=100)


def test_every_service_has_its_metrics_in_the_fleets(installation: Installation) -> None:
    Service(installation, SOUTH, "gauged").create(desired=1).running().register()
    installation.quiet()

    written = {
        each["name"]: each for each in installation.control.metrics() if each["dimensions"] == OF_THE_HUB
    }
    assert written.keys() >= EVERY_MINUTE
    assert len({written[name]["count"] for name in EVERY_MINUTE}) == 1
    assert 0 <= written["SpotHealthScore"]["min"] <= written["SpotHealthScore"]["max"] == 100
    assert {frozenset(each["dimensions"]) for each in installation.control.metrics()} == {
        frozenset(OF_THE_HUB)
    }


def test_a_failover_is_counted_with_the_time_it_took(installation: Installation) -> None:
    service = Service(installation, SOUTH, "timed").create(desired=2).running().register()
    before = installation.metric("FailoverCount"), installation.metric("Restores")
    service.interrupt(2)
    service.in_phase("on_demand")
    service.in_phase("steady")
    installation.quiet()

    assert installation.metric("FailoverCount") > before[0]
    assert installation.metric("Restores") > before[1]
    assert any(each["name"] == "DetectionToActionSeconds" for each in installation.control.metrics())
    [failover] = service.record()["failovers"]
    assert failover < service.record()["restored_at"]


def test_an_alarm_tells_of_what_was_forged(installation: Installation) -> None:
    victim = Service(installation, SOUTH, "defended").create().running().register()
    victim.drill(sender=NORTH)

    told = installation.until(
        lambda: installation.alarms("spot-failover-rejected-events"),
        lambda alarms: any(alarm["NewStateValue"] == "ALARM" for alarm in alarms),
        what="the alarm",
    )
    assert "forged or malformed" in told[0]["AlarmDescription"]
