"""The port `Services`: registrations and passes write one record without disturbing each other."""

from dataclasses import replace

import pytest

from spot_failover.domain.errors import ConflictError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import Operation, Pause, Phase, Record
from spot_failover.domain.registration import Registration
from spot_failover.jobs import ports
from tests.contract.examples import HERE, MINUTE, NOW, POLICY, REGISTRATION, WEB, full


def registered(services: ports.Services) -> Record:
    services.register(REGISTRATION, NOW)
    return loaded(services)


def loaded(services: ports.Services) -> Record:
    record = services.load(WEB)
    assert record is not None
    return record


def test_an_unregistered_service_has_no_record(services: ports.Services) -> None:
    assert services.load(WEB) is None


def test_registering_begins_a_steady_record(services: ports.Services) -> None:
    assert services.register(REGISTRATION, NOW) is True
    assert loaded(services) == Record(WEB, POLICY, since=NOW, operation=Operation.DRY_RUN)


def test_registering_again_changes_what_belongs_to_the_registration_only(services: ports.Services) -> None:
    before = services.save(full(registered(services)))

    assert services.register(Registration(WEB, Policy()), NOW + MINUTE) is False
    assert loaded(services) == replace(before, policy=Policy(), operation=Operation.ACTIVE)


def test_a_saved_record_is_loaded_as_it_was(services: ports.Services) -> None:
    record = full(registered(services))

    saved = services.save(record)

    assert saved == replace(record, version=record.version + 1)
    assert loaded(services) == saved


def test_a_save_takes_away_what_is_no_longer_so(services: ports.Services) -> None:
    services.save(full(registered(services)))
    empty = Record(WEB, POLICY, since=NOW, operation=Operation.DRY_RUN, version=1)

    services.save(empty)

    assert loaded(services) == replace(empty, version=2)


def test_a_save_leaves_the_registration_as_it_has_become(services: ports.Services) -> None:
    old = registered(services)
    services.register(Registration(WEB, Policy()), NOW)
    services.mark_missing(WEB, NOW)
    services.mark_leaving(WEB, NOW + MINUTE)

    services.save(replace(old, phase=Phase.FAILING_OVER))

    assert loaded(services) == Record(
        WEB,
        Policy(),
        since=NOW,
        leaving=NOW + MINUTE,
        missing_since=NOW,
        phase=Phase.FAILING_OVER,
        version=1,
    )


def test_of_two_saves_of_one_version_the_second_is_refused(services: ports.Services) -> None:
    record = registered(services)
    services.save(replace(record, reason="first"))

    with pytest.raises(ConflictError):
        services.save(replace(record, reason="second"))
    assert loaded(services).reason == "first"


def test_a_forgotten_service_cannot_be_saved(services: ports.Services) -> None:
    record = registered(services)
    services.forget(record)

    with pytest.raises(ConflictError):
        services.save(record)
    assert services.load(WEB) is None


def test_a_service_that_was_never_registered_cannot_be_saved(services: ports.Services) -> None:
    with pytest.raises(ConflictError):
        services.save(Record(WEB, POLICY, since=NOW))
    assert services.load(WEB) is None


def test_a_service_that_was_saved_in_the_meantime_is_not_forgotten(services: ports.Services) -> None:
    record = registered(services)
    saved = services.save(record)

    with pytest.raises(ConflictError):
        services.forget(record)
    assert loaded(services) == saved


def test_a_service_that_was_registered_again_in_the_meantime_is_not_forgotten(
    services: ports.Services,
) -> None:
    registered(services)
    services.mark_leaving(WEB, NOW)
    leaving = loaded(services)
    services.register(REGISTRATION, NOW + MINUTE)

    with pytest.raises(ConflictError):
        services.forget(leaving)
    assert loaded(services).leaving is None


def test_a_leaving_service_is_forgotten(services: ports.Services) -> None:
    registered(services)
    services.mark_leaving(WEB, NOW)

    services.forget(loaded(services))

    assert services.load(WEB) is None


def test_the_first_time_of_leaving_counts(services: ports.Services) -> None:
    registered(services)

    services.mark_leaving(WEB, NOW)
    services.mark_leaving(WEB, NOW + MINUTE)

    assert loaded(services).leaving == NOW


