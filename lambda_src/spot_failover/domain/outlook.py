"""What happens to a service next, and when: one sentence for people, from its record alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from spot_failover.domain.backoff import DAY, kept_until, within_a_day
from spot_failover.domain.decision import LEAVING_WAIT
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import HoldKind, Operation, Phase, Record
from spot_failover.domain.transitions import as_begun

if TYPE_CHECKING:
    from datetime import datetime


def next_step(record: Record, now: datetime) -> str:
    """Say what comes next: what holds the service up, or what its phase waits for, and until when."""
    begun = as_begun(record)
    held_up = _held_up(begun, now)
    if held_up:
        return held_up
    match begun.phase:
        case Phase.STEADY:
            return _steady(begun)
        case Phase.FAILING_OVER:
            return _failing_over(begun, now)
        case Phase.ON_DEMAND:
            return _on_demand(begun, now)
        case Phase.RESTORING:
            return _restoring(begun, now)
        case _:
            assert_never(begun.phase)


def _held_up(record: Record, now: datetime) -> str | None:
    if record.retry_at:
        again = f"at {_at(record.retry_at, now)}" if now < record.retry_at else "within a minute"
        return f"The last look at it failed; the next is {again}."
    if record.hold and record.hold.kind is HoldKind.BLOCKED:
        return "Put right what blocks it: until then nothing is changed, and it is looked at every minute."
    pause = record.paused_at(now)
    if pause and pause.until:
        return f"Nothing is changed until the pause ends at {_at(pause.until, now)}, or an operator ends it."
    if pause:
        ends = "unfreezes the fleet" if pause.fleet else "resumes it"
        return f"Nothing is changed until an operator {ends}."
    if record.dry_run:
        return "It is watched, and nothing is changed: this is a dry run."
    return None


def _steady(record: Record) -> str:
    if record.leaving:
        return f"It is forgotten {LEAVING_WAIT.seconds // 60} minutes after its registration was withdrawn."
    if record.held and record.policy.mode is not Mode.SWITCH:
        return "The standby gives way, task by task, as healthy Spot tasks allow."
    if record.operation is Operation.DRAIN:
        return "It stays on Spot: it is being drained and is not failed over any more."
    return "It is watched every minute, and fails over when Spot fails it."


def _failing_over(record: Record, now: datetime) -> str:
    overdue = record.since + timedelta(seconds=record.policy.failover.timeout_seconds)
    tasks = "the missing tasks" if record.policy.mode is Mode.BACKFILL else "all tasks"
    if now >= overdue:
        return f"It goes on until {tasks} run on demand; nothing is undone by itself."
    return f"On-demand tasks start; that {tasks} run is told, or that they do not by {_at(overdue, now)}."


def _on_demand(record: Record, now: datetime) -> str:
    restore = record.policy.restore
    if record.policy.mode is Mode.BACKFILL:
        until = kept_until(record, restore, now)
        back = "On-demand tasks go one for one as Spot tasks come back and hold."
        return f"Half of the tasks stay on demand until {_at(until, now)}. Then: {back}" if until else back
    if record.operation is Operation.DRAIN:
        due: datetime | None = record.since + timedelta(seconds=restore.interval_seconds)
    else:
        due = _due(record, now)
    verified = f"and counts as restored once Spot has held for {restore.window_seconds} s"
    if due and now < due:
        return f"Spot is tried again at {_at(due, now)}, {verified}."
    return f"A restore is due: it begins when all tasks run and its turn comes, {verified}."


def _due(record: Record, now: datetime) -> datetime | None:
    """Return when a restore is due: after the backoff, the tries of the day, and an unregistration's wait."""
    waits = [record.not_before, record.leaving + LEAVING_WAIT if record.leaving else None]
    tries = within_a_day(record.restores, now)
    if len(tries) >= record.policy.restore.tries_per_day:
        waits.append(min(tries) + DAY)
    return max((wait for wait in waits if wait), default=None)


def _restoring(record: Record, now: datetime) -> str:
    window = timedelta(seconds=record.policy.restore.window_seconds)
    until = record.since + window
    if record.policy.mode is Mode.SWITCH and now < until:
        return f"Spot is verified until {_at(until, now)} at least; if it fails, on-demand tasks come back."
    return (
        f"On-demand tasks stay until all Spot tasks have held for {window.total_seconds():.0f} s; if Spot "
        "fails again, it is taken back."
    )


def _at(time: datetime, now: datetime) -> str:
    """Return a time of today without its date."""
    return f"{time:%H:%M:%S} UTC" if time.date() == now.date() else f"{time:%Y-%m-%d %H:%M} UTC"
