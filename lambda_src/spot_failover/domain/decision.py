"""What is decided about a service in one pass, and the rules that all modes share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from spot_failover.domain.backoff import DAY, backoff, doubled, patience, within_a_day
from spot_failover.domain.record import Hold, Operation, Phase, Record

if TYPE_CHECKING:
    from datetime import datetime

    from spot_failover.domain.evidence import Evidence, Tally
    from spot_failover.domain.policy import Policy

# A service that is unregistered and registered again within this time was only moved about in Terraform.
LEAVING_WAIT = timedelta(minutes=5)
LEAVES = "The service is no longer registered."
NOTHING_TO_PROTECT = "The service does not use Fargate Spot, so there is nothing to protect."
TRYING_SPOT = "The backoff is over: trying Spot again, on-demand tasks stay until Spot's run."
TRYING_AS_ASKED = "Spot is tried without further wait, on-demand tasks stay until Spot's run."
WAITS_FOR_TASKS = "A restore is due, and waits until all on-demand tasks run."
DRIFT = "Service Drift"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that people should hear of, once for as long as it lasts; `kind` is its audit event."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What should be: the phase, a sentence why, and what goes into the record with it.

    trigger: the latest evidence behind a failover. attempt and not_before: the backoff from here on. let_go:
    forget what we saved, because someone else took the service off Spot. forget: the service has left, delete
    its record. fallen: Spot lacks half of the tasks or more (mode `backfill`). asked: the operator's command
    to try Spot that this follows.
    """

    phase: Phase
    reason: str
    hold: Hold | None = None
    trigger: Evidence | None = None
    attempt: int | None = None
    not_before: datetime | None = None
    let_go: bool = False
    forget: bool = False
    remarks: tuple[Remark, ...] = ()
    fallen: bool = False
    asked: Evidence | None = None

    @property
    def starts_restore(self) -> bool:
        """Whether it is we who try Spot again, and not someone else who did."""
        return self.phase is Phase.RESTORING and (self.reason == TRYING_SPOT or self.asked is not None)


def may_forget(record: Record, now: datetime) -> bool:
    """Whether a service that was unregistered has been gone for long enough."""
    return record.leaving is not None and now >= record.leaving + LEAVING_WAIT


def arrived_on_demand(record: Record, reason: str, policy: Policy, now: datetime) -> Decision:
    """Return the decision that a failover is over, and when Spot is tried again."""
    not_before = now + backoff(record, policy.restore, now)
    told = f"{reason} {patience(record.attempt, not_before, now)}"
    return Decision(Phase.ON_DEMAND, told, not_before=not_before)


def waits(record: Record, policy: Policy, now: datetime) -> str | None:
    """Say why a restore is not due yet, or None: the backoff, the tries of the day, an unregistration."""
    if record.operation is Operation.DRAIN:
        ready = record.since + timedelta(seconds=policy.restore.interval_seconds)
        return None if now >= ready else "The service is to be drained: it is restored in a moment."
    if record.not_before and now < record.not_before:
        return record.reason
    if record.leaving and not may_forget(record, now):
        return "The service is no longer registered; it goes back to Spot in five minutes."
    tries = within_a_day(record.restores, now)
    if len(tries) >= policy.restore.tries_per_day:
        again = min(tries) + DAY
        return (
            f"Spot was tried {len(tries)} times within a day (restore.tries_per_day). It is tried again at "
            f"{again:%Y-%m-%d %H:%M} UTC."
        )
    return None


def tries_spot(counted: Tally) -> Decision:
    """Return the decision that a restore begins: it is due, or an operator asks for it."""
    asked = counted.restore_asked
    if asked is None:
        return Decision(Phase.RESTORING, TRYING_SPOT)
    return Decision(Phase.RESTORING, f"{asked.reason} {TRYING_AS_ASKED}", asked=asked)


def may_try_again(record: Record, policy: Policy, now: datetime) -> bool:
    """Whether Spot may be tried although the failover is not over: as patiently as in any restore."""
    tries = within_a_day(record.restores, now)
    if len(tries) >= policy.restore.tries_per_day:
        return False
    return not tries or now >= max(tries) + timedelta(seconds=doubled(policy.restore, len(tries) - 1))


def worth_waiting(record: Record, policy: Policy, now: datetime) -> bool:
    """Whether missing on-demand tasks may still come; where capacity is short they do not, but Spot's may."""
    due = record.not_before or record.since
    return now < due + timedelta(seconds=policy.failover.timeout_seconds)


def failed_restore(
    record: Record, phase: Phase, reason: str, policy: Policy, now: datetime, trigger: Evidence | None = None
) -> Decision:
    """Return the decision to take a restore back: the next one waits longer."""
    later = replace(record, attempt=record.attempt + 1)
    not_before = now + backoff(later, policy.restore, now) if phase is Phase.ON_DEMAND else None
    told = f"The restore failed and is taken back: {reason}"
    if not_before:
        told = f"{told} {patience(later.attempt, not_before, now)}"
    return Decision(phase, told, trigger=trigger, attempt=later.attempt, not_before=not_before)