def test_the_first_time_of_being_missing_counts(services: ports.Services) -> None:
    registered(services)

    assert services.mark_missing(WEB, NOW) == NOW
    assert services.mark_missing(WEB, NOW + MINUTE) == NOW
    assert loaded(services).missing_since == NOW


def test_a_registration_ends_leaving_and_missing(services: ports.Services) -> None:
    registered(services)
    services.mark_missing(WEB, NOW)
    services.mark_leaving(WEB, NOW)

    services.register(REGISTRATION, NOW + MINUTE)

    assert (loaded(services).leaving, loaded(services).missing_since) == (None, None)


def test_a_forgotten_service_stays_forgotten_whatever_a_late_survey_notes(services: ports.Services) -> None:
    services.mark_leaving(WEB, NOW)

    assert services.mark_missing(WEB, NOW) == NOW
    assert services.load(WEB) is None
    assert services.at(HERE) == []


def test_an_account_and_region_lists_its_own_services(services: ports.Services) -> None:
    other_region = Location(HERE.account, "ap-northeast-1")
    names = [ServiceId(HERE.account, HERE.region, "shop", name) for name in ("api", "web")]
    elsewhere = ServiceId(other_region.account, other_region.region, "shop", "web")
    for service in (*names, elsewhere):
        services.register(Registration(service, POLICY), NOW)

    assert [record.id for record in services.at(HERE)] == names
    assert [record.id for record in services.at(other_region)] == [elsewhere]


def test_a_long_list_of_services_is_complete(services: ports.Services) -> None:
    """A page of DynamoDB's holds one megabyte."""
    names = [f"web-{number}" for number in range(5)]
    for name in names:
        service = ServiceId(HERE.account, HERE.region, "shop", name)
        services.register(Registration(service, POLICY), NOW)
        services.save(Record(service, POLICY, since=NOW, reason="x" * 300_000))

    assert [record.id.service for record in services.at(HERE)] == names


PAUSE = Pause(NOW + MINUTE, "arn:aws:iam::111122223333:user/ops", "Load test.")


def test_findings_stay_whatever_a_pass_saves(services: ports.Services) -> None:
    before = registered(services)
    found = [Finding(Check.STOP_TIMEOUT, "Too short."), Finding(Check.ZONES, "One only.")]

    services.note_findings(WEB, found, NOW)
    services.save(full(before))

    assert (loaded(services).findings, loaded(services).checked_at) == (tuple(found), NOW)
    services.note_findings(WEB, [], NOW + MINUTE)
    assert (loaded(services).findings, loaded(services).checked_at) == ((), NOW + MINUTE)


def test_findings_do_not_stop_a_pass_that_is_under_way(services: ports.Services) -> None:
    before = registered(services)

    services.note_findings(WEB, [Finding(Check.ZONES, "One only.")], NOW)

    assert services.save(before).version == before.version + 1


def test_what_is_found_of_a_forgotten_service_is_not_kept(services: ports.Services) -> None:
    services.note_findings(WEB, [Finding(Check.ZONES, "One only.")], NOW)

    assert services.load(WEB) is None


def test_a_pause_stays_whatever_a_pass_saves(services: ports.Services) -> None:
    record = registered(services)

    services.pause(WEB, PAUSE)
    services.save(full(record))

    assert loaded(services).paused == PAUSE
    services.pause(WEB, None)
    assert loaded(services).paused is None


def test_a_pause_without_an_end_is_read_as_it_was_written(services: ports.Services) -> None:
    registered(services)

    services.pause(WEB, Pause(None, "ops"))

    assert loaded(services).paused == Pause(None, "ops")


def test_what_is_not_registered_cannot_be_paused(services: ports.Services) -> None:
    with pytest.raises(ConflictError):
        services.pause(WEB, PAUSE)
    assert services.load(WEB) is None


def test_the_fleet_is_frozen_until_it_is_not(services: ports.Services) -> None:
    registered(services)
    assert services.frozen() is None

    services.freeze(Pause(None, "ops", "Audit."))

    assert services.frozen() == Pause(None, "ops", "Audit.", fleet=True)
    assert [record.id for record in services.at(HERE)] == [WEB]
    services.freeze(None)
    assert services.frozen() is None
