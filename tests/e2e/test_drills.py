"""Drills exercise the whole path: in the service's own account, or from the central one."""

from __future__ import annotations

from tests.e2e.installation import Installation
from tests.e2e.places import HOME, HUB, HUB_BUS, NORTH
from tests.e2e.services import Service


def test_an_account_drills_its_own_service(installation: Installation) -> None:
    service = Service(installation, NORTH, "rehearsed").create().running().register()
    service.drill()
    assert_moved_by_the_drill(service)


def test_the_central_account_drills_on_its_own_bus(installation: Installation) -> None:
    service = Service(installation, HOME, "house").create().running().register()
    service.drill(sender=HUB, bus=HUB_BUS)
    assert_moved_by_the_drill(service)


def assert_moved_by_the_drill(service: Service) -> None:
    record = service.in_phase("failing_over", "on_demand")
    assert record["event"]["drill"]
    service.installation.quiet()
    assert len(service.calls("UpdateService")) == 1
