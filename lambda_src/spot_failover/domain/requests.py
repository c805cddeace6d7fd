"""What a survey is asked for, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.identity import Location

# The one cause that leaves the parameters to the survey's own ten-minute rhythm.
TICK = "tick"
# A tick that waited this long has newer ones behind it. After an outage, an hour of them would survey every
# place sixty times over before anything else was done.
OVERTAKEN_AFTER = timedelta(minutes=5)


def is_overtaken(sent_at: datetime, now: datetime) -> bool:
    """Whether what a tick asks for is asked for by newer ones as well."""
    return now - sent_at > OVERTAKEN_AFTER


class RegistrationCause(StrEnum):
    """What the spoke itself says: its registrations are worth reading again."""

    REGISTRATION = "registration"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """Look at one account and region. `deleted` names a parameter that an event says is gone."""

    location: Location
    cause: str
    cause_id: str
    deleted: str = ""

    @property
    def scheduled(self) -> bool:
        """Whether only the clock asks."""
        return self.cause == TICK

    @property
    def from_the_spoke(self) -> bool:
        """Whether the spoke itself is heard."""
        return self.cause in set(RegistrationCause)
