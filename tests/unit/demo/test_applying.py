"""In which order the two roots are applied, with stand-ins for them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.demo import applying
from simulator.demo.applying import Applying
from simulator.sandbox import Sandbox
from simulator.terraform import Progress, Step, TerraformError

VARIABLES = {"policy": {"restore": {"window_seconds": 20}}}
QUEUES_BEGIN = Progress('module.hub.aws_sqs_queue.main["work"]', "create", Step.STARTED, 0, 1)


class Root:
    """Stands in for a Terraform root; `said` is what all of them did, in order."""

    said: list[str]
    hub_fails: bool
    hub_may_end: threading.Event

    def __init__(self, source: Path, work: Path, env: Mapping[str, str], on_progress: Any) -> None:
        self.name = source.name
        self.on_progress = on_progress
        self.stopped = False

    def init(self) -> None:
        pass

    def apply(self, variables: Any = None) -> dict[str, Any]:
        if self.stopped:
            raise TerraformError(f"{self.name} was stopped")
        self.said.append(f"{self.name} begins")
        if self.name == "workloads":
            self.hub_may_end.set()
            return dict(variables)
        if self.hub_fails:
            raise TerraformError("The hub failed.")
        self.said.append("queues begin")
        self.on_progress(QUEUES_BEGIN)
        assert self.hub_may_end.wait(10)
        return {"spoke": {}}

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> type[Root]:
    Root.said, Root.hub_fails, Root.hub_may_end = [], False, threading.Event()
    monkeypatch.setattr(applying, "TerraformRoot", Root)
    return Root


def apply(tmp_path: Path) -> applying.Outputs:
    return Applying(Sandbox(), tmp_path, VARIABLES, lambda _root, _progress: None).run()


def test_the_workloads_begin_while_the_hub_waits_for_its_last_queues(
    root: type[Root], tmp_path: Path
) -> None:
    outputs = apply(tmp_path)
    assert root.said == ["hub begins", "queues begin", "workloads begins"]
    assert outputs.workloads == VARIABLES


def test_a_hub_that_fails_is_told_and_nothing_else_begins(root: type[Root], tmp_path: Path) -> None:
    root.hub_fails = True
    with pytest.raises(TerraformError, match=r"The hub failed\."):
        apply(tmp_path)
    assert root.said == ["hub begins"]
