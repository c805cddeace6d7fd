import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.events.envelope import read_body
from spot_failover.events.errors import EventError, MalformedEventError
from spot_failover.events.model import EvidenceSignal, Ignored, RegistrationSignal, TickSignal
from spot_failover.events.parser import classify, parse
from tests.unit.events.catalogue import recorded, recorded_events
from tests.unit.events.reading import HUB_ACCOUNT, read

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("{'single': 'quotes'}", "is not JSON"),
        ('{"a": 1} trailing', "is not JSON"),
        ("9" * 5000, "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("null", "not an object"),
        ("[]", "not an object"),
        ('"a string"', "not an object"),
        ("17", "not an object"),
    ],
    ids=lambda value: value[:20],
)
def test_a_body_that_holds_no_object_is_malformed(body: str, complaint: str) -> None:
    with pytest.raises(MalformedEventError, match=complaint) as caught:
        read_body(body)
    assert len(str(caught.value)) < 400


def test_a_body_that_holds_an_object_is_returned() -> None:
    assert read_body('{"source": "aws.ecs"}') == {"source": "aws.ecs"}


@pytest.mark.parametrize("missing", ["source", "detail-type", "detail"])
def test_an_event_without_what_tells_its_type_is_malformed(missing: str) -> None:
    event = recorded("spot-interruption-running")
    del event[missing]
    with pytest.raises(MalformedEventError, match=f"'{missing}' of the event is missing"):
        read(event)
    with pytest.raises(MalformedEventError, match=f"'{missing}' of the event is missing"):
        classify(event)


@pytest.mark.parametrize("name", ["spot-interruption-running", "spot-placement-failure"])
@pytest.mark.parametrize("missing", ["id", "account", "region"])
def test_evidence_without_an_origin_or_id_is_malformed(name: str, missing: str) -> None:
    event = recorded(name)
    del event[missing]
    with pytest.raises(MalformedEventError, match=f"'{missing}' of the event is missing"):
        read(event)


@pytest.mark.parametrize(
    ("envelope", "complaint"),
    [
        ({"source": 7}, "'source' of the event is 7, but must be a string"),
        ({"source": ""}, "'source' of the event is missing or empty"),
        ({"detail": None}, "'detail' of the event is missing"),
        ({"detail": "{}"}, "but must be a JSON object"),
        ({"detail": []}, "but must be a JSON object"),
        ({"resources": {"a": 1}}, "but must be a list of strings"),
        ({"resources": [1]}, "but must be a list of strings"),
        ({"time": 1772442845}, "but must be a string"),
        ({"time": "yesterday"}, "not an ISO 8601 time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "not an ISO 8601 time"),
        ({"account": 222233334444}, "but must be a string"),
        ({"account": "2222"}, "has 12 digits"),
        ({"region": "Frankfurt; drop"}, "is no AWS region"),
        ({"id": None}, "'id' of the event is missing or empty"),
    ],
)
def test_an_envelope_of_another_shape_is_malformed(envelope: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MalformedEventError, match=complaint):
        read({**recorded("spot-interruption-running"), **envelope}, now=NOW)


@pytest.mark.parametrize(
    ("name", "detail", "complaint"),
    [
        ("spot-interruption-running", {"stopCode": 5}, "'stopCode' of the task's detail is 5"),
        ("spot-interruption-running", {"capacityProviderName": ["FARGATE_SPOT"]}, "must be a string"),
        ("spot-interruption-running", {"group": {"service": "checkout"}}, "must be a string"),
        ("spot-interruption-running", {"clusterArn": ...}, "'clusterArn' of the task's detail is missing"),
        ("spot-interruption-running", {"clusterArn": "shop"}, "the ARN of an ECS cluster is expected"),
        ("spot-interruption-running", {"taskArn": "0b1c2d"}, "the ARN of an ECS task is expected"),
        ("spot-placement-failure", {"eventName": 1}, "'eventName' of the service's detail is 1"),
        ("spot-placement-failure", {"capacityProviderArns": {"a": 1}}, "must be a list of strings"),
        ("spot-placement-failure", {"clusterArn": "shop"}, "the ARN of an ECS cluster is expected"),
    ],
)
def test_a_detail_of_another_shape_is_malformed(name: str, detail: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MalformedEventError, match=complaint):
        read(recorded(name, detail=detail))


def test_a_task_that_nothing_names_is_malformed() -> None:
    with pytest.raises(MalformedEventError, match="names no task"):
        read(recorded("spot-interruption-running", resources=[], detail={"taskArn": ...}))


def test_what_cannot_be_printed_is_quoted_and_cut_in_messages() -> None:
    with pytest.raises(MalformedEventError) as caught:
        read(recorded("spot-interruption-running", detail={"clusterArn": "\ud800\n" + "x" * 10_000}))
    message = str(caught.value)
    assert "\\ud800\\n" in message
    assert len(message) < 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["source", "detail-type", "detail", "resources", "time", "account", "region", "id", "replay-name"]
DETAIL_FIELDS = [
    "capacityProviderName",
    "launchType",
    "lastStatus",
    "desiredStatus",
    "stopCode",
    "stoppedReason",
    "group",
    "clusterArn",
    "taskArn",
    "eventName",
    "reason",
    "capacityProviderArns",
    "name",
    "operation",
]
SIGNALS = (EvidenceSignal, RegistrationSignal, TickSignal, Ignored)


def parse_or_complain(event: dict[str, Any]) -> None:
    """Parse; whatever is raised must be ours, and a sentence."""
    complaint = "None."
    try:
        signal = parse(event, drills=True, hub_account=HUB_ACCOUNT, now=NOW)
        assert isinstance(signal, SIGNALS)
    except EventError as error:
        complaint = str(error)
    assert complaint.endswith(".")
    assert complaint.isprintable()


@given(body=st.text() | json_values.map(json.dumps))
def test_no_body_raises_anything_but_our_errors(body: str) -> None:
    content: dict[str, Any] = {}
    complaint = "None."
    try:
        content = dict(read_body(body))
    except EventError as error:
        complaint = str(error)
    assert complaint.isprintable()
    parse_or_complain(content)


@given(event=st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_no_object_raises_anything_but_our_errors(event: dict[str, Any]) -> None:
    parse_or_complain(event)


@given(
    sample=st.sampled_from(recorded_events()),
    envelope=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=2),
    detail=st.dictionaries(st.sampled_from(DETAIL_FIELDS), json_values, max_size=2),
)
def test_no_spoiled_event_raises_anything_but_our_errors(
    sample: Any, envelope: dict[str, Any], detail: dict[str, Any]
) -> None:
    event = {**sample.event, "detail": {**sample.event["detail"], **detail}, **envelope}
    parse_or_complain(event)
