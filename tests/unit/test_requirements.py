"""The lock files install the same files everywhere, from whichever index a machine uses."""

import re
from pathlib import Path

import pytest

LOCKS = sorted((Path(__file__).parents[2] / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_by_hash_and_names_no_address(lock: Path) -> None:
    # A requirement's options follow on continued lines.
    lines = re.sub(r"\\\n\s*", "", lock.read_text()).splitlines()
    requirements = [line for line in lines if line and not line.lstrip().startswith("#")]

    assert requirements
    assert [line for line in requirements if not re.match(r"[a-z0-9-]+==.* --hash=sha256:", line)] == []
    assert [line for line in lines if "://" in line or line.startswith("-")] == []
