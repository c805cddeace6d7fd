"""Whatever call a task dies at, before AWS did it or after: the next one ends where it would have ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from tests.example_app.stage import PRICE, SHELF, Killed, Moment, Stage

ORDER = json.dumps({"lines": [{"sku": "tea", "quantity": 2}, {"sku": "cup", "quantity": 1}]}).encode()
MORE_THAN_ENOUGH = 100


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with mock_aws():
        yield Stage(tmp_path)


def do_one_job(stage: Stage) -> bool:
    """Take one message and do its job; return whether the worker died. What it left is seen again."""
    message = stage.in_hand()
    try:
        stage.worker().handle(message)
    except Killed:
        stage.live()
        if stage.messages():
            stage.time_out(message)
        return True
    stage.live()
    return False


@pytest.mark.parametrize("moment", Moment)
def test_a_worker_that_dies_at_any_call_has_reserved_each_line_once(stage: Stage, moment: Moment) -> None:
    for call in range(1, MORE_THAN_ENOUGH):
        order = stage.pass_on(f"order-{call}", f"{call}-a", f"{call}-b", f"{call}-c")
        stage.die_at(call + 1, moment)  # the first receives the message
        died = do_one_job(stage)
        while stage.messages():
            assert not do_one_job(stage)
        assert [stage.store.stock(line.sku) for line in order.lines] == [{SHELF: 1}, {SHELF: 2}, {SHELF: 3}]
        if not died:
            break
    # The record, the order, three lines, the record again, and the message.
    assert call == 8


@pytest.mark.parametrize("moment", Moment)
def test_a_web_task_that_dies_at_any_call_has_taken_the_order_once(stage: Stage, moment: Moment) -> None:
    for call in range(1, MORE_THAN_ENOUGH):
        key = f"key-{call}"
        before = stage.store.stock("tea").get(SHELF, 0)
        stage.die_at(call, moment)
        died = False
        try:
            stage.desk().take(key, ORDER)
        except Killed:
            died = True
        stage.live()
        answers = [stage.desk().take(key, ORDER) for _ in range(2)]
        assert answers[0] == answers[1] == {"id": answers[0]["id"], "price": 2 * PRICE}
        assert 1 <= stage.messages() <= 2
        while stage.messages():
            do_one_job(stage)
        assert stage.store.stock("tea")[SHELF] == before + 2
        if not died:
            break
    # The record, the order, the message, and the record again.
    assert call == 5
