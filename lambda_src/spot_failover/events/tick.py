"""Tick: the hub's own Scheduler wakes it every minute.

    {"source": "spot-failover.hub", "detail-type": "Tick"}

It comes straight to the queue, without EventBridge's envelope: this is the whole message.
"""

from __future__ import annotations

from spot_failover.events.envelope import DetailType, Source
from spot_failover.events.fields import JsonObject


def is_tick(raw: JsonObject) -> bool:
    """Whether the message is a tick."""
    return raw.get("source") == Source.HUB and raw.get("detail-type") == DetailType.TICK
