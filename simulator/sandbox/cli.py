"""`python -m simulator.sandbox`: run the sandbox, and change its weather from another terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.sandbox.control import Control, ControlRefusedError, SandboxUnreachableError
from simulator.sandbox.seams import SeamError
from simulator.sandbox.server import HOST, Options, PortTakenError, serve

GREETING = """\
The sandbox answers for AWS at {endpoint} (on this machine only).
Tasks start and stop {factor:g} times as fast as on AWS.

Every 12-digit access key is the root user of that account. For the AWS CLI, an SDK or Terraform:

    export AWS_ENDPOINT_URL={endpoint} AWS_REGION=eu-central-1
    export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=sandbox
    aws ecs list-clusters
    terraform apply

Several accounts in one Terraform configuration: a provider block for each with

    access_key = "222222222222"
    secret_key = "sandbox"

From another terminal, with .venv/bin/python:

    python -m simulator.sandbox weather eu-central-1 drought     (or calm, or a number of Spot tasks)
    python -m simulator.sandbox weather eu-central-1 --on-demand 4 --account 111111111111
    python -m simulator.sandbox interrupt CLUSTER/SERVICE 3 --account 111111111111 --region eu-central-1
    python -m simulator.sandbox demand CLUSTER/SERVICE 8 --account 111111111111 --region eu-central-1
    python -m simulator.sandbox tick
    python -m simulator.sandbox status

Ctrl-C stops it; nothing is kept.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "serve":
            _serve(options)
        else:
            _change(options)
    except (PortTakenError, SeamError, SandboxUnreachableError, ControlRefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace) -> None:
    def greet(endpoint: str, directory: Path) -> None:
        if options.announce:
            print(json.dumps({"endpoint": endpoint, "directory": str(directory)}), flush=True)
        else:
            print(GREETING.format(endpoint=endpoint, factor=options.time_factor), flush=True)

    wanted = Options(
        port=options.port,
        time_factor=options.time_factor,
        seed=options.seed,
        ticks=not options.no_ticks,
        outsiders=tuple(options.outsider),
        log_level=options.log_level.upper(),
    )
    serve(wanted, greet, until_stdin_closes=options.announce)


def _change(options: argparse.Namespace) -> None:
    control = Control(f"http://{HOST}:{options.port}")
    if options.command == "weather":
        _set_weather(control, options)
    elif options.command in ("interrupt", "demand"):
        cluster, _, service = options.service.partition("/")
        where = (options.account, options.region, cluster, service)
        if options.command == "interrupt":
            tasks = control.interrupt(*where, options.count)
            print(f"Interrupted {len(tasks)} of {options.service}.")
        else:
            control.demand(*where, options.count)
            print(f"Target tracking asks for {options.count} tasks of {options.service}, within its limits.")
    elif options.command == "tick":
        print(f"Schedules fired: {control.tick(options.expression)}")
    else:
        _print_status(control)


def _set_weather(control: Control, options: argparse.Namespace) -> None:
    if options.capacity is None and options.on_demand is None:
        raise ControlRefusedError("Say how many Spot tasks the region holds, or give --on-demand, or both.")
    if options.on_demand is not None and options.account is None:
        raise ControlRefusedError("On-demand capacity is an account's own: give --account.")
    whose = f"account {options.account}" if options.account else "all accounts"
    if options.capacity is not None:
        set_to = control.weather(options.region, options.capacity, options.account)
        print(f"Spot tasks that {options.region} holds for {whose}: {_said(set_to['capacity'])}")
    if options.on_demand is not None:
        set_to = control.on_demand(options.account, options.region, options.on_demand)
        print(f"On-demand tasks that {options.region} holds for {whose}: {_said(set_to['capacity'])}")


def _said(capacity: int | None) -> str:
    return "no limit" if capacity is None else str(capacity)


def _print_status(control: Control) -> None:
    for name, value in control.status().items():
        print(f"{name.replace('_', ' '):16}{value}")
    services = control.services()
    if services:
        print(
            f"\n{'account':14}{'region':16}{'service':40}"
            f"{'Spot':>6}{'on-demand':>11}{'serving':>9}{'desired':>9}"
        )
    for each in services:
        name = f"{each['cluster']}/{each['service']}"
        running = f"{each['spot_running']:>6}{each['on_demand_running']:>11}"
        figures = f"{running}{each['serving']:>9}{each['desired']:>9}"
        print(f"{each['account']:14}{each['region']:16}{name:40}{figures}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.sandbox", description="AWS on this machine, with weather."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    serving = commands.add_parser("serve", help="run the sandbox until Ctrl-C")
    _add_port(serving)
    serving.add_argument("--time-factor", type=float, default=20.0, help="how much faster ECS is than on AWS")
    serving.add_argument("--seed", type=int, default=1, help="decides what chance decides")
    serving.add_argument(
        "--no-ticks", action="store_true", help="send no extra copies of every minute's schedules"
    )
    serving.add_argument(
        "--outsider",
        action="append",
        default=[],
        metavar="ACCOUNT",
        help="an account outside the organization",
    )
    serving.add_argument("--log-level", default="error", help="ministack's log level")
    serving.add_argument(
        "--announce", action="store_true", help=argparse.SUPPRESS
    )  # for Sandbox: JSON, ends with stdin

    weather = commands.add_parser("weather", help="set how many tasks a region holds")
    weather.add_argument("region")
    weather.add_argument("capacity", nargs="?", metavar="drought|calm|N", help="of Spot tasks")
    weather.add_argument("--on-demand", metavar="drought|calm|N", help="of an account's on-demand tasks")
    weather.add_argument("--account", help="only this account's pool")
    _add_port(weather)

    for name, purpose in (
        ("interrupt", "interrupt running Spot tasks of a service"),
        ("demand", "let a service's target tracking ask for a number of tasks"),
    ):
        command = commands.add_parser(name, help=purpose)
        command.add_argument("service", metavar="CLUSTER/SERVICE")
        command.add_argument("count", type=int)
        command.add_argument("--account", required=True)
        command.add_argument("--region", required=True)
        _add_port(command)

    tick = commands.add_parser("tick", help="fire schedules once more")
    tick.add_argument("--expression", default="rate(1 minute)")
    _add_port(tick)

    _add_port(commands.add_parser("status", help="show what runs"))
    return parser


def _add_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=4566)
