"""What earlier hubs stored, and records of today as such a hub would have written them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from spot_failover.adapters.items import is_empty
from spot_failover.adapters.record_items import pass_attributes, registration_attributes, to_record
from spot_failover.adapters.tables import decoded
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Record
from spot_failover.domain.registration import Registration

STORED: Final = Path(__file__).parent / "stored"
BEFORE_STANDBYS: Final = "2520ae9"
BEFORE_COMMANDS: Final = "f22a9ee"
COMMITS: Final = (BEFORE_STANDBYS, BEFORE_COMMANDS)
# The modes that a hub of this commit knew.
MODES: Final = {BEFORE_STANDBYS: (Mode.SWITCH,), BEFORE_COMMANDS: tuple(Mode)}

Document = dict[str, Any]


def stored(commit: str) -> Document:
    """Return what `stored/record.py` wrote down of a commit: services, spokes, evidence, messages."""
    found: Document = json.loads((STORED / f"{commit}.json").read_text())
    return found


def item_of(record: Record) -> Document:
    """Return the item that a record is today."""
    registration = registration_attributes(Registration(record.id, record.policy, record.operation))
    attributes = {"id": record.id.key} | registration | pass_attributes(record)
    return {name: value for name, value in attributes.items() if not is_empty(value)}


def as_written_by(commit: str, record: Record) -> Record:
    """Return what is left of a record when only what that commit's hub wrote of a service is kept."""
    known: Document = {}
    for entry in stored(commit)["services"]:
        known = _merged(known, decoded(entry["item"]))
    return replace(to_record(_kept(item_of(record), known)), version=record.version)


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _merged(one.get(name), other.get(name)) for name in one | other}
    return one if other is None else other


def _kept(value: Any, known: Any) -> Any:
    if isinstance(value, dict) and isinstance(known, dict):
        return {name: _kept(member, known[name]) for name, member in value.items() if name in known}
    return value
