"""Heartbeat: a spoke says each hour that it is there, along the whole path that its real events take.

    {
      "id": "3e7b1d90-6c52-4d1f-9e8a-7b6c5d4e3f21",
      "detail-type": "Heartbeat",
      "source": "spot-failover.spoke",
      "account": "222233334444",
      "time": "2026-03-02T09:00:00Z",
      "region": "eu-central-1",
      "resources": [],
      "detail": {"contract": 1}
    }

Scheduler of the workload account puts it on that account's default bus.
"""

from __future__ import annotations

from spot_failover.domain.requests import RegistrationCause
from spot_failover.events.envelope import Envelope
from spot_failover.events.model import RegistrationSignal


def parse(envelope: Envelope) -> RegistrationSignal:
    """Return the account and region that the spoke covers."""
    return RegistrationSignal(envelope.origin, RegistrationCause.HEARTBEAT, envelope.event_id)
