"""Whether a pass over a service could change anything: what the survey passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spot_failover.domain.policy import Mode
from spot_failover.domain.record import HoldKind, Phase, Record
from spot_failover.domain.switch import blocked, switch_remarks
from spot_failover.domain.targets import standby_to_follow
from spot_failover.domain.twins import standby_blocked, twin_remarks

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.service import Observation


def has_news(record: Record, observation: Observation | None, now: datetime) -> bool:
    """Whether a pass over this service could change anything."""
    if record.retry_at:
        return now >= record.retry_at
    if record.phase is not Phase.STEADY or record.leaving or record.outbox or record.put_back:
        return True
    if observation is None or not observation.active:
        return False
    fresh = observation.created_at != record.service_created_at
    if fresh or record.claimed != record.policy.standby.service_name:
        return True
    reason = _blocked(record, observation)
    if reason or (record.hold and record.hold.kind is HoldKind.BLOCKED):
        return record.hold is None or reason != record.hold.reason
    if record.hold or record.held or record.scaling or observation.running < observation.desired:
        return True
    if record.policy.mode is Mode.SWITCH:
        return {remark.kind for remark in switch_remarks(observation, Phase.STEADY)} != record.told
    return _standby_has_news(record, observation)


def _blocked(record: Record, observation: Observation) -> str | None:
    if record.policy.mode is Mode.SWITCH:
        return blocked(observation)
    return standby_blocked(record, observation, record.policy)


def _standby_has_news(record: Record, observation: Observation) -> bool:
    if standby_to_follow(Phase.STEADY, observation, record):
        return True
    if observation.standby and observation.standby.desired < record.policy.standby.reserve:
        return True
    remarks = twin_remarks(record, observation, Phase.STEADY, record.policy)
    return {remark.kind for remark in remarks} != record.told
