"""What operators ask of the hub: hold still, fail over, try Spot again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.identity import ServiceId

# What was meant five minutes ago may not be meant now.
COMMAND_LIFETIME = timedelta(minutes=5)
_LONGEST_AUTHOR = 256
_LONGEST_REASON = 1024


class CommandKind(StrEnum):
    """The commands; the last two are for the whole fleet, the others for one service."""

    PAUSE = "pause"
    RESUME = "resume"
    FAILOVER = "failover"
    RESTORE = "restore"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"

    @property
    def for_fleet(self) -> bool:
        """Whether it names no service."""
        return self in {CommandKind.FREEZE, CommandKind.UNFREEZE}


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `cause_id` is its event's id, `until` when a pause ends by itself.

    author: who sends it, in their own words. EventBridge only vouches for the account, which is the hub's.
    """

    kind: CommandKind
    author: str
    reason: str
    cause_id: str
    time: datetime
    service: ServiceId | None = None
    until: datetime | None = None

    @property
    def signed(self) -> str:
        """Who asks and why, as a part of a sentence."""
        return f"{self.author} ({self.reason})" if self.reason else self.author


def as_author(said: str) -> str:
    """Return an author as the hub keeps it: one short line of what can be shown anywhere."""
    return _one_line(said[:_LONGEST_AUTHOR])


def as_reason(said: str) -> str:
    """Return a reason as the hub keeps it: one line of what can be shown anywhere."""
    return _one_line(said[:_LONGEST_REASON])


def _one_line(said: str) -> str:
    whole = said.encode(errors="replace").decode()
    return " ".join("".join(each if each.isprintable() else " " for each in whole).split())
