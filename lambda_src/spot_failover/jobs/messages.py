"""What is said of services and places: audit events, and with a severity above `audit` messages to people.

A pass tells every change of phase, every new reason not to act, and every change that it makes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from spot_failover.domain.counts import demand_of
from spot_failover.domain.decision import DRIFT
from spot_failover.domain.outlook import next_step
from spot_failover.domain.phases import FAILOVER_OVERDUE, ON_DEMAND_SHORTAGE
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Hold, HoldKind, Message, Phase, Record
from spot_failover.domain.severity import Severity
from spot_failover.domain.twins import STANDBY_DIFFERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spot_failover.domain.command import Command
    from spot_failover.domain.decision import Remark
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.scaling import Suspended
    from spot_failover.domain.service import Observation
    from spot_failover.domain.targets import UpdateService

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
SERVICE_CHANGE = "Service Change"
SCALING_SUSPENDED = "Scaling Suspended"
SCALING_RESUMED = "Scaling Resumed"

# What a message says of its service, account or region in a few words, and how loud it says it.
_SAID: Final = {
    FAILING_OVER: (Severity.WARNING, "fails over to on-demand"),
    ON_DEMAND: (Severity.INFO, "runs on demand"),
    RESTORING: (Severity.INFO, "tries Spot again"),
    RESTORED: (Severity.INFO, "is back on Spot"),
    RESTORE_FAILED: (Severity.WARNING, "stays on demand, as the restore failed"),
    LET_GO: (Severity.WARNING, "is let go of, and watched on"),
    BLOCKED: (Severity.WARNING, "cannot be protected now"),
    DRY_RUN: (Severity.INFO, "would be changed (dry run)"),
    PAUSED: (Severity.WARNING, "would be changed, but operators hold it"),
    FAULT: (Severity.WARNING, "could not be looked at"),
    LEFT: (Severity.INFO, "is protected no more"),
    ON_DEMAND_SHORTAGE: (Severity.CRITICAL, "gets no on-demand capacity either"),
    FAILOVER_OVERDUE: (Severity.CRITICAL, "has still not failed over"),
    DRIFT: (Severity.WARNING, "has drifted"),
    STANDBY_DIFFERS: (Severity.WARNING, "has a standby unlike it"),
    REGISTRATION_REJECTED: (Severity.WARNING, "has a registration that cannot be used"),
    SPOKE_FAULT: (Severity.WARNING, "could not be surveyed"),
    SPOKE_SILENT: (Severity.CRITICAL, "has gone silent"),
    SPOKE_GONE: (Severity.WARNING, "is gone"),
    READINESS_REPORT: (Severity.INFO, "has services that are not ready for Spot"),
    OPERATOR_COMMAND: (Severity.INFO, "was given a command"),
    SERVICE_CHANGE: (Severity.AUDIT, "is changed"),
    SCALING_SUSPENDED: (Severity.AUDIT, "has its autoscaling suspended"),
    SCALING_RESUMED: (Severity.AUDIT, "has its autoscaling as it was"),
}
# Mode `backfill` replaces single tasks as a matter of course: nobody needs to get up for it.
_ROUTINE_OF_BACKFILL: Final = {FAILING_OVER}
# While tasks are missing or cost more, what stops us is more than a nuisance.
_WORSE_AWAY: Final = {BLOCKED, FAULT, PAUSED}

_UNKNOWN: Final = (Severity.INFO, "")

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
    # A fault of an earlier pass is over once this one has come so far.
    record = replace(after, last_error="", retry_at=None)
    told = []
    if before.phase is not after.phase:
        let_go = after.phase is Phase.STEADY and after.restored_at == before.restored_at
        told.append((LET_GO if let_go else _BY_PHASES[before.phase, after.phase], after.reason))
    if after.hold and _kind(after.hold) != _kind(before.hold):
        told.append((_BY_HOLD[after.hold.kind], after.hold.reason))
    of_phase = [
        of_service(kind, record, now, reason=reason, observation=observation, before=before)
        for kind, reason in told
    ]
    remarked = [
        of_service(remark.kind, record, now, reason=remark.reason, observation=observation)
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
    before: Record | None = None,
) -> Message:
    """Return one message about a service as `record` has it; `reason` stands in for the record's own.

    `before` is the record that the pass began with, where the message tells of a change of it.
    """
    previous = (before or record).phase
    incident = _incident_began(record, previous)
    detail: dict[str, Any] = {
        **_names(record.id),
        **_said(detail_type, _subject(record.id), _severity(detail_type, record, before)),
        "mode": record.policy.mode.value,
        "phase": record.phase.value,
        "previous_phase": previous.value,
        "reason": reason or record.reason,
        "next_step": next_step(record, now),
        "attempt": record.attempt,
        "owner": record.policy.owner,
        "incident": f"{record.id.key}@{incident.isoformat()}",
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
    if before and before.phase is not record.phase:
        detail["seconds"] = _seconds(before, record, now)
    if record.not_before:
        detail["not_before"] = record.not_before.isoformat()
    if record.event:
        detail["event"] = {
            "id": record.event.event_id,
            "kind": record.event.kind.value,
            "time": record.event.time.isoformat(),
        }
    return _message(detail_type, record.id.key, detail, now)


def of_change(record: Record, change: UpdateService, observation: Observation, now: datetime) -> Message:
    """Return the audit event that ECS is asked for a change: saved before the call, with what it is to do."""
    shown = observation.standby if change.service_name else observation
    asked = (
        [f"desired count {shown.desired if shown else 0} → {change.desired}"]
        if change.desired is not None
        else []
    )
    if change.strategy:
        items = [
            f"{item.capacity_provider} weight {item.weight} base {item.base}"
            for item in change.strategy.items
        ]
        asked.append(f"strategy {', '.join(items)} in a new deployment")
    if change.rolling:
        limits = change.rolling
        asked.append(f"healthy percent {limits.minimum_healthy_percent} to {limits.maximum_percent}")
    if change.task_definition:
        asked.append(f"task definition {change.task_definition} in a new deployment")
    name = change.service_name or record.id.service
    reason = f"Asks ECS to update the service {name}: {'; '.join(asked)}. Why: {record.reason}"
    told = of_service(SERVICE_CHANGE, record, now, reason=reason, observation=observation)
    detail: dict[str, Any] = {
        **told.detail,
        "updated_service": name,
        "replaces_deployment": shown.primary.id if shown and shown.primary and change.deploys else "",
    }
    if change.desired is not None:
        detail |= {"desired_before": shown.desired if shown else 0, "desired_after": change.desired}
    return _message(SERVICE_CHANGE, f"{record.id.key} {name} {change.name}", detail, now)


def of_scaling(detail_type: str, record: Record, suspended: Suspended, now: datetime) -> Message:
    """Return the audit event that autoscaling of a service is suspended, or set back to how it was found."""
    off = {
        "dynamic scale-in": suspended.scale_in,
        "dynamic scale-out": suspended.scale_out,
        "scheduled scaling": suspended.scheduled,
    }
    names = [name for name, is_off in off.items() if is_off]
    reason = f"Autoscaling of {record.id.service}: {' and '.join(names) or 'nothing'} suspended."
    return of_service(detail_type, record, now, reason=reason)


def of_command(
    command: Command, refusal: str | None, now: datetime, *, record: Record | None = None
) -> Message:
    """Return the audit event about an operator's command: taken, or refused with a sentence."""
    outcome = f"Refused: {refusal}" if refusal else "Taken."
    subject = _subject(command.service) if command.service else "The fleet"
    detail = {
        **(_names(command.service) if command.service else {}),
        **_said(OPERATOR_COMMAND, subject, Severity.WARNING if refusal else Severity.INFO),
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
    severity, _ = _SAID.get(detail_type, _UNKNOWN)
    detail = {
        "account": location.account,
        "region": location.region,
        **_said(detail_type, f"{location.account} in {location.region}", severity),
        "reason": reason,
        "incident": f"{location.key} {detail_type}",
    }
    return _message(detail_type, f"{location.key} {reason}", detail, now)


def _names(service: ServiceId) -> dict[str, str]:
    return {
        "service_id": service.key,
        "account": service.account,
        "region": service.region,
        "cluster": service.cluster,
        "service": service.service,
    }


def _subject(service: ServiceId) -> str:
    return f"{service.service} in {service.cluster}"


def _said(detail_type: str, subject: str, severity: Severity) -> dict[str, str]:
    """Return a message's headline and how loud it is; kinds that are not listed here speak for themselves."""
    _, words = _SAID.get(detail_type, _UNKNOWN)
    return {
        "summary": f"{subject} {words}" if words else f"{detail_type}: {subject}",
        "severity": severity.value,
    }


def _severity(detail_type: str, record: Record, before: Record | None) -> Severity:
    severity, _ = _SAID.get(detail_type, _UNKNOWN)
    if detail_type in _ROUTINE_OF_BACKFILL and record.policy.mode is Mode.BACKFILL and not record.fallen:
        return Severity.INFO
    if detail_type in _WORSE_AWAY and record.phase is not Phase.STEADY:
        return Severity.CRITICAL
    by_hand = before and before.applied and not before.applied.change and before.phase is Phase.RESTORING
    if detail_type == RESTORE_FAILED and by_hand:
        # Someone put Spot back while it fails.
        return Severity.CRITICAL
    return severity


def _incident_began(record: Record, previous: Phase) -> datetime:
    """Return when the service left steady, or since when it is: messages of one incident belong together."""
    away = record.phase is not Phase.STEADY or previous is not Phase.STEADY
    return record.failovers[-1] if away and record.failovers else record.since


def _seconds(before: Record, after: Record, now: datetime) -> dict[str, int]:
    """Return how long it took: since the event behind it, in the phase that ends, since it left steady."""
    began: dict[str, datetime] = {}
    event = after.event or before.event
    if event and after.phase in {Phase.FAILING_OVER, Phase.ON_DEMAND} and before.phase is not Phase.ON_DEMAND:
        began["since_event"] = event.time
    if before.phase is not Phase.STEADY:
        began["in_previous_phase"] = before.since
        began["since_failover"] = _incident_began(after, before.phase)
    return {name: max(0, round((now - at).total_seconds())) for name, at in began.items()}


def _kind(hold: Hold | None) -> tuple[HoldKind, Phase, str] | None:
    """Return what makes a hold a new one: the counts in a dry run's sentence do not."""
    if hold is None:
        return None
    return hold.kind, hold.phase, hold.reason if hold.kind is HoldKind.BLOCKED else ""


def _message(detail_type: str, subject: str, detail: dict[str, Any], now: datetime) -> Message:
    # The id is the same when a pass is repeated after a crash, so consumers can drop what they have seen.
    identity = hashlib.sha256(f"{detail_type} {subject} {now.isoformat()}".encode()).hexdigest()
    return Message(identity, detail_type, now, {**detail, "id": identity})
