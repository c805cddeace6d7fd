"""Check events that were captured elsewhere and are not part of this repository.

ECS_EVENTS_DIR names a folder of events, one JSON file each, with an `index.csv` that has the columns `file`
and `expected_kind`:

    ECS_EVENTS_DIR=~/ecs-events make test PYTEST_ARGS="tests/unit/events/test_captured_events.py -v"
"""

import csv
import json
import os
from pathlib import Path

import pytest

from spot_failover.events.parser import classify
from tests.unit.events.catalogue import SPOKE_PATTERNS, Recorded, patterns
from tests.unit.events.engines import ENGINES, matching

FOLDER = os.environ.get("ECS_EVENTS_DIR")
SPOKE = patterns(SPOKE_PATTERNS)


def captured_events() -> list[Recorded]:
    if FOLDER is None:
        return []
    with (Path(FOLDER) / "index.csv").open(newline="") as index:
        rows = list(csv.DictReader(index))
    return [
        Recorded(row["file"], row["expected_kind"], json.loads((Path(FOLDER) / row["file"]).read_text()))
        for row in rows
    ]


pytestmark = pytest.mark.skipif(FOLDER is None, reason="ECS_EVENTS_DIR names no folder of captured events")
every_event = pytest.mark.parametrize("sample", captured_events(), ids=lambda sample: sample.name)


@every_event
def test_a_captured_event_is_of_the_kind_that_its_index_says(sample: Recorded) -> None:
    assert classify(sample.event) == sample.kind


@every_event
def test_a_captured_event_is_forwarded_once_or_not_at_all(sample: Recorded) -> None:
    for engine in ENGINES.values():
        assert matching(SPOKE, sample.event, engine) == sample.forwarded_by
