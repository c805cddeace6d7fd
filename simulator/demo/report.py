"""What stays after the run: tables on the screen, and files in the output directory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from simulator.demo import channel, picture, tables, verdict
from simulator.demo.applying import HUB_ROOT
from simulator.demo.cast import EVERYONE, PICTURED
from simulator.demo.ending import Ending
from simulator.demo.figures import Failover, failovers, felt
from simulator.demo.promises import Check
from simulator.demo.recording import Recording
from simulator.demo.screen import Screen
from simulator.demo.without import without_hub

TIMELINE: Final = "timeline"
DROUGHT: Final = "drought"
RESULT: Final = "result.json"
STATE: Final = "state.json"
FUNCTIONS_LOG: Final = "functions.log"
SANDBOX_LOG: Final = "sandbox.log"
RECORDING: Final = "recording.json"
MESSAGES: Final = "messages.md"
CONSOLE: Final = "console.html"
CONSOLE_MIDWAY: Final = "console-midway.html"


@dataclass(frozen=True, slots=True)
class Times:
    """When the parts of the run began and ended."""

    first_apply: datetime
    story: datetime
    end: datetime

    @property
    def setup_seconds(self) -> float:
        """How long Terraform took."""
        return (self.story - self.first_apply).total_seconds()

    @property
    def total_seconds(self) -> float:
        """How long all took from the first apply on."""
        return (self.end - self.first_apply).total_seconds()


def conclude(
    screen: Screen, recording: Recording, ending: Ending, times: Times, seed: int, output: Path
) -> list[Check]:
    """Show the tables, draw the pictures, write the result; returns the checks."""
    found = failovers(recording, times.end)
    without = without_hub(recording, ending.before, seed, times.story, times.end)
    rows = [felt(recording, key, times.story, times.end, without[key]) for key in EVERYONE]
    checked = verdict.checks(recording, found, rows, ending, times.story, times.end)
    screen.heading("What it took")
    screen.say(tables.failover_table(found))
    screen.explain(tables.failover_legend(recording.time_factor))
    screen.say("")
    screen.say(tables.felt_table(rows))
    screen.explain(tables.FELT_LEGEND)
    screen.say("")
    screen.say(tables.check_table(checked))
    settled = picture.settled(recording, PICTURED, times.end)
    for name, keys, end in ((TIMELINE, EVERYONE, times.end), (DROUGHT, PICTURED, settled)):
        shown = picture.panels(recording, keys, times.story, end)
        picture.draw(shown, recording.time_factor, output, name)
    result = {
        "ok": all(check.ok for check in checked),
        "failures": list(verdict.failures(checked)),
        "time_factor": recording.time_factor,
        "setup_seconds": round(times.setup_seconds, 1),
        "total_seconds": round(times.total_seconds, 1),
        "failovers": [_failover_json(failover) for failover in found],
        "felt": [as_json(asdict(row)) for row in rows],
        "checks": [asdict(check) for check in checked],
    }
    write_json(output / RESULT, result)
    return checked


def write_failure(output: Path, words: str) -> None:
    """Leave a result that says why there is none."""
    write_json(output / RESULT, {"ok": False, "failures": [words]})


def write_recording(output: Path, recording: Recording) -> None:
    """Keep everything that figures and picture are made of."""
    write_json(output / RECORDING, as_json(asdict(recording)))
    (output / MESSAGES).write_text(channel.page(recording.messages), encoding="utf-8")


def write_json(path: Path, document: object) -> None:
    """Write a document that people may read, too."""
    path.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")


def as_json(value: Any) -> Any:  # noqa: ANN401 - whatever a dataclass holds
    """Return a dataclass's dictionary as JSON can hold it: times as ISO 8601."""
    match value:
        case datetime():
            return value.isoformat()
        case Mapping():
            return {name: as_json(member) for name, member in value.items()}
        case list() | tuple():
            return [as_json(item) for item in value]
        case _:
            return value


def where_to_look(output: Path) -> Sequence[tuple[Path, str]]:
    """Return what there is to look at further, each with what it holds."""
    return (
        (output / f"{TIMELINE}.png", f"the run as a picture; {DROUGHT}.png shows one service a mode"),
        (output / CONSOLE, f"the dashboard's table of services at the end; {CONSOLE_MIDWAY}: in the middle"),
        (output / MESSAGES, "the messages that a channel would have seen, a thread for each incident"),
        (output / RESULT, "all figures and checks"),
        (output / FUNCTIONS_LOG, "every decision, as the hub's functions logged it"),
        (output / STATE, "the state table at the end"),
        (output / RECORDING, "what the figures were computed from"),
        (output / HUB_ROOT / "terraform.log", "what Terraform did; beside it, for the workload accounts"),
        (output / SANDBOX_LOG, "what went wrong in the sandbox: nothing, if it is empty"),
    )


def _failover_json(failover: Failover) -> dict[str, Any]:
    document: dict[str, Any] = as_json(asdict(failover))
    return document
