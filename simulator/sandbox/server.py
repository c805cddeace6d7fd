"""Runs the sandbox in this process: corrected ministack, the world's clock, the control requests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve as serve_asgi
from hypercorn.config import Config

from simulator.sandbox import corrections, emulator, environment
from simulator.sandbox.authorization import Authorizer
from simulator.sandbox.control_requests import ControlRequests
from simulator.sandbox.corrections import put_events, schedules
from simulator.sandbox.gateway import Gateway
from simulator.sandbox.organization import ORGANIZATION_ID, Organization
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import Records, utc_now
from simulator.sandbox.ticks import start_ticks
from simulator.sandbox.world_clock import WorldClock
from simulator.world import World

HOST = "127.0.0.1"

Ready = Callable[[str, Path], None]


class PortTakenError(RuntimeError):
    """Another program listens on the port."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run the sandbox. Port 0: any free one."""

    port: int = 4566
    time_factor: float = 20.0
    seed: int = 1
    ticks: bool = True
    organization_id: str = ORGANIZATION_ID
    outsiders: tuple[str, ...] = ()
    log_level: str = "ERROR"


def serve(options: Options, ready: Ready, *, until_stdin_closes: bool = False) -> None:
    """Serve until a signal comes (or, where asked, until standard input is closed).

    `ready` gets the endpoint and the directory that holds the functions' code.

    Raises `PortTakenError` and `SeamError` before anything is served. Ends the process: functions' workers
    and the directory of their code end with it.
    """
    listening = _listen(options.port)
    port = int(listening.getsockname()[1])
    directory = Path(tempfile.mkdtemp(prefix="spot-failover-sandbox-"))
    status = 1
    try:
        environment.prepare(os.environ, port=port, directory=directory, log_level=options.log_level)
        tempfile.tempdir = str(directory)
        with _workers_ended():
            endpoint = f"http://{HOST}:{port}"
            announce = partial(ready, endpoint, directory)
            asyncio.run(_serve(options, listening, announce, until_stdin_closes=until_stdin_closes))
        status = 0
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        if status == 0:
            os._exit(0)  # ministack's threads would hold the process up: they wait for Lambdas that are gone


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"Cannot listen on {HOST}:{port}: {error.strerror}. Stop the program that uses the port, "
            "or choose another with --port."
        ) from error
    return listening


@contextlib.contextmanager
def _workers_ended() -> Iterator[None]:
    try:
        yield
    finally:
        workers = sys.modules.get("ministack.core.lambda_runtime")
        if workers is not None:
            workers.reset()


async def _serve(
    options: Options, listening: socket.socket, ready: Callable[[], None], *, until_stdin_closes: bool
) -> None:
    port = int(listening.getsockname()[1])
    gateway = build(options, port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if until_stdin_closes:
        threading.Thread(target=_wait_for_stdin, args=(loop, stop), daemon=True).start()
    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.graceful_timeout = 0.2
    config.shutdown_timeout = 1.0
    config.keep_alive_timeout = 75.0
    config.errorlog = None
    application: Any = gateway
    serving = asyncio.create_task(serve_asgi(application, config, shutdown_trigger=stop.wait))
    await asyncio.sleep(0)
    ready()
    await serving


def _wait_for_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 1024):
        pass
    loop.call_soon_threadsafe(stop.set)


def build(options: Options, port: int) -> Gateway:
    """Import ministack, correct it, start the world, and return the application that serves both."""
    loaded = emulator.load()
    organization = Organization(options.organization_id, frozenset(options.outsiders))
    records = Records()
    parts = Parts(loaded, organization, records, Authorizer(loaded, organization, records))

    def make_world(emit: Callable[[dict[str, Any]], None]) -> World:
        return World(seed=options.seed, start=utc_now(), emit=emit, time_factor=options.time_factor)

    clock = WorldClock(make_world, partial(put_events.emit, parts), options.seed)
    corrections.install(parts, clock)
    clock.start()
    if options.ticks:
        start_ticks(lambda: schedules.fire(parts, "rate(1 minute)"), 60.0 / options.time_factor)
    control = ControlRequests(parts, clock, options.time_factor, options.seed, port)
    return Gateway(loaded.app.app, control)
