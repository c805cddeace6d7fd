"""docs/security.md shows every statement of every policy as it is rendered."""

import json

import pytest

from tests.terraform.security_page import BEGIN, END, PAGE, POLICIES, SHOWN, in_words, tables, with_tables

POLICY = {"Sid": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}


def test_the_page_shows_the_policies_that_there_are() -> None:
    page = PAGE.read_text()
    assert page.count(BEGIN) == page.count(END) == 1
    assert page == with_tables(page, json.loads(POLICIES.read_text())), (
        "run: python -m tests.terraform.security_page"
    )


def test_every_statement_and_action_is_on_the_page() -> None:
    page = PAGE.read_text()
    for address, policy in json.loads(POLICIES.read_text()).items():
        if SHOWN.match(address):
            for sid, statement in policy.items():
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert f"`{action}`" in page, (address, sid)
                assert f"| {in_words(sid)}" in page, address


def test_a_policy_of_something_new_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="has no title"):
        tables({"hub.aws_s3_bucket_policy.main policy": POLICY})
