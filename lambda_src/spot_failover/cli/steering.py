"""Commands: first what would be done, then, if that is wanted, the event, and what the hub says to it."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from spot_failover.cli import choosing, showing
from spot_failover.cli.errors import CommandLineError
from spot_failover.domain.command import Command, CommandKind, as_author, as_reason
from spot_failover.domain.policy import Mode
from spot_failover.domain.transitions import as_begun
from spot_failover.jobs import status
from spot_failover.jobs.steer import refused

if TYPE_CHECKING:
    from spot_failover.cli.hub import Hub
    from spot_failover.cli.terminal import Terminal
    from spot_failover.domain.record import Record

# The hub answers within seconds; where work is far behind it may take as long as a crash holds a service up.
PATIENCE = timedelta(seconds=60)
_LOOK_AGAIN = 1.0
# Clocks differ a little.
_SKEW = timedelta(minutes=1)


def run(options: argparse.Namespace, hub: Hub, terminal: Terminal) -> int:
    """Say what the command does, ask, send it and wait for the hub's answer; 0 where it was taken."""
    kind = CommandKind(options.command)
    record = None if kind.for_fleet else choosing.one(hub, options.service, terminal.now())
    # As the hub keeps them: by these a freeze is known again.
    author, reason = as_author(hub.operator.author()), as_reason(options.reason)
    command = Command(
        kind=kind,
        author=author,
        reason=reason,
        cause_id="",
        time=terminal.now(),
        service=record.id if record else None,
        until=getattr(options, "until", None),
    )
    for line in _plan(command, record, hub, terminal.now()):
        (terminal.complain if options.json else terminal.say)(line)
    if record and (refusal := refused(command, record, hub.services.frozen(), terminal.now())):
        raise CommandLineError(f"The hub would refuse it, so nothing was sent. {refusal}")
    if not options.yes:
        _confirm(_name(record), terminal)
    sent_at = terminal.now()
    command_id = hub.operator.send(kind, command.service, author, command.reason, command.until)
    taken, said = _answer(command, command_id, hub, terminal, sent_at)
    # The pass that answers has looked at the service: what became of it is known by now.
    after = hub.services.load(record.id) if record else None
    if options.json:
        document = {"command": kind.value, "command_id": command_id, "taken": taken, "reason": said}
        stands = {"service_id": after.id.key, "phase": after.phase.value} if after else {}
        terminal.say(showing.as_json({**document, **stands}))
    else:
        terminal.say(said)
        if after:
            terminal.say(_stands(after, terminal.now()))
    return 0 if taken else 1


def _plan(command: Command, record: Record | None, hub: Hub, now: datetime) -> list[str]:
    if record is None:
        frozen = hub.services.frozen()
        stands = frozen.sentence if frozen else "It is not frozen."
        return [
            f"{command.kind} the whole fleet, as {command.author}",
            f"  now:   {stands}",
            f"  then:  {_effect(command, None)}",
        ]
    return [
        f"{command.kind} {choosing.path(record.id)}, as {command.author}",
        _stands(record, now),
        f"  then:  {_effect(command, record)}",
    ]


def _stands(record: Record, now: datetime) -> str:
    row = status.row(record, None, now)
    return f"  now:   {row.phase} for {showing.age(now - row.since)}, mode {row.mode}. {row.reason}"


def _effect(command: Command, record: Record | None) -> str:
    """Say what the command brings about, once the hub has taken it."""
    match command.kind:
        case CommandKind.PAUSE:
            until = f"{command.until:%Y-%m-%d %H:%M} UTC" if command.until else "it is resumed"
            return f"Until {until} it is decided about and told of, but not changed, whatever Spot does."
        case CommandKind.RESUME:
            return "It is acted on again at once."
        case CommandKind.FREEZE:
            return (
                "Every service is decided about and told of, and none is changed, until the fleet is "
                "unfrozen. Those in the middle of a failover keep the tasks they have."
            )
        case CommandKind.UNFREEZE:
            return "Services are acted on again within a minute."
        case CommandKind.FAILOVER | CommandKind.RESTORE:
            return _move(command.kind, record) if record else ""


def _move(kind: CommandKind, record: Record) -> str:
    policy = as_begun(record).policy
    backfills = policy.mode is Mode.BACKFILL
    told = " It is only told of, not done: this is a dry run." if record.dry_run else ""
    if kind is CommandKind.RESTORE and backfills:
        return f"On-demand tasks go one for one as Spot tasks hold, and none stays longer in reserve.{told}"
    if kind is CommandKind.RESTORE:
        return (
            "Spot is tried now, without waiting for the backoff, its turn or the tries of the day. On-demand "
            f"tasks stay until Spot's have held for {policy.restore.window_seconds} s.{told}"
        )
    if backfills:
        return (
            f"The standby runs as many on-demand tasks as are asked for, beside those on Spot, for "
            f"{policy.thresholds.window_seconds} s; then they go one for one.{told}"
        )
    return (
        "All tasks move on demand; those on Spot go as their successors run. Spot is tried again by itself "
        f"after the backoff ({policy.restore.backoff_seconds} s, give or take half, and more if it fails "
        f"often); pause the service then to keep it on demand.{told}"
    )


def _name(record: Record | None) -> str:
    return f"{record.id.cluster}/{record.id.service}" if record else "the whole fleet"


def _confirm(name: str, terminal: Terminal) -> None:
    if not terminal.interactive:
        raise CommandLineError("Nothing was sent: nobody is there to confirm it. Add --yes to do it.")
    if terminal.ask(f'Type "{name}" to do it: ') != name:
        raise CommandLineError("Nothing was sent.")


def _answer(
    command: Command, command_id: str, hub: Hub, terminal: Terminal, sent_at: datetime
) -> tuple[bool, str]:
    """Wait for what became of the command: told in its service's history, or seen in the fleet's state."""
    while terminal.now() - sent_at < PATIENCE:
        answer = _heard(command, command_id, hub, sent_at)
        if answer:
            return answer
        terminal.sleep(_LOOK_AGAIN)
    raise CommandLineError(
        f"The command was sent (event {command_id}), but the hub has not answered within "
        f"{PATIENCE.total_seconds():.0f} s. It drops commands that are more than five minutes old. Look at "
        "`spotfailover status`, and at the logs and dead-letter queues of the functions observe and work."
    )


def _heard(command: Command, command_id: str, hub: Hub, sent_at: datetime) -> tuple[bool, str] | None:
    if command.service is None:
        frozen = hub.services.frozen()
        if command.kind is CommandKind.UNFREEZE:
            return None if frozen else (True, "The fleet is not frozen any more.")
        theirs = frozen and (frozen.author, frozen.reason) == (command.author, command.reason)
        return (True, frozen.sentence) if frozen and theirs else None
    for message in hub.history.read(command.service, sent_at - _SKEW):
        if message.detail.get("command_id") == command_id:
            return bool(message.detail["taken"]), str(message.detail["reason"])
    return None
