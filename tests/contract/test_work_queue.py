"""The port `WorkQueue`."""

import pytest

from spot_failover.adapters.wakeups import Reconcile, Steer, Survey
from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.identity import Location, ServiceId
from tests.contract.conftest import Queue
from tests.contract.examples import HERE, MINUTE, NOW, WEB

FLEET = [Location(HERE.account, region) for region in ("eu-central-1", "us-east-1")]


def test_a_service_is_woken_with_the_cause(queue: Queue) -> None:
    queue.port.reconcile([WEB], "spot_interruption", "event-1")

    assert queue.take() == [Reconcile(WEB, "spot_interruption", "event-1")]


def test_the_same_cause_wakes_a_service_once(queue: Queue) -> None:
    for _ in range(3):
        queue.port.reconcile([WEB], "spot_interruption", "event-1")

    assert queue.take() == [Reconcile(WEB, "spot_interruption", "event-1")]


def test_another_cause_wakes_a_service_again(queue: Queue) -> None:
    queue.port.reconcile([WEB], "spot_interruption", "event-1")
    queue.port.reconcile([WEB], "spot_interruption", "event-2")

    assert [wake_up.cause_id for wake_up in queue.take()] == ["event-1", "event-2"]


def test_one_cause_wakes_any_number_of_services(queue: Queue) -> None:
    services = [ServiceId(HERE.account, HERE.region, "shop", f"web-{number}") for number in range(23)]

    queue.port.reconcile(services, "survey", "tick-1")

    assert {wake_up.service for wake_up in queue.take() if isinstance(wake_up, Reconcile)} == set(services)


def test_a_tick_asks_for_a_survey_of_each_place(queue: Queue) -> None:
    queue.port.survey(FLEET, "tick", "message-1")

    taken = sorted(queue.take(), key=str)
    assert taken == [Survey(place, "tick", "message-1") for place in FLEET]


def test_a_deletion_names_the_parameter(queue: Queue) -> None:
    queue.port.survey([HERE], "registration", "event-1", deleted="/spot-failover/services/shop/web")

    assert queue.take() == [Survey(HERE, "registration", "event-1", "/spot-failover/services/shop/web")]


COMMAND = Command(CommandKind.PAUSE, "mika", "Load test.", "event-1", NOW, WEB, NOW + MINUTE)
FREEZE = Command(CommandKind.FREEZE, "mika", "", "event-2", NOW)


@pytest.mark.parametrize("command", [COMMAND, FREEZE], ids=lambda command: command.kind)
def test_a_command_is_passed_on_once(queue: Queue, command: Command) -> None:
    for _ in range(2):
        queue.port.steer(command)

    assert queue.take() == [Steer.of(command)]


def test_a_command_goes_before_the_pass_that_it_asks_for(queue: Queue) -> None:
    queue.port.steer(COMMAND)
    queue.port.reconcile([WEB], "command", "event-3")

    assert [type(wake_up) for wake_up in queue.take()] == [Steer, Reconcile]
    assert Steer.of(COMMAND).group == Reconcile(WEB, "", "").group != Steer.of(FREEZE).group


def test_nobody_to_wake_sends_nothing(queue: Queue) -> None:
    queue.port.reconcile([], "survey", "tick-1")

    assert queue.take() == []
