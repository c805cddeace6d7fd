"""The audit events of a pass: one for every change of phase, and for every new reason not to act."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from spot_failover.domain.counts import demand_of
from spot_failover.domain.record import Hold, HoldKind, Message, Phase, Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.command import Command
    from spot_failover.domain.decision import Remark
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.service import Observation

FAILING_OVER = "Service Failing Over"
ON_DEMAND = "Service On Demand"
RESTORING = "Service Restoring"
RESTORED = "Service Restored"
RESTORE_FAILED = "Service Restore Failed"
LET_GO = "Service Let Go"
BLOCKED = "Service Blocked"
DRY_RUN = "Service Dry Run"
PAUSED = "Service Paused"
FAULT = "Service Fault"
LEFT = "Service Left"
REGISTRATION_REJECTED = "Registration Rejected"
SPOKE_FAULT = "Spoke Fault"
SPOKE_SILENT = "Spoke Silent"
SPOKE_GONE = "Spoke Gone"
READINESS_REPORT = "Readiness Report"
OPERATOR_COMMAND = "Operator Command"

_BY_PHASES = {
    (Phase.STEADY, Phase.FAILING_OVER): FAILING_OVER,
    (Phase.ON_DEMAND, Phase.FAILING_OVER): FAILING_OVER,
    (Phase.FAILING_OVER, Phase.ON_DEMAND): ON_DEMAND,
    (Phase.FAILING_OVER, Phase.RESTORING): RESTORING,
    (Phase.FAILING_OVER, Phase.STEADY): RESTORED,
    (Phase.ON_DEMAND, Phase.STEADY): RESTORED,
    (Phase.ON_DEMAND, Phase.RESTORING): RESTORING,
    (Phase.RESTORING, Phase.STEADY): RESTORED,
    (Phase.RESTORING, Phase.FAILING_OVER): RESTORE_FAILED,
    (Phase.RESTORING, Phase.ON_DEMAND): RESTORE_FAILED,
}
_BY_HOLD = {HoldKind.BLOCKED: BLOCKED, HoldKind.DRY_RUN: DRY_RUN, HoldKind.PAUSED: PAUSED}


def of_pass(
    before: Record,
    after: Record,
    observation: Observation | None,
    now: datetime,
    remarks: Sequence[Remark] = (),
) -> tuple[Message, ...]:
    """Return what a pass has to tell: the change of phase, and holds and remarks that are new."""
    told = []
    if before.phase is not after.phase:
        let_go = after.phase is Phase.STEADY and after.restored_at == before.restored_at
        told.append(LET_GO if let_go else _BY_PHASES[before.phase, after.phase])
    if after.hold and _kind(after.hold) != _kind(before.hold):
        told.append(_BY_HOLD[after.hold.kind])
    of_phase = [of_service(kind, after, now, observation=observation, previous=before.phase) for kind in told]
    remarked = [
        of_service(remark.kind, after, now, reason=remark.reason, observation=observation)
        for remark in remarks
        if remark.kind not in before.told
    ]
    return (*of_phase, *remarked)


def of_service(
    detail_type: str,
    record: Record,
    now: datetime,
    *,
    reason: str = "",
    observation: Observation | None = None,
    previous: Phase | None = None,
) -> Message:
    """Return one audit event about a service; `reason` stands in for the record's own."""
    detail: dict[str, Any] = {
        **_names(record.id),
        "phase": record.phase.value,
        "previous_phase": (previous or record.phase).value,
        "reason": reason or record.reason,
        "attempt": record.attempt,
        "owner": record.policy.owner,
    }
    if observation:
        detail |= {
            "desired": observation.desired,
            "running": observation.running,
            "demand": demand_of(record, observation),
        }
        if observation.standby:
            detail |= {
                "standby_desired": observation.standby.desired,
                "standby_running": observation.standby.running,
            }
    if record.not_before:
        detail["not_before"] = record.not_before.isoformat()
    if record.event:
        detail["event"] = {
            "id": record.event.event_id,
            "kind": record.event.kind.value,
            "time": record.event.time.isoformat(),
        }
    return _message(detail_type, record.id.key, detail, now)


def of_command(
    command: Command, refusal: str | None, now: datetime, *, record: Record | None = None
) -> Message:
    """Return the audit event about an operator's command: taken, or refused with a sentence."""
    outcome = f"Refused: {refusal}" if refusal else "Taken."
    detail = {
        **(_names(command.service) if command.service else {}),
        **({"phase": record.phase.value, "owner": record.policy.owner} if record else {}),
        "command": command.kind.value,
        "command_id": command.cause_id,
        "author": command.author,
        "taken": refusal is None,
        "reason": f"{command.kind.value.capitalize()}, asked for by {command.signed}. {outcome}",
        **({"until": command.until.isoformat()} if command.until else {}),
    }
    identity = hashlib.sha256(f"{OPERATOR_COMMAND} {command.cause_id}".encode()).hexdigest()
    return Message(identity, OPERATOR_COMMAND, now, {"id": identity, **detail})


def of_location(detail_type: str, location: Location, reason: str, now: datetime) -> Message:
    """Return one audit event about an account and region."""
    detail = {"account": location.account, "region": location.region, "reason": reason}
    return _message(detail_type, f"{location.key} {reason}", detail, now)


def _names(service: ServiceId) -> dict[str, str]:
    return {
        "service_id": service.key,
        "account": service.account,
        "region": service.region,
        "cluster": service.cluster,
        "service": service.service,
    }


def _kind(hold: Hold | None) -> tuple[HoldKind, Phase, str] | None:
    """Return what makes a hold a new one: the counts in a dry run's sentence do not."""
    if hold is None:
        return None
    return hold.kind, hold.phase, hold.reason if hold.kind is HoldKind.BLOCKED else ""


def _message(detail_type: str, subject: str, detail: dict[str, Any], now: datetime) -> Message:
    # The id is the same when a pass is repeated after a crash, so consumers can drop what they have seen.
    identity = hashlib.sha256(f"{detail_type} {subject} {now.isoformat()}".encode()).hexdigest()
    return Message(identity, detail_type, now, {"id": identity, **detail})
