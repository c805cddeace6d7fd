"""Where calm weather should have a service: on Spot as its owners had it, nothing held, nothing left open."""

from __future__ import annotations

from datetime import timedelta

from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Phase
from tests.unit.jobs.fleet import TICK, Fleet
from tests.unit.jobs.place import SERVICE, key_of


def not_home(fleet: Fleet, service: ServiceId = SERVICE) -> list[str]:
    """Say what is not as it should be; nothing where the service is home."""
    record, pair = fleet.record_of(service), fleet.watch.pair(key_of(service))
    found = [
        f"{name} is {value!r}, not {wanted!r}"
        for name, value, wanted in (
            ("phase", record.phase, Phase.STEADY),
            ("config", record.config, None),
            ("held", record.held, None),
            ("demand", record.demand, None),
            ("put_back", record.put_back, None),
            ("hold", record.hold, None),
            ("scaling", record.scaling, None),
            ("outbox", record.outbox, ()),
            ("last_error", record.last_error, ""),
        )
        if value != wanted
    ]
    spot = fleet.watch.standing(pair.service)
    if spot.desired not in pair.welcome or spot.healthy != spot.desired:
        found.append(f"the service has {spot}, where {set(pair.welcome)} tasks are asked for")
    if pair.standby:
        standby, reserve = fleet.watch.standing(pair.standby), record.policy.standby.reserve
        if (standby.desired, standby.healthy) != (reserve, reserve):
            found.append(f"the standby has {standby}, where {reserve} tasks are kept")
    return found


def assert_home(fleet: Fleet, desired: int | None = None) -> None:
    """Check that every service is home, the first one with `desired` tasks where that is given."""
    for pair in fleet.watch.pairs:
        service = SERVICE.beside(pair.service.service)
        if found := not_home(fleet, service):
            raise AssertionError(f"{service.service} is not home: {found}\n{fleet.watch.timeline()}")
    if desired is not None:
        assert fleet.spot.desired == desired, fleet.watch.timeline()


def come_home(fleet: Fleet, *, hours: float = 26) -> None:
    """Let calm time pass until every service is home: the tries of a day may be used up."""
    services = [SERVICE.beside(pair.service.service) for pair in fleet.watch.pairs]
    end = fleet.now + timedelta(hours=hours)
    while fleet.now < end and any(not_home(fleet, service) for service in services):
        # A service that only waits for its next try needs no look at it each minute.
        waits = all(fleet.record_of(service).phase is Phase.ON_DEMAND for service in services)
        fleet.run(minutes=15, every=timedelta(minutes=15) if waits else TICK)
    assert_home(fleet)
