"""The port `Spokes`."""

from spot_failover.domain.identity import Location
from spot_failover.domain.record import Spoke
from spot_failover.jobs import ports
from tests.contract.examples import HERE, MINUTE, NOW

SPOKE = Spoke(
    HERE,
    refreshed_at=NOW,
    missing_since=NOW - MINUTE,
    rejected={"/spot-failover/services/shop/web": "The policy names no mode."},
    heard_at=NOW - MINUTE,
    silent=True,
    last_error="The role cannot be assumed.",
    failures=3,
    retry_at=NOW + MINUTE,
    gone_at=NOW - 2 * MINUTE,
    looked_at=NOW - MINUTE,
    reported_at=NOW - MINUTE,
)


def test_a_spoke_that_the_hub_has_not_met_is_none(spokes: ports.Spokes) -> None:
    assert spokes.load(HERE) is None


def test_a_saved_spoke_is_loaded_as_it_was(spokes: ports.Spokes) -> None:
    spokes.save(SPOKE)

    assert spokes.load(HERE) == SPOKE


def test_a_save_takes_away_what_is_no_longer_so(spokes: ports.Spokes) -> None:
    spokes.save(SPOKE)
    spokes.save(Spoke(HERE))

    assert spokes.load(HERE) == Spoke(HERE)


def test_all_spokes_are_listed(spokes: ports.Spokes) -> None:
    fleet = [HERE, Location(HERE.account, "us-east-1"), Location("333344445555", HERE.region)]
    for location in fleet:
        spokes.save(Spoke(location))

    assert sorted(spokes.all()) == sorted(fleet)


def test_every_known_spoke_is_returned_as_it_was_saved(spokes: ports.Spokes) -> None:
    elsewhere = Spoke(Location(HERE.account, "us-east-1"), heard_at=NOW)
    spokes.save(SPOKE)
    spokes.save(elsewhere)

    assert sorted(spokes.known(), key=lambda spoke: spoke.location) == [SPOKE, elsewhere]


def test_a_forgotten_spoke_is_neither_loaded_nor_listed(spokes: ports.Spokes) -> None:
    spokes.save(SPOKE)

    spokes.forget(HERE)

    assert spokes.load(HERE) is None
    assert list(spokes.all()) == []


def test_forgetting_a_spoke_twice_is_no_error(spokes: ports.Spokes) -> None:
    spokes.save(SPOKE)

    spokes.forget(HERE)
    spokes.forget(HERE)

    assert spokes.load(HERE) is None
