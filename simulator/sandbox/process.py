"""A sandbox in a process of its own, for tests and demos."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from simulator.sandbox.control import Control

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
ROOT: Final = Path(__file__).resolve().parents[2]


class SandboxStartError(RuntimeError):
    """The sandbox's process did not come up."""


class Sandbox:
    """Starts a sandbox on a free port and stops it again.

    The child watches its standard input, so it ends with this process even if that is killed; the workers of
    its functions watch theirs.

    >>> with Sandbox(time_factor=20) as sandbox:
    ...     subprocess.run(["terraform", "apply"], env=sandbox.env("111111111111", "eu-central-1"))
    """

    def __init__(
        self,
        *,
        time_factor: float = 20.0,
        seed: int = 1,
        port: int = 0,
        ticks: bool = True,
        outsiders: Sequence[str] = (),
        log: Path | None = None,
    ) -> None:
        self._arguments = [
            *(
                "serve",
                "--announce",
                "--port",
                str(port),
                "--time-factor",
                str(time_factor),
                "--seed",
                str(seed),
            ),
            *(() if ticks else ("--no-ticks",)),
            *(argument for account in outsiders for argument in ("--outsider", account)),
        ]
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._endpoint = ""
        self._directory: Path | None = None

    def __enter__(self) -> Self:
        """Start the child and wait until it serves."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the child."""
        self.stop()

    @property
    def endpoint(self) -> str:
        """The URL that answers for every AWS service."""
        return self._endpoint

    @property
    def control(self) -> Control:
        """A client of the control requests."""
        return Control(self._endpoint)

    @property
    def pid(self) -> int:
        """The child's process id."""
        if self._process is None:
            raise SandboxStartError("The sandbox is not running.")
        return self._process.pid

    def start(self) -> None:
        """Start the child and wait until it serves; raises `SandboxStartError` with what it said."""
        with contextlib.ExitStack() as files:
            log: IO[str] | int = files.enter_context(self._log.open("a")) if self._log else subprocess.PIPE
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simulator.sandbox", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the child
            )
        line = self._first_line(self._process)
        if not line:
            self._process.kill()
            _, said = self._process.communicate()
            raise SandboxStartError(f"The sandbox did not start. {(said or f'See {self._log}.').strip()}")
        announced = json.loads(line)
        self._endpoint, self._directory = announced["endpoint"], Path(announced["directory"])
        if self._process.stderr is not None:
            threading.Thread(target=_forward, args=(self._process.stderr,), daemon=True).start()

    def stop(self) -> None:
        """Stop the child and wait until it is gone, with everything it wrote."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)  # the child does so too, unless it was killed

    def env(self, account: str, region: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return an environment in which AWS's tools and SDKs act as an account's root user here."""
        inherited = os.environ if base is None else base
        kept = {name: value for name, value in inherited.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _first_line(self, process: subprocess.Popen[str]) -> str:
        lines: queue.Queue[str] = queue.Queue()
        stdout = process.stdout
        assert stdout is not None  # noqa: S101 (it was asked for as a pipe)
        threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
        try:
            return lines.get(timeout=START_SECONDS)
        except queue.Empty:
            return ""


def _forward(stream: IO[str]) -> None:
    with stream:
        for line in stream:
            sys.stderr.write(line)
