"""The places in ministack that the sandbox hooks into are where it expects them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.sandbox import corrections, emulator, seams
from simulator.sandbox.seams import Seam, SeamError
from tests.sandbox.acting import HUB, Aws

SANDBOX = Path(corrections.__path__[0]).parent


@pytest.mark.parametrize("seam", corrections.SEAMS, ids=str)
def test_ministack_has_the_seam(seam: Seam) -> None:
    assert seam.problem() is None


def test_the_installed_ministack_is_the_pinned_one() -> None:
    assert emulator.version() == emulator.PINNED_VERSION


def test_everything_the_sandbox_uses_of_ministack_is_checked_at_start() -> None:
    checked = {(seam.module, seam.name) for seam in corrections.SEAMS}
    modules = dict(re.findall(r'(\w+)=module\("([\w.]+)"\)', (SANDBOX / "emulator.py").read_text()))
    aliases = {
        "balancing": modules["balancing"],
        "evaluator": modules["evaluator"],
        "events": modules["events"],
        "functions": modules["functions"],
    }
    used = set()
    for path in SANDBOX.rglob("*.py"):
        text = path.read_text()
        used |= {
            (modules[module], name)
            for module, name in re.findall(r"emulator\.(\w+)\.(_?\w+)", text)
            if module in modules
        }
        for alias, module in aliases.items():
            if re.search(rf"\b{alias} = .*emulator", text):
                used |= {(module, name) for name in re.findall(rf"\b{alias}\.(_?\w+)", text)}
    assert ("services.sqs", "_queue_by_arn") in used
    assert used - checked == set()


def test_every_correction_says_what_aws_and_what_ministack_does() -> None:
    for path in (SANDBOX / "corrections").glob("*.py"):
        text = path.read_text()
        if " = Seam(" in text or "def facts(" in text:
            docstring = text.split('"""')[1]
            assert "AWS:" in docstring, path.name
            assert "ministack:" in docstring, path.name


@pytest.mark.parametrize(
    ("seam", "problem"),
    [
        (
            Seam("core.iam_evaluator", "no_such_thing"),
            "ministack.core.iam_evaluator.no_such_thing does not exist",
        ),
        (
            Seam("core.iam_evaluator", "fnmatch_iam", ("pattern",)),
            "ministack.core.iam_evaluator.fnmatch_iam takes (value, pattern) instead of (pattern)",
        ),
        (
            Seam("core.iam_evaluator", "_NEGATED_OPS", ()),
            "ministack.core.iam_evaluator._NEGATED_OPS is no function",
        ),
    ],
)
def test_a_seam_that_moved_is_named_with_the_version(seam: Seam, problem: str) -> None:
    with pytest.raises(SeamError) as error:
        seams.check([seam])
    assert problem in str(error.value)
    assert f"ministack {emulator.version()}" in str(error.value)


def test_the_sandbox_says_which_ministack_it_runs(aws: Aws) -> None:
    assert aws.control.status()["ministack"] == emulator.PINNED_VERSION
    assert aws.client("sts", HUB).get_caller_identity()["Account"] == HUB
