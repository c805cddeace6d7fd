"""Sending what is said of an account and region: it has no record with an outbox to wait in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.identity import Location
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """Messages about places."""

    outbox: ports.Outbox

    def of_location(self, kind: str, location: Location, reasons: Sequence[str], now: datetime) -> bool:
        """Send one message for each reason; False where one is not everywhere: then say it again.

        Nothing keeps what is left, so that channels which took it get it once more, with a new id.
        """
        if not reasons:
            return True
        told = [messages.of_location(kind, location, reason, now) for reason in reasons]
        if self.outbox.send(told):
            logger.warning("The messages about %s are told anew by the next survey.", location.key)
            return False
        return True
