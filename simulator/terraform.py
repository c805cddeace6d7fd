"""Runs a Terraform root against a sandbox, in a copy, so that the checkout stays as it is."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[1]
MODULES: Final = REPOSITORY / "modules"
# `make setup` writes it: Terraform then takes the provider from this machine and asks no registry.
CLI_CONFIGURATION: Final = REPOSITORY / "build" / "terraform.rc"
MADE_BY_TERRAFORM: Final = (".terraform*", "*.tfstate*", "crash.log")
# The caller's own settings of Terraform would change what is run here, or where its state goes.
KEPT_SETTINGS: Final = frozenset({"TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR"})


class TerraformError(RuntimeError):
    """Terraform could not do what was asked; the text holds its own diagnostics."""


class Step(StrEnum):
    """What just happened to a resource."""

    STARTED = "apply_start"
    FINISHED = "apply_complete"
    FAILED = "apply_errored"


@dataclass(frozen=True, slots=True)
class Progress:
    """One resource on its way: `finished` of `planned` changes are done, this one included."""

    address: str
    action: str
    step: Step
    finished: int
    planned: int
    seconds: float = 0.0


Listener = Callable[[Progress], None]


class TerraformRoot:
    """One root module of this repository with state of its own.

    Parameters
    ----------
    source
        The root's directory. It may use the repository's modules by relative path.
    work
        An empty or new directory, below `build/`, for the copy, the state and Terraform's log.
    env
        The environment of Terraform and its provider: `Sandbox.env(account, region)`.
    on_progress
        Called for each resource as it starts, finishes or fails, on the thread that applies.
    modules
        The modules that it uses: this checkout's, or an earlier commit's.

    """

    def __init__(
        self,
        source: Path,
        work: Path,
        env: Mapping[str, str],
        on_progress: Listener | None = None,
        modules: Path = MODULES,
    ) -> None:
        source = source.resolve()
        if not source.is_relative_to(REPOSITORY):
            raise TerraformError(
                f"{source} is not below {REPOSITORY}: its modules would not be found in a copy."
            )
        self.log = work / "terraform.log"
        self._source = source
        self._work = work
        self._directory = work / "tree" / source.relative_to(REPOSITORY)
        self._env = _environment(env)
        self._modules = modules
        self._on_progress = on_progress or (lambda _: None)
        self._process: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self._stopped = False

    def init(self) -> None:
        """Copy root and modules, and let Terraform find provider and modules."""
        tree = self._work / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        self._work.mkdir(parents=True, exist_ok=True)
        self.log.write_text("", encoding="utf-8")
        ignored = shutil.ignore_patterns(*MADE_BY_TERRAFORM)
        shutil.copytree(self._modules, tree / "modules", ignore=ignored)
        shutil.copytree(self._source, self._directory, ignore=ignored)
        self._run("init", "-backend=false")

    def upgrade(self, modules: Path = MODULES) -> None:
        """Take other modules from now on, for what is in the state already; `apply` then changes it."""
        self._require_init()
        self._modules = modules
        shutil.rmtree(self._work / "tree" / "modules")
        ignored = shutil.ignore_patterns(*MADE_BY_TERRAFORM)
        shutil.copytree(modules, self._work / "tree" / "modules", ignore=ignored)
        self._run("init", "-backend=false")

    def apply(self, variables: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Apply with these variables and return the outputs; `destroy` uses the same ones."""
        self._require_init()
        if variables is not None:
            written = self._directory / "sandbox.auto.tfvars.json"
            written.write_text(json.dumps(variables), encoding="utf-8")
        outputs: dict[str, Any] = {}
        for message in self._run("apply", "-auto-approve"):
            if message.get("type") == "outputs":
                outputs = {
                    name: output["value"] for name, output in message["outputs"].items() if "value" in output
                }
        return outputs

    def destroy(self) -> None:
        """Destroy everything in the state."""
        self._require_init()
        self._run("destroy", "-auto-approve")

    def stop(self) -> None:
        """End a running Terraform with its provider, from any thread; the method that runs it then raises.

        What it was applying stays half done: this is for sandboxes, which go away with everything in them.
        """
        with self._starting:
            self._stopped = True
            process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _require_init(self) -> None:
        if not (self._directory / ".terraform").is_dir():
            raise TerraformError(f"{self._source} was not initialized: call init() first.")

    def _run(self, command: str, *options: str) -> list[dict[str, Any]]:
        """Run one command to its end and return its messages."""
        arguments = ["terraform", f"-chdir={self._directory}", command, "-json", "-input=false", *options]
        with self.log.open("a", encoding="utf-8") as log:
            process = self._start(arguments)
            try:
                messages = list(self._messages(process, log.write))
                status = process.wait()
            except BaseException:
                self.stop()
                raise
        if self._stopped or status != 0:
            raise TerraformError(self._failure(command, messages))
        return messages

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        with self._starting:
            if self._stopped:
                raise TerraformError(f"terraform of {self._source.name} was stopped.")
            try:
                self._process = subprocess.Popen(
                    arguments,
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    # A group of its own: Ctrl-C comes through us, and its provider can be ended with it.
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise TerraformError(
                    "Terraform 1.9 or later is needed, and was not found on the PATH."
                ) from error
            return self._process

    def _messages(
        self, process: subprocess.Popen[str], write: Callable[[str], object]
    ) -> Iterator[dict[str, Any]]:
        counts = _Counts()
        assert process.stdout is not None  # noqa: S101 (it was asked for as a pipe)
        with process.stdout as lines:
            for line in lines:
                write(line)
                message = _parsed(line)
                yield message
                if (progress := counts.progress(message)) is not None:
                    self._on_progress(progress)

    def _failure(self, command: str, messages: Sequence[dict[str, Any]]) -> str:
        if self._stopped:
            return f"terraform {command} of {self._source.name} was stopped."
        told = [_sentence(message["diagnostic"]) for message in messages if _is_error(message)]
        if not told:  # it failed before it spoke JSON, on its command line say
            told = [message["@message"] for message in messages[-10:]]
        return "\n".join(
            [
                f"terraform {command} of {self._source.name} failed. Terraform says:",
                *told,
                f"All of it: {self.log}",
            ]
        )


@dataclass(slots=True)
class _Counts:
    """Counts a command's changes."""

    planned: int = 0
    finished: int = 0

    def progress(self, message: Mapping[str, Any]) -> Progress | None:
        kind = message.get("type")
        if kind == "planned_change":
            self.planned += message["change"]["action"] not in {"read", "noop"}
        if kind not in set(Step) or message["hook"]["action"] == "read":
            return None
        step, hook = Step(kind), message["hook"]
        self.finished += step is Step.FINISHED
        seconds = float(hook.get("elapsed_seconds", 0))
        return Progress(hook["resource"]["addr"], hook["action"], step, self.finished, self.planned, seconds)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in env.items() if not name.startswith("TF_") or name in KEPT_SETTINGS}
    if CLI_CONFIGURATION.exists():
        kept["TF_CLI_CONFIG_FILE"] = str(CLI_CONFIGURATION)
    return kept | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def _parsed(line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    return message if isinstance(message, dict) else {"@message": line.rstrip(), "type": "text"}


def _is_error(message: Mapping[str, Any]) -> bool:
    return message.get("type") == "diagnostic" and message["diagnostic"]["severity"] == "error"


def _sentence(diagnostic: Mapping[str, Any]) -> str:
    found = diagnostic.get("range")
    line = f"{found['filename']}, line {found['start']['line']}" if found else ""
    places = [place for place in (diagnostic.get("address", ""), line) if place]
    where = f" ({'; '.join(places)})" if places else ""
    detail = " ".join(str(diagnostic.get("detail", "")).split())
    return f"- {diagnostic['summary']}{where}. {detail}".rstrip()
