"""docs/operating.md has a place for everything that this project says to people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from spot_failover.cli import arguments
from spot_failover.domain.command import CommandKind
from spot_failover.domain.readiness import Check
from spot_failover.domain.savings import ADVICE
from spot_failover.jobs import messages

PAGE: Final = Path(__file__).parents[3].joinpath("docs", "operating.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return a part of the page, from its heading to the next of its kind."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_message_and_audit_event_has_its_section() -> None:
    said = re.findall(r"^### `(.+)`$", section("Messages and audit events"), re.MULTILINE)
    kinds = set(messages._SAID) | {ADVICE}
    assert set(said) == kinds
    assert len(said) == len(kinds)


def test_every_finding_is_explained() -> None:
    said = re.findall(r"^\| `(\w+)` \|", section("Findings"), re.MULTILINE)
    assert said == [check.value for check in Check]


def test_every_command_of_an_operator_is_named() -> None:
    named = set(re.findall(r"`spotfailover (\w+)", section("Commands")))
    assert named == {kind.value for kind in CommandKind}


def test_what_is_typed_on_the_page_can_be_typed() -> None:
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    typed = re.findall(r"^spotfailover (.+?)(?: +#.*)?$", blocks, re.MULTILINE)
    assert typed
    parser = arguments.parser({})
    for line in typed:
        parser.parse_args([word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)])
