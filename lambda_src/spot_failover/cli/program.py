"""What is done with what was typed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.parsers import ResponseParserError

from spot_failover.cli import choosing, showing, steering
from spot_failover.cli.arguments import parser
from spot_failover.cli.errors import CommandLineError
from spot_failover.cli.hub import Hub
from spot_failover.cli.terminal import Terminal
from spot_failover.domain.errors import SpotFailoverError, TransientError
from spot_failover.jobs import status

_WATCH_SECONDS = 5.0
# AWS's codes for credentials that it does not know, or not any more.
_NOT_SIGNED_IN = ("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClientException")


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    terminal: Terminal,
    reach: Callable[[argparse.Namespace], Hub],
) -> int:
    """Do what was typed and return the exit code; what goes wrong is a sentence."""
    options = parser(environment).parse_args(arguments)
    try:
        return _run(options, reach(options), terminal)
    except (CommandLineError, SpotFailoverError) as error:
        terminal.complain(_with_advice(error))
    # What is no answer of AWS's, such as a proxy's page, cannot be read as one.
    except (BotoCoreError, ResponseParserError) as error:
        terminal.complain(f"AWS cannot be reached: {error}")
    except KeyboardInterrupt:
        terminal.complain("Interrupted.")
    return 1


def _with_advice(error: Exception) -> str:
    """Add what to do where AWS's own words do not say it."""
    said = str(error)
    if "ResourceNotFoundException" in said:
        # Whoever looks in the wrong place sees nothing else.
        advice = "Is this the hub's account and region, and its name_prefix?"
    elif isinstance(error.__cause__, NoCredentialsError) or any(code in said for code in _NOT_SIGNED_IN):
        advice = "Sign in to the hub's account, or name a profile that has credentials of it with --profile."
    else:
        return said
    return f"{said.rstrip('.')}. {advice}"


def _run(options: argparse.Namespace, hub: Hub, terminal: Terminal) -> int:
    match options.command:
        case "status":
            return _status(options, hub, terminal)
        case "history":
            return _history(options, hub, terminal)
        case _:
            return steering.run(options, hub, terminal)


def _status(options: argparse.Namespace, hub: Hub, terminal: Terminal) -> int:
    if not options.watch:
        terminal.say(_shown(options, hub, terminal))
        return 0
    try:
        while True:
            try:
                shown = _shown(options, hub, terminal)
            except TransientError as fault:
                # What was shown last stays; it may pass.
                terminal.complain(f"{fault} Trying again in {_WATCH_SECONDS:g} s.")
            else:
                terminal.clear()
                terminal.say(shown)
            terminal.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        return 0


def _shown(options: argparse.Namespace, hub: Hub, terminal: Terminal) -> str:
    now = terminal.now()
    rows = choosing.filtered(choosing.everyone(hub, now), options.services)
    places = {row.service.location for row in rows}
    troubles = [
        trouble
        for trouble in status.troubles(hub.spokes)
        if not options.services or trouble.location in places
    ]
    frozen = hub.services.frozen()
    if options.json:
        return showing.as_json(showing.status_document(rows, troubles, frozen, now))
    return showing.status_text(rows, troubles, frozen, now, detailed=bool(options.services))


def _history(options: argparse.Namespace, hub: Hub, terminal: Terminal) -> int:
    now = terminal.now()
    record = choosing.one(hub, options.service, now)
    told = hub.history.read(record.id, now - timedelta(days=options.days))
    if options.json:
        terminal.say(showing.as_json([showing.plain(message) for message in told]))
    else:
        nothing = f"Nothing was told of {choosing.path(record.id)} within {options.days:g} days."
        terminal.say(showing.history_text(told) or nothing)
    return 0
