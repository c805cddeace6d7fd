"""Sending what is said of an account and region: it has no record with an outbox to wait in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spot_failover.domain.errors import SpotFailoverError
from spot_failover.jobs import messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.identity import Location
    from spot_failover.jobs import ports

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """Audit events about places."""

    outbox: ports.Outbox

    def of_location(self, kind: str, location: Location, reasons: Sequence[str], now: datetime) -> bool:
        """Send one event for each reason; False where the bus did not take them: then say it again."""
        if not reasons:
            return True
        try:
            self.outbox.send([messages.of_location(kind, location, reason, now) for reason in reasons])
        except SpotFailoverError as fault:
            logger.warning("The messages about %s wait for the next survey: %s", location.key, fault)
            return False
        return True
