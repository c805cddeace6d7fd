"""What every correction gets to work with."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.sandbox.authorization import Authorizer
from simulator.sandbox.emulator import Emulator
from simulator.sandbox.organization import Organization
from simulator.sandbox.records import Records


@dataclass(frozen=True, slots=True)
class Parts:
    """The emulator, and what the sandbox adds to it."""

    emulator: Emulator
    organization: Organization
    records: Records
    authorizer: Authorizer
