"""Where calm weather should have a service: on Spot as its owners had it, nothing held, nothing left open."""

from __future__ import annotations

from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Phase
from tests.unit.jobs.fleet import SERVICE, Fleet, key_of


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
    if (spot.desired, spot.healthy) != (pair.demand, pair.demand):
        found.append(f"the service has {spot}, where {pair.demand} tasks are asked for")
    if pair.standby:
        standby, reserve = fleet.watch.standing(pair.standby), record.policy.standby.reserve
        if (standby.desired, standby.healthy) != (reserve, reserve):
            found.append(f"the standby has {standby}, where {reserve} tasks are kept")
    return found


def assert_home(fleet: Fleet, desired: int | None = None) -> None:
    """Check that every service is home, the first one with `desired` tasks where that is given."""
    for pair in fleet.watch.pairs:
        service = SERVICE.beside(pair.service.service)
        assert not_home(fleet, service) == [], fleet.watch.timeline()
    if desired is not None:
        assert fleet.spot.desired == desired, fleet.watch.timeline()


def come_home(fleet: Fleet, *, hours: float = 26) -> None:
    """Let calm time pass until every service is home: the tries of a day may be used up."""
    services = [SERVICE.beside(pair.service.service) for pair in fleet.watch.pairs]
    for _ in range(int(hours * 4)):
        if not any(not_home(fleet, service) for service in services):
            break
        fleet.run(minutes=15)
    assert_home(fleet)
