"""The messages of work.fifo: read back as written, and what is none of ours told in a sentence."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.adapters.times import whole_milliseconds
from spot_failover.adapters.wakeups import (
    InvalidWakeUpError,
    Reconcile,
    Steer,
    Survey,
    WakeUp,
    deduplication_id,
    parse,
)
from spot_failover.domain.command import CommandKind
from spot_failover.domain.identity import Location, ServiceId

texts = st.text(min_size=1, max_size=300)
locations = st.builds(Location, texts, texts)
services = st.builds(ServiceId, texts, texts, texts, texts)
moments = st.datetimes(min_value=datetime(2000, 1, 1)).map(  # noqa: DTZ001 - hypothesis wants them naive
    lambda time: whole_milliseconds(time.replace(tzinfo=UTC))
)
commands = st.builds(
    Steer,
    st.sampled_from(CommandKind),
    texts,
    st.text(max_size=300),
    texts,
    moments,
    st.none() | services,
    st.none() | moments,
)
wake_ups = (
    st.builds(Reconcile, services, texts, texts)
    | st.builds(Survey, locations, texts, texts, st.text(max_size=300))
    | commands
)
RECONCILE = {"job": "reconcile", "account": "1", "region": "r", "cluster": "c", "service": "s", "cause": "x"}


@given(wake_ups)
def test_a_wake_up_is_read_back_as_it_was_written(wake_up: WakeUp) -> None:
    assert parse(wake_up.body()) == wake_up


@given(wake_ups)
def test_ids_fit_what_sqs_allows(wake_up: WakeUp) -> None:
    assert len(wake_up.group) <= 128
    assert len(deduplication_id(wake_up)) <= 128


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "does not hold JSON"),
        ("[]", "must hold a JSON object"),
        ("{}", "asks for job None"),
        ('{"job": "dance"}', "asks for job 'dance'. Known: reconcile, survey, steer."),
        ('{"job": "steer", "command": "dance"}', "'dance' is not a valid CommandKind"),
        ('{"job": "steer", "command": "freeze", "author": "m", "cause_id": "1", "time": "x"}', "format"),
        (json.dumps(RECONCILE), "has cause_id None, which is not text."),
        (
            json.dumps({**RECONCILE, "cause_id": "1", "service": 7}),
            "job reconcile has service 7, which is not text.",
        ),
        (json.dumps({**RECONCILE, "cause_id": "1", "account": ""}), "has account '', which is not text."),
        ('{"job": "survey", "account": "1"}', "job survey has region None, which is not text."),
    ],
)
def test_a_message_that_is_none_of_ours_says_what_is_wrong(body: str, said: str) -> None:
    with pytest.raises(InvalidWakeUpError) as raised:
        parse(body)
    assert said in str(raised.value)


def test_a_message_of_a_newer_sender_is_read_as_far_as_it_is_known() -> None:
    body = json.dumps({**RECONCILE, "cause_id": "1", "hurry": True})

    assert parse(body) == Reconcile(ServiceId("1", "r", "c", "s"), "x", "1")
