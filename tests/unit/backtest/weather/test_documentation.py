"""The examples of docs/backtest.md are read as they stand there."""

import json
import re
from pathlib import Path

from simulator.backtest.weather.own_events import Sign, parse_lines
from simulator.backtest.weather.trace import parse

TEXT = (Path(__file__).parents[4] / "docs" / "backtest.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", TEXT, re.DOTALL | re.MULTILINE)


def test_the_trace_of_the_documentation_is_a_trace() -> None:
    (block,) = _blocks("csv")
    trace = parse(block.splitlines(), "example.csv")
    assert (trace.highest, len(trace.rows)) == (4, 4)


def test_the_event_of_the_documentation_is_an_event() -> None:
    own = parse_lines([_blocks("json")[0]], "example.jsonl")
    assert [seen.sign for seen in own.seen] == [Sign.REFUSED]


def test_the_patterns_of_the_documentation_are_json_and_short_enough_for_eventbridge() -> None:
    patterns = [json.loads(block) for block in _blocks("json")[1:]]
    assert [sorted(pattern) for pattern in patterns] == [["$or", "source"], ["replay-name", "source"]]
    assert all(len(json.dumps(pattern)) < 2048 for pattern in patterns)
