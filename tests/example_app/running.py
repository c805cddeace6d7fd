"""A task of the example as ECS runs it: its definition's command and environment, its role's permissions."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, Final

from simulator.terraform import REPOSITORY
from tests.example_app.waiting import SECONDS, wait_for

EXAMPLE: Final = REPOSITORY / "examples" / "interruption-ready-service"


class Process:
    """One task's process, and what it said."""

    def __init__(self, container: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        defined = {entry["name"]: entry["value"] for entry in container["environment"]}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", *container["command"]],
            cwd=EXAMPLE,
            env={**inherited, **defined, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            self.lines.extend(said)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    @property
    def url(self) -> str:
        """Where a web task listens, once it does."""
        return self.wait_until_it_says(r"Uvicorn running on (http://\S+)")[1]

    def wait_until_it_says(self, pattern: str) -> re.Match[str]:
        def look() -> re.Match[str] | None:
            found = re.search(pattern, self.said)
            assert found or self._process.poll() is None, (
                f"It ended with {self._process.returncode}:\n{self.said}"
            )
            return found

        return wait_for(look, f"a line with {pattern!r}")

    def tell_to_leave(self) -> None:
        """Send SIGTERM and wait until the process knows."""
        self._process.send_signal(signal.SIGTERM)
        self.wait_until_it_says("SIGTERM")

    def exit_code(self) -> int:
        """Wait until the process has left; return its exit code, or minus the signal that killed it."""
        code = self._process.wait(SECONDS)
        self._reader.join()
        return code

    def stop(self, stop_timeout: float) -> int:
        """Stop the process as ECS does: SIGTERM, and SIGKILL when the stop timeout is over."""
        self.tell_to_leave()
        try:
            self._process.wait(stop_timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self.exit_code()

    def kill(self) -> int:
        self._process.kill()
        return self.exit_code()
