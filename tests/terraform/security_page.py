"""The tables of docs/security.md: every statement of every policy, as policies.json has it rendered.

`python -m tests.terraform.security_page` writes them; test_security_page.py says where they are out of date.
test_fleet.py holds policies.json to what the modules render.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.terraform.fleet import ACCOUNT, CENTRAL_ACCOUNT
from tests.terraform.workspace import REPOSITORY

PAGE: Final = REPOSITORY / "docs" / "security.md"
POLICIES: Final = Path(__file__).with_name("policies.json")
BEGIN, END = "<!-- BEGIN_POLICIES -->", "<!-- END_POLICIES -->"

Statement = Mapping[str, Any]

# What a reader calls the resource that a policy is of, by how its address ends, in the order of the page.
TITLES: Final = {
    'function["observe"] assume_role_policy': "Role of `observe`: who may assume it",
    "role_policy.observe policy": "Role of `observe`: what it may do",
    'function["work"] assume_role_policy': "Role of `work`: who may assume it",
    "role_policy.work policy": "Role of `work`: what it may do",
    'function["console"] assume_role_policy': "Role of `console`: who may assume it",
    "role_policy.console policy": "Role of `console`: what it may do",
    "role.scheduler assume_role_policy": "Role of the hub's schedule: who may assume it",
    "role_policy.scheduler policy": "Role of the hub's schedule: what it may do",
    "role.spoke[0] assume_role_policy": "`CentralSpotAutomationRole` of a spoke: who may assume it",
    "role_policy.spoke policy": "`CentralSpotAutomationRole` of a spoke: what it may do",
    "role.forwarding[0] assume_role_policy": "Role that forwards events: who may assume it",
    "role_policy.forwarding policy": "Role that forwards events: what it may do",
    "role.chat[0] assume_role_policy": "Role of the Slack channel, with no permission: who may assume it",
    "event_bus_policy.main[0] policy": "The hub's bus",
    'queue.main["placement_failure"] policy': "The hub's queue of placement failures",
    'queue.main["interruption"] policy': "The hub's queue of interruptions",
    'queue.main["control"] policy': "The hub's control queue",
    'queue.main["work"] policy': "The hub's work queue",
    'queue.dead_letter["placement_failure"] policy': "Dead-letter queue of placement failures",
    'queue.dead_letter["interruption"] policy': "Dead-letter queue of interruptions",
    'queue.dead_letter["control"] policy': "Dead-letter queue of the control queue",
    'queue.dead_letter["work"] policy': "Dead-letter queue of the work queue",
    "queue.dead_letter policy": "A spoke's queue of events that could not be forwarded",
    "topic.alerts[0] policy": "The alert topic",
    "kms_key.alerts[0] policy": "The alert topic's key",
}
# Of several hubs and spokes that are planned, the page shows one of each.
SHOWN: Final = re.compile(r"(hub|spoke)\.")
# The accounts and names of the plan, as the page writes them.
_SAID: Final = {
    CENTRAL_ACCOUNT: "CENTRAL",
    ACCOUNT: "ACCOUNT",
    "o-a1b2c3d4e5": "ORGANIZATION",
    "eu-west-1": "REGION",
    "us-east-1": "REGION",
}


def tables(policies: Mapping[str, Mapping[str, Statement]]) -> str:
    """Render a table for each policy; fail for one that has no title here."""
    shown = {address: policy for address, policy in policies.items() if SHOWN.match(address)}
    rank = {ending: index for index, ending in enumerate(TITLES)}
    return "\n".join(
        line
        for address in sorted(shown, key=lambda address: rank[_ending(address)])
        for line in _table(TITLES[_ending(address)], shown[address])
    ).rstrip("\n")


def with_tables(page: str, policies: Mapping[str, Mapping[str, Statement]]) -> str:
    """Return the page with the tables between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(policies)}\n{END}{after}"


def _ending(address: str) -> str:
    endings = [ending for ending in TITLES if address.endswith(ending)]
    if not endings:
        raise KeyError(
            f"{address} has no title in {Path(__file__).name}: say there what it is the policy of."
        )
    return max(endings, key=len)


def _table(title: str, policy: Mapping[str, Statement]) -> Iterator[str]:
    yield from (f"### {title}", "", "| why | action | on | only if |", "|---|---|---|---|")
    for sid in sorted(policy):
        statement = policy[sid]
        why = in_words(sid)
        if statement["Effect"] == "Deny":
            why += " (a denial)"
        on = [*_values(statement.get("Resource", [])), *_principals(statement)]
        cells = [why, _cell(_values(statement["Action"])), _cell(on), _cell(_conditions(statement))]
        yield f"| {' | '.join(cells)} |"
    yield ""


def in_words(sid: str) -> str:
    """Return a statement's name as a sentence's words: `LookAtTasks` is "look at tasks"."""
    return " ".join(re.findall(r"[A-Z][a-z]*", sid)).capitalize()


def _principals(statement: Statement) -> list[str]:
    principal = statement.get("Principal", {})
    named = (
        [principal]
        if isinstance(principal, str)
        else [v for each in principal.values() for v in _values(each)]
    )
    return [f"by {each}" for each in named]


def _conditions(statement: Statement) -> Iterator[str]:
    for test, keys in sorted(statement.get("Condition", {}).items()):
        for key, values in sorted(keys.items()):
            yield f"{key} {test} {', '.join(_values(values))}"


def _values(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _cell(words: Iterable[str]) -> str:
    said = []
    for each in words:
        text = each
        for planned, written in _SAID.items():
            text = text.replace(planned, written)
        said.append(f"`{text}`")
    return "<br/>".join(said).replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(), json.loads(POLICIES.read_text())))
