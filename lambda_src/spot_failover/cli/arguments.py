"""What may be typed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime

_SERVICE = "the service: its whole id, or any part that only it has, such as web, shop/web or 222233334444"
_HISTORY_DAYS = 7


def parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return the parser; options that are not given come from the environment."""
    made = argparse.ArgumentParser(
        prog="spotfailover",
        description="See and steer services that the hub of fargate-spot-failover looks after.",
        epilog="It uses your own AWS credentials, in the hub's account and region. Exit codes: 0 done, 1 not "
        "done or refused, 2 wrongly typed.",
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = _shared(environment)

    status = commands.add_parser("status", parents=[shared], help="how services stand and what comes next")
    status.add_argument("services", nargs="*", metavar="SERVICE", help=f"{_SERVICE}; all without one")
    status.add_argument("--watch", action="store_true", help="show it anew every five seconds")

    history = commands.add_parser("history", parents=[shared], help="what was done to a service, and why")
    history.add_argument("service", metavar="SERVICE", help=_SERVICE)
    history.add_argument(
        "--days", type=_days, default=_HISTORY_DAYS, help="how far back (default: %(default)s)"
    )

    telling = argparse.ArgumentParser(add_help=False, parents=[shared])
    telling.add_argument("--reason", default="", help="why, for everyone who reads of it")
    telling.add_argument("--yes", action="store_true", help="do it without asking first")
    for name, said in _COMMANDS.items():
        command = commands.add_parser(name, parents=[telling], help=said)
        if name not in {"freeze", "unfreeze"}:
            command.add_argument("service", metavar="SERVICE", help=_SERVICE)
        if name == "pause":
            command.add_argument(
                "--until",
                type=_time,
                help="when it ends by itself, such as 2026-03-02T12:00 (UTC, where it names no offset)",
            )
    return made


_COMMANDS = {
    "pause": "go on deciding about a service and telling, but change nothing",
    "resume": "end a pause",
    "failover": "move a service on demand now",
    "restore": "try Spot for a service now, without waiting for its turn",
    "freeze": "go on deciding and telling, but change nothing in the whole fleet",
    "unfreeze": "let the fleet be changed again",
}


def _shared(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    hub = shared.add_argument_group("the hub")
    hub.add_argument(
        "--region",
        default=environment.get("AWS_REGION"),
        help="its region (default: AWS_REGION, or the profile's)",
    )
    hub.add_argument(
        "--profile", help="profile with credentials of its account (default: AWS_PROFILE, as ever)"
    )
    hub.add_argument(
        "--name-prefix",
        default=environment.get("SPOTFAILOVER_NAME_PREFIX", ""),
        help="its name_prefix (default: SPOTFAILOVER_NAME_PREFIX, or none)",
    )
    hub.add_argument(
        "--table",
        default=environment.get("SPOTFAILOVER_TABLE"),
        help="its state table, where names.state_table is set (default: SPOTFAILOVER_TABLE)",
    )
    shared.add_argument("--json", action="store_true", help="write JSON, for scripts")
    return shared


def _time(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a time such as 2026-03-02T12:00") from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0
    if not 0 < days <= 3650:  # noqa: PLR2004 - archive_days allows no more
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return days
