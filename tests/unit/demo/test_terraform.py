"""The runner against a stand-in for Terraform that says what Terraform says."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from simulator import terraform
from simulator.terraform import Progress, Step, TerraformError, TerraformRoot

ROOT = terraform.REPOSITORY / "simulator" / "demo" / "roots" / "hub"
Messages = list[dict[str, Any]]

RESOURCE = {"addr": "module.hub.aws_sqs_queue.main", "resource_type": "aws_sqs_queue"}
APPLIED: Messages = [
    {"type": "version", "@message": "Terraform 1.9"},
    {"type": "planned_change", "change": {"resource": RESOURCE, "action": "create"}},
    {"type": "apply_start", "hook": {"resource": RESOURCE, "action": "create"}},
    {
        "type": "apply_complete",
        "hook": {"resource": RESOURCE, "action": "create", "elapsed_seconds": 25},
    },
    {"type": "outputs", "outputs": {"url": {"sensitive": False, "type": "string", "value": "https://queue"}}},
]
REFUSED: Messages = [
    {
        "type": "diagnostic",
        "diagnostic": {
            "severity": "error",
            "summary": "Invalid value for variable",
            "detail": "name_prefix must be empty,\nor end with a hyphen",
            "range": {"filename": "main.tf", "start": {"line": 12}},
        },
    },
    {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "Deprecated"}},
]


class Stand:
    """A directory on the PATH whose `terraform` prints messages and exits, or waits to be ended."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.events: list[Progress] = []

    def says(self, messages: Messages, *, status: int = 0, waits: bool = False) -> TerraformRoot:
        lines = "\n".join(json.dumps(message) for message in messages)
        (self.directory / "messages").write_text(f"{lines}\n", encoding="utf-8")
        script = self.directory / "terraform"
        script.write_text(
            "#!/bin/sh\n"
            f'echo "$@" >>{self.directory}/arguments\n'
            f"env >{self.directory}/environment\n"
            f'case "$2" in init) mkdir -p "${{1#-chdir=}}/.terraform" ;; *)\n'
            f"cat {self.directory}/messages\n"
            f"{'sleep 60 &' if waits else ''}\n"
            f"{'wait' if waits else ''}\n"
            f"exit {status} ;; esac\n",
            encoding="utf-8",
        )
        script.chmod(0o755)
        env = {"PATH": f"{self.directory}{os.pathsep}{os.defpath}", "TF_VAR_names": "mine", "AWS_REGION": "r"}
        root = TerraformRoot(ROOT, self.directory / "work", env, self.events.append)
        root.init()
        return root

    def read(self, name: str) -> str:
        return (self.directory / name).read_text(encoding="utf-8")


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    # Popen looks for the program on the PATH of this process.
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Stand(tmp_path)


def test_applying_reports_each_resource_and_returns_the_outputs(stand: Stand) -> None:
    assert stand.says(APPLIED).apply() == {"url": "https://queue"}
    assert stand.events == [
        Progress("module.hub.aws_sqs_queue.main", "create", Step.STARTED, 0, 1),
        Progress("module.hub.aws_sqs_queue.main", "create", Step.FINISHED, 1, 1, 25.0),
    ]


def test_an_error_is_told_in_terraforms_own_words_and_place(stand: Stand) -> None:
    root = stand.says(REFUSED, status=1)
    with pytest.raises(TerraformError) as caught:
        root.apply()
    told = str(caught.value)
    assert "- Invalid value for variable (main.tf, line 12). name_prefix must be empty, or end with a" in told
    assert "Deprecated" not in told
    assert str(root.log) in told


def test_an_error_before_any_json_is_told_too(stand: Stand) -> None:
    with pytest.raises(TerraformError, match="Usage: terraform"):
        stand.says([{"@message": "Usage: terraform [global options]"}], status=127).apply()


def test_the_copy_keeps_relative_paths_and_the_checkout_stays_as_it_is(stand: Stand) -> None:
    before = sorted(ROOT.rglob("*"))
    stand.says(APPLIED).apply({"policy": {"window_seconds": 10}})
    [directory] = {words.split()[0].removeprefix("-chdir=") for words in stand.read("arguments").splitlines()}
    copy = Path(directory)
    assert (copy / "../../../../modules/central-hub/main.tf").resolve().is_file()
    assert json.loads((copy / "sandbox.auto.tfvars.json").read_text(encoding="utf-8")) == {
        "policy": {"window_seconds": 10}
    }
    assert sorted(ROOT.rglob("*")) == before


def test_the_callers_terraform_settings_do_not_reach_it(stand: Stand) -> None:
    stand.says(APPLIED).apply()
    assert "TF_VAR_names" not in stand.read("environment")
    assert "AWS_REGION=r" in stand.read("environment")


def test_stopping_ends_terraform_and_what_it_started(stand: Stand) -> None:
    started = threading.Event()
    root = stand.says(APPLIED, waits=True)
    root._on_progress = lambda progress: started.set() if progress.step is Step.FINISHED else None
    caught: list[BaseException] = []

    def apply() -> None:
        try:
            root.apply()
        except TerraformError as error:
            caught.append(error)

    thread = threading.Thread(target=apply)
    thread.start()
    assert started.wait(30)
    root.stop()
    thread.join(30)
    assert not thread.is_alive()  # it reads until the last of the group, who holds the pipe, is gone
    assert "was stopped" in str(caught[0])


def test_a_stopped_root_starts_nothing_any_more(stand: Stand) -> None:
    root = stand.says(APPLIED)
    root.stop()
    with pytest.raises(TerraformError, match="was stopped"):
        root.apply()


def test_a_root_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="its modules would not be found"):
        TerraformRoot(tmp_path, tmp_path, {})
