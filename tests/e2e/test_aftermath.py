"""After all that: nothing was lost, and nothing was asked for that the policies do not give."""

from __future__ import annotations

from simulator.sandbox.evaluation import Question
from tests.e2e.installation import Installation
from tests.e2e.places import EAST, NEW_IN_ROLES, SOUTH, SPOKE_ROLE, STAYING


def test_every_dead_letter_queue_is_empty(installation: Installation) -> None:
    installation.quiet()
    assert not installation.dead_letters(*STAYING)


def test_nothing_was_denied_but_what_tests_provoked(installation: Installation) -> None:
    assert not [
        evaluation.question
        for evaluation in installation.control.denials()
        if not provoked(evaluation.question)
    ]


def provoked(question: Question) -> bool:
    """Say whether a test is behind it."""
    by_a_test = question.principal_type == "Root"
    after_the_spoke = question.resource == EAST.role_arn(SPOKE_ROLE) or question.account == EAST.account
    of_an_older_role = question.account == SOUTH.account and question.action in NEW_IN_ROLES
    return by_a_test or after_the_spoke or of_an_older_role
