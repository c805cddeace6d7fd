"""When each service has to be looked at again, and the calls that looks left out would have made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from spot_failover.domain.identity import ServiceId

MINUTE: Final = timedelta(minutes=1)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_SERVICES_PER_CALL: Final = 10


@dataclass(slots=True)
class Round:
    """What is done each minute: when it is due again, and how many calls it made the last time."""

    due: datetime
    done_at: datetime
    heard_at: datetime
    calls: int = 0

    def left_out(self, until: datetime) -> int:
        """Return the calls of the times left out since the last one: each would have made its calls again."""
        return self.calls * max(0, (until - self.done_at) // MINUTE)


def describing(services: Iterable[ServiceId]) -> int:
    """Return how many calls of DescribeServices a survey makes for these."""
    names = Counter((service.account, service.region, service.cluster) for service in services)
    return sum(-(-count // _SERVICES_PER_CALL) for count in names.values())
