import json

import pytest

from spot_failover.domain.evidence import EvidenceKind
from spot_failover.events.errors import EventError
from spot_failover.events.model import EvidenceSignal, Ignored, OtherKind
from spot_failover.events.parser import classify
from tests.unit.events.catalogue import EVENTS, Recorded, recorded_events
from tests.unit.events.reading import read

# What the survey sees for itself, and what an operator asks for, is never an event of ECS.
OTHERS = {
    EvidenceKind.SPOT_TASK_WAITING,
    EvidenceKind.SPOT_DEFICIT,
    EvidenceKind.OPERATOR_FAILOVER,
    EvidenceKind.OPERATOR_RESTORE,
}
KINDS = {*EvidenceKind, *OtherKind} - OTHERS
# Evidence by kind, but nothing to record: no service is named, or it is none, or this is a replay.
NOT_RECORDED = {
    "spot-interruption-guide",
    "spot-interruption-guide-termination-notice",
    "spot-interruption-replayed",
    "spot-interruption-standalone-task",
    "spot-task-started-standalone",
}
every_event = pytest.mark.parametrize("sample", recorded_events(), ids=lambda sample: sample.name)


def test_the_index_lists_every_event_and_no_other() -> None:
    listed = [entry["file"] for entry in json.loads((EVENTS / "index.json").read_text())]
    assert sorted(listed) == sorted(path.name for path in EVENTS.glob("*.json") if path.name != "index.json")


def test_there_are_events_of_every_kind() -> None:
    assert {sample.kind for sample in recorded_events()} == KINDS


def test_every_event_says_where_its_shape_comes_from() -> None:
    assert all(entry["source"] for entry in json.loads((EVENTS / "index.json").read_text()))


@every_event
def test_an_event_is_of_the_kind_that_the_index_says(sample: Recorded) -> None:
    assert classify(sample.event) == sample.kind


@every_event
def test_evidence_becomes_a_row_and_everything_else_nothing(sample: Recorded) -> None:
    try:
        signal = read(sample.event, drills=True)
    except EventError:
        assert sample.name in NOT_RECORDED
        return
    recorded = sample.kind in set(EvidenceKind) and sample.name not in NOT_RECORDED
    assert isinstance(signal, EvidenceSignal if recorded else Ignored)
    if isinstance(signal, EvidenceSignal):
        assert signal.evidence.kind == sample.kind
        assert signal.evidence.event_id == sample.event["id"]
        assert signal.evidence.drill is (sample.event["source"] == "test.aws.ecs")
