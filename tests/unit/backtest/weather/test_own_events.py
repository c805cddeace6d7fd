"""One's own events: what a file may look like, and what is said of a bad one."""

import json
from pathlib import Path

import pytest

from simulator.backtest.weather.errors import WeatherFileError
from simulator.backtest.weather.own_events import Sign, parse_lines, read
from tests.unit.backtest.weather.recorded import ended, given_up, minutes, noticed, refused, started

CAPACITY = "Capacity is unavailable at this time. Please try again later or in a different availability zone"


def _signs(*lines: str) -> list[tuple[float, Sign]]:
    own = parse_lines(lines, "events.jsonl")
    return [((seen.at - minutes(0)).total_seconds() / 60, seen.sign) for seen in own.seen]


def test_each_kind_of_event_has_its_sign() -> None:
    assert _signs(
        started(0, "a"),
        refused(1),
        noticed(2, "a"),
        given_up(3, "b", CAPACITY),
        started(4, "c"),
        ended(5, "c"),
    ) == [
        (0, Sign.STARTED),
        (1, Sign.REFUSED),
        (2, Sign.LOST),
        (3, Sign.REFUSED),
        (4, Sign.STARTED),
        (5, Sign.ENDED),
    ]


def test_one_stop_told_four_times_counts_once_at_its_notice() -> None:
    states = ["RUNNING", "STOPPING", "DEPROVISIONING", "STOPPED"]
    lines = [noticed(minute, "a", state) for minute, state in enumerate(states)]
    assert _signs(*lines) == [(0, Sign.LOST)]


def test_order_and_duplicates_do_not_matter() -> None:
    lines = [noticed(2, "a"), started(0, "a"), refused(1), refused(1), started(0, "a")]
    assert _signs(*lines) == [(0, Sign.STARTED), (1, Sign.REFUSED), (2, Sign.LOST)]


def test_a_replay_is_read_though_the_hub_would_ignore_it() -> None:
    assert _signs(refused(1, **{"replay-name": "last-quarter"})) == [(1, Sign.REFUSED)]


def test_what_says_nothing_about_spot_is_counted_and_left_out() -> None:
    lines = [
        refused(1, provider="FARGATE"),
        given_up(2, "a", "CannotPullContainerError: image not found"),
        started(3, "b", capacityProviderName="FARGATE"),
        ended(4, "b", capacityProviderName="FARGATE"),
        started(5, "c", group="family:batch"),
        noticed(6, "d", group=None),
        refused(7, source="test.aws.ecs"),
        refused(8, account="999999999999"),
        json.dumps({"source": "aws.ec2", "detail-type": "x", "detail": {}, "time": "2026-03-02T09:09:00Z"}),
    ]
    own = parse_lines(lines, "events.jsonl")
    assert own.seen == []
    assert own.events == len(lines)
    assert (own.first, own.last) == (minutes(1), minutes(9))


def test_objects_may_follow_each_other_on_a_line_and_lines_may_be_empty() -> None:
    assert _signs(refused(1) + refused(2), "", "  ", refused(3) + " \n") == [
        (1, Sign.REFUSED),
        (2, Sign.REFUSED),
        (3, Sign.REFUSED),
    ]


def test_the_looks_of_a_service_are_taken_from_its_tasks() -> None:
    own = parse_lines(
        [
            refused(0, service="other"),
            started(
                1,
                "a",
                cpu="1024",
                memory="4096",
                attributes=[{"name": "ecs.cpu-architecture", "value": "arm64"}],
                attachments=[{"type": "elb"}, {"type": "eni"}],
            ),
        ],
        "events.jsonl",
    )
    looks = {key.service: looks for key, looks in own.looks.items()}
    assert (looks["web"].cpu, looks["web"].memory, looks["web"].architecture) == ("1024", "4096", "ARM64")
    assert looks["web"].load_balancer
    assert (looks["other"].cpu, looks["other"].load_balancer) == ("256", False)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([refused(1), "{"], r"events\.jsonl, line 2: is not JSON"),
        ([refused(1) + " trailing"], r"line 1: is not JSON"),
        (["[]"], r"line 1: is JSON, but not an object"),
        (['{"source": "aws.ecs"}'], r"line 1: .*'detail-type'.*Give EventBridge's envelopes whole"),
        ([refused(1), refused(2, time="soon")], r"line 2: .*not an ISO 8601 time"),
        ([refused(1, time=None)], r"line 1: The event has no 'time'"),
        ([refused(1, account="me")], r"line 1: .*an AWS account has 12 digits"),
        ([], r"has no event"),
        (["", "  "], r"has no event"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_a_remedy(lines: list[str], message: str) -> None:
    with pytest.raises(WeatherFileError, match=message):
        parse_lines(lines, "events.jsonl")


def test_a_file_is_read_line_by_line_and_named_by_its_stem(tmp_path: Path) -> None:
    file = tmp_path / "quarter.jsonl"
    file.write_text(refused(1) + "\n" + started(2, "a") + "\n")
    own = read(file)
    assert (own.name, own.events) == ("quarter", 2)
    with pytest.raises(WeatherFileError, match="cannot be read"):
        read(tmp_path / "none.jsonl")
