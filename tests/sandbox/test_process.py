"""The sandbox as a process and as a command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.sandbox import Control, Sandbox, SandboxStartError
from simulator.sandbox.cli import main
from tests.sandbox.acting import HUB, REGION, SPOKE, Aws

OF_HUB = ("--account", HUB, "--region", REGION)
ROOT = Path(__file__).parents[2]


def port_of(sandbox: Sandbox) -> str:
    return sandbox.endpoint.rsplit(":", 1)[1]


def test_its_environment_is_all_that_aws_s_own_tools_need(sandbox: Sandbox) -> None:
    command = [
        sys.executable,
        "-m",
        "awscli",
        "sts",
        "get-caller-identity",
        "--query",
        "Arn",
        "--output",
        "text",
    ]
    answer = subprocess.run(
        command, env=sandbox.env(SPOKE, REGION), capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == f"arn:aws:iam::{SPOKE}:root"


def test_its_environment_holds_nothing_of_the_user_s_own_set_up(sandbox: Sandbox) -> None:
    found = sandbox.env(
        HUB, REGION, {"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "real", "PATH": "/bin"}
    )
    assert found["PATH"] == "/bin"
    assert found["AWS_ACCESS_KEY_ID"] == HUB
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(found)


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        expected = f"Cannot listen on 127.0.0.1:{port}: Address already in use. Stop the program"
        with pytest.raises(SandboxStartError, match=expected):
            Sandbox(port=port).start()


def test_ctrl_c_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    serving = subprocess.Popen(
        [sys.executable, "-m", "simulator.sandbox", "serve", "--port", "0", "--no-ticks"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert serving.stdout is not None
    assert "The sandbox answers for AWS at http://127.0.0.1:" in serving.stdout.readline()
    assert len(list(tmp_path.iterdir())) == 1
    serving.send_signal(signal.SIGINT)
    _, errors = serving.communicate(timeout=10)
    assert (serving.returncode, errors) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_commands_change_the_weather(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    port = ["--port", port_of(sandbox)]
    assert main(["weather", "ap-northeast-1", "drought", *port]) == 0
    assert main(["weather", "ap-northeast-1", "3", "--account", HUB, *port]) == 0
    assert main(["weather", "ap-northeast-1", "calm", *port]) == 0
    assert main(["weather", "ap-northeast-1", "--on-demand", "4", "--account", HUB, *port]) == 0
    assert main(["weather", "ap-northeast-1", "--on-demand", "calm", "--account", HUB, *port]) == 0
    assert main(["tick", "--expression", "rate(7 days)", *port]) == 0
    assert main(["status", *port]) == 0
    said = capsys.readouterr().out
    assert "Spot tasks that ap-northeast-1 holds for all accounts: 0" in said
    assert f"Spot tasks that ap-northeast-1 holds for account {HUB}: 3" in said
    assert "Spot tasks that ap-northeast-1 holds for all accounts: no limit" in said
    assert f"On-demand tasks that ap-northeast-1 holds for account {HUB}: 4" in said
    assert f"On-demand tasks that ap-northeast-1 holds for account {HUB}: no limit" in said
    assert "Schedules fired: 0" in said
    assert "time factor     60.0" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["weather", REGION], "Say how many Spot tasks the region holds, or give --on-demand, or both."),
        (["weather", REGION, "--on-demand", "4"], "On-demand capacity is an account's own: give --account."),
        (["weather", REGION, "storm"], "A capacity is a number of tasks, 'drought' or 'calm', not 'storm'."),
        (["interrupt", "shop/absent", "1", *OF_HUB], "There is no service absent"),
        (["demand", "shop/absent", "1", *OF_HUB], "has no scalable target"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_in_a_sentence(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main([*arguments, "--port", port_of(sandbox)]) == 1
    assert sentence in capsys.readouterr().err


def test_a_command_without_a_sandbox_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert main(["status", "--port", str(port)]) == 1
    assert "Start one with `make sandbox`" in capsys.readouterr().err


def test_unknown_control_requests_list_the_known_ones(aws: Aws) -> None:
    control = Control(aws.sandbox.endpoint)
    with pytest.raises(ValueError, match="There is nothing to read at 'nothing'"):
        control._get("nothing")
    with pytest.raises(ValueError, match="There is nothing to change at 'nothing'"):
        control._post("nothing", {})


def test_records_can_be_forgotten() -> None:
    with Sandbox(ticks=False) as sandbox:
        aws = Aws(sandbox)
        aws.assume(aws.role(HUB))
        assert aws.control.decisions()
        aws.control.clear()
        assert aws.control.decisions() == []
