"""The events of tests/events and the event patterns of the modules, as tests use them."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
EVENTS = REPOSITORY / "tests" / "events"
SPOKE_PATTERNS = REPOSITORY / "modules" / "workload-spoke" / "event-patterns"
HUB_PATTERNS = REPOSITORY / "modules" / "central-hub" / "event-patterns"

# The patterns of a spoke that forward ECS's own events; each kind of evidence has one.
PATTERN_OF_KIND = {
    "spot_interruption": "spot-interruption",
    "spot_placement_failure": "spot-placement-failure",
    "spot_task_started": "spot-task-started",
    "spot_task_start_failed": "spot-task-start-failed",
    "on_demand_shortage": "on-demand-shortage",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with what it is expected to be."""

    name: str
    kind: str
    event: dict[str, Any]

    @property
    def forwarded_by(self) -> set[str]:
        """The patterns of a spoke that must match it."""
        if self.event["source"] == "test.aws.ecs":
            return {"drill"}
        return expected_patterns(self.kind, self.event)


def expected_patterns(kind: str, event: dict[str, Any]) -> set[str]:
    """Return the patterns of a spoke that must match an event of this kind.

    A pattern cannot say that none of a list's members is FARGATE_SPOT: a failure that names both providers
    comes twice, under one id, which is one row of evidence and one wake-up.
    """
    if kind not in PATTERN_OF_KIND:
        return set()
    also = names_on_demand(event) and kind == "spot_placement_failure"
    return {PATTERN_OF_KIND[kind], *({"on-demand-shortage"} if also else ())}


def names_on_demand(event: dict[str, Any]) -> bool:
    """Whether a placement failure names the capacity provider FARGATE."""
    named = event["detail"].get("capacityProviderArns") or ()
    providers = [named] if isinstance(named, str) else named
    return any(provider.endswith(":capacity-provider/FARGATE") for provider in providers)


def recorded_events() -> list[Recorded]:
    """Return every event that the index lists."""
    index = json.loads((EVENTS / "index.json").read_text())
    return [
        Recorded(entry["file"].removesuffix(".json"), entry["kind"], load(entry["file"])) for entry in index
    ]


def load(file: str) -> dict[str, Any]:
    """Return one file of tests/events."""
    event: dict[str, Any] = json.loads((EVENTS / file).read_text())
    return event


def recorded(name: str, /, *, detail: dict[str, Any] | None = None, **envelope: Any) -> dict[str, Any]:
    """Return an event of tests/events with fields replaced; those that are to be `...` are left out."""
    event = copy.deepcopy(load(f"{name}.json"))
    for target, fields in ((event, envelope), (event["detail"], detail or {})):
        for key, value in fields.items():
            if value is ...:
                target.pop(key, None)
            else:
                target[key] = value
    return event


def patterns(folder: Path) -> dict[str, str]:
    """Return the patterns of a module, as text, by the file's stem."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.json"))}
