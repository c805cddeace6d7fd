"""The port `EvidenceLog`."""

from dataclasses import replace
from datetime import timedelta

from spot_failover.domain.identity import ServiceId
from spot_failover.jobs import ports
from tests.contract.examples import HERE, INTERRUPTION, MINUTE, NOW, PLACEMENT_FAILURE, WEB

SECOND = timedelta(seconds=1)


def test_rows_are_read_as_they_were_written_in_order_of_time(evidence_log: ports.EvidenceLog) -> None:
    later = replace(PLACEMENT_FAILURE, time=INTERRUPTION.time + SECOND)
    evidence_log.add(WEB, later)
    evidence_log.add(WEB, INTERRUPTION)

    assert evidence_log.read(WEB, NOW - MINUTE) == [INTERRUPTION, later]


def test_the_same_event_is_kept_once(evidence_log: ports.EvidenceLog) -> None:
    for _ in range(3):
        evidence_log.add(WEB, INTERRUPTION)

    assert evidence_log.read(WEB, NOW - MINUTE) == [INTERRUPTION]


def test_the_notice_and_the_stop_of_a_task_in_one_second_are_both_kept(
    evidence_log: ports.EvidenceLog,
) -> None:
    notice = replace(INTERRUPTION, event_id="0", stopped=False)
    evidence_log.add(WEB, INTERRUPTION)
    evidence_log.add(WEB, notice)

    assert evidence_log.read(WEB, NOW - MINUTE) == [notice, INTERRUPTION]


def test_rows_from_the_moment_asked_for_are_read_and_older_ones_are_not(
    evidence_log: ports.EvidenceLog,
) -> None:
    evidence_log.add(WEB, replace(INTERRUPTION, time=NOW - SECOND))
    evidence_log.add(WEB, replace(INTERRUPTION, time=NOW))

    assert [row.time for row in evidence_log.read(WEB, NOW)] == [NOW]


def test_each_service_has_its_own_rows(evidence_log: ports.EvidenceLog) -> None:
    evidence_log.add(WEB, INTERRUPTION)

    assert evidence_log.read(ServiceId(HERE.account, HERE.region, "shop", "api"), NOW - MINUTE) == []


def test_a_storm_of_events_is_read_completely(evidence_log: ports.EvidenceLog) -> None:
    """A page of DynamoDB's holds one megabyte."""
    ids = [f"event-{number:02}" for number in range(30)]
    for event_id in ids:
        evidence_log.add(WEB, replace(INTERRUPTION, event_id=event_id, reason="x" * 40_000))

    assert [row.event_id for row in evidence_log.read(WEB, NOW - MINUTE)] == ids
