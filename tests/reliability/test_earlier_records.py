"""An upgrade in the middle of anything: today's hub reads what earlier ones stored, and goes on from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spot_failover.adapters import wakeups
from spot_failover.adapters.items import from_spoke, to_evidence, to_spoke
from spot_failover.adapters.record_items import to_record
from spot_failover.adapters.tables import decoded
from spot_failover.domain.identity import Location
from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import Phase
from tests.reliability.backup import put
from tests.reliability.earlier import COMMITS, MODES, Document, as_written_by, item_of, stored
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import come_home
from tests.unit.jobs.place import HERE, SERVICE, STANDBY

SWITCH = Policy(restore=Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200))
SERVICES = [
    pytest.param(decoded(entry["item"]), id=f"{commit}, {entry['moment']}")
    for commit in COMMITS
    for entry in stored(commit)["services"]
]


def changed(before: Any, after: Any, path: str = "") -> list[str]:
    """Return what of a document is not there, or not the same, in another."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found
            for name, value in before.items()
            for found in changed(value, after.get(name), f"{path}.{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for n, (old, new) in pairs for found in changed(old, new, f"{path}[{n}]")]
    return [] if before == after else [f"{path}: {before!r} became {after!r}"]


@pytest.mark.parametrize("item", SERVICES)
def test_nothing_that_an_earlier_hub_stored_of_a_service_is_lost(item: Document) -> None:
    assert changed(item, item_of(to_record(item))) == []


@pytest.mark.parametrize("commit", COMMITS)
def test_an_earlier_hub_was_seen_in_every_phase(commit: str) -> None:
    seen = {entry["item"]["phase"]["S"] for entry in stored(commit)["services"]}
    assert seen == {phase.value for phase in Phase}


@pytest.mark.parametrize("commit", COMMITS)
def test_its_spokes_evidence_and_messages_are_read_as_well(commit: str) -> None:
    found = stored(commit)
    for item in map(decoded, found["spokes"]):
        assert changed(item, from_spoke(to_spoke(item))) == []
    kinds = {to_evidence(decoded(item)).kind for item in found["evidence"]}
    assert {"spot_interruption", "spot_placement_failure", "spot_task_started"} <= kinds
    reconcile, survey = (wakeups.parse(body) for body in found["messages"])
    assert isinstance(reconcile, wakeups.Reconcile)
    assert reconcile.service == SERVICE
    assert isinstance(survey, wakeups.Survey)
    assert survey.location == Location(HERE.account, HERE.region)


@pytest.mark.parametrize(
    ("commit", "mode", "phase"),
    [
        pytest.param(commit, mode, phase, id=f"{commit}-{mode.value}-{phase.value}")
        for commit in COMMITS
        for mode in MODES[commit]
        for phase in (Phase.FAILING_OVER, Phase.ON_DEMAND, Phase.RESTORING)
        if (mode, phase) != (Mode.BACKFILL, Phase.RESTORING)  # it gives back one for one, in on_demand
    ],
)
def test_a_service_on_its_way_at_the_upgrade_comes_home(commit: str, mode: Mode, phase: Phase) -> None:
    standby = Standby() if mode is Mode.SWITCH else Standby(service_name=STANDBY)
    fleet = Fleet(policy=replace(SWITCH, mode=mode, standby=standby))
    fleet.drought()
    fleet.run(minutes=1)
    if phase is not Phase.FAILING_OVER:
        fleet.in_phase(Phase.ON_DEMAND)
        fleet.run(minutes=5)
        fleet.calm()
        fleet.in_phase(phase, minutes=60)
    assert fleet.record.phase is phase

    put(fleet.services, as_written_by(commit, fleet.record))
    assert fleet.record.failovers == ()  # else today's record would be tested
    fleet.calm()
    come_home(fleet)
    assert fleet.told[-1] == "Service Restored"
