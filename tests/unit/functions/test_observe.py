"""The function `observe`: what each message becomes, with the ports in memory."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from spot_failover.adapters.memory import (
    InMemoryEvidenceLog,
    InMemoryMetrics,
    InMemorySpokes,
    InMemoryWorkQueue,
)
from spot_failover.adapters.wakeups import Reconcile, Steer, Survey
from spot_failover.domain.command import CommandKind
from spot_failover.domain.errors import UnreachableError
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.record import Spoke
from spot_failover.functions.batch import respond
from spot_failover.functions.observe import Observer
from tests.unit.functions.invocations import HUB_ACCOUNT, batch, failures, record, recorded

NOW = datetime(2026, 3, 2, 9, 14, 6, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HERE = Location("222233334444", "eu-central-1")
CHECKOUT = ServiceId(HERE.account, HERE.region, "shop", "checkout")
LANDING = ServiceId("666677778888", "ap-south-1", "web", "landing")
TICK = {"source": "spot-failover.hub", "detail-type": "Tick"}


class Scene:
    """An observer with the ports in memory."""

    def __init__(self, *, drills: bool = False, now: datetime = NOW) -> None:
        self.evidence = InMemoryEvidenceLog()
        self.spokes = InMemorySpokes()
        self.queue = InMemoryWorkQueue()
        self.metrics = InMemoryMetrics()
        self.observer = Observer(
            self.evidence, self.spokes, self.queue, self.metrics, drills, HUB_ACCOUNT, lambda: now
        )

    def observe(self, *bodies: dict[str, Any] | str) -> PartialItemFailureResponse:
        return respond(batch(*(record(body, f"message-{n}") for n, body in enumerate(bodies))), self.observer)

    def kinds(self, service: ServiceId) -> list[EvidenceKind]:
        return [row.kind for row in self.evidence.read(service, LONG_AGO)]


def parameter_event(operation: str, name: str = "/spot-failover/services/shop/checkout") -> dict[str, Any]:
    return {
        "version": "0",
        "id": "event-1",
        "detail-type": "Parameter Store Change",
        "source": "aws.ssm",
        "account": HERE.account,
        "time": "2026-03-02T09:14:05Z",
        "region": HERE.region,
        "resources": [f"arn:aws:ssm:{HERE.region}:{HERE.account}:parameter{name}"],
        "detail": {"operation": operation, "name": name, "type": "String"},
    }


HEARTBEAT = {
    "id": "event-1",
    "detail-type": "Heartbeat",
    "source": "spot-failover.spoke",
    "account": HERE.account,
    "time": "2026-03-02T09:00:00Z",
    "region": HERE.region,
    "resources": [],
    "detail": {"contract": 1},
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("spot-interruption-running", EvidenceKind.SPOT_INTERRUPTION),
        ("spot-placement-failure", EvidenceKind.SPOT_PLACEMENT_FAILURE),
        ("spot-task-start-failed-no-capacity", EvidenceKind.SPOT_TASK_START_FAILED),
        ("on-demand-placement-failure", EvidenceKind.ON_DEMAND_SHORTAGE),
    ],
)
def test_a_failure_of_fargate_becomes_evidence_and_a_wake_up(name: str, kind: EvidenceKind) -> None:
    scene = Scene()
    event = recorded(name)

    assert scene.observe(event) == failures()
    assert scene.kinds(CHECKOUT) == [kind]
    assert scene.queue.take() == [Reconcile(CHECKOUT, kind.value, event["id"])]


def test_a_task_that_started_becomes_evidence_and_wakes_nobody() -> None:
    scene = Scene()

    assert scene.observe(recorded("spot-task-started")) == failures()
    assert scene.kinds(CHECKOUT) == [EvidenceKind.SPOT_TASK_STARTED]
    assert scene.queue.take() == []


def test_the_same_event_three_times_is_one_row_and_one_wake_up() -> None:
    scene = Scene()

    scene.observe(*[recorded("spot-interruption-running")] * 3)

    assert len(scene.kinds(CHECKOUT)) == len(scene.queue.take()) == 1


@pytest.mark.parametrize(
    "name", ["service-steady-state", "placement-failure-instance-cpu", "spot-scale-in-running"]
)
def test_the_ordinary_noise_of_ecs_leaves_no_trace_above_debug(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()

    assert scene.observe(recorded(name)) == failures()
    assert (scene.kinds(CHECKOUT), scene.queue.take(), scene.metrics.counts) == ([], [], {})
    assert [logged for logged in caplog.records if logged.levelno > logging.DEBUG] == []


def test_a_tick_becomes_a_survey_of_every_place_the_hub_knows() -> None:
    scene = Scene()
    fleet = [HERE, Location(HERE.account, "us-east-1"), Location("333344445555", HERE.region)]
    for location in fleet:
        scene.spokes.save(Spoke(location))

    scene.observe(TICK)

    assert set(scene.queue.take()) == {Survey(location, "tick", "message-0") for location in fleet}


def test_a_tick_from_before_an_outage_is_left_to_newer_ones() -> None:
    scene = Scene(now=NOW + timedelta(hours=1))
    scene.spokes.save(Spoke(HERE))
    scene.observe(*[TICK] * 60)
    assert scene.queue.take() == []
    assert scene.metrics.counts["RejectedEvents"] == 0


def test_a_heartbeat_asks_for_a_survey_that_reads_the_parameters_of_a_new_spoke() -> None:
    scene = Scene()

    scene.observe(HEARTBEAT)

    (survey,) = scene.queue.take()
    assert survey == Survey(HERE, "heartbeat", "event-1")


@pytest.mark.parametrize("operation", ["Create", "Update"])
def test_a_registration_asks_for_a_survey_at_once(operation: str) -> None:
    scene = Scene()

    scene.observe(parameter_event(operation))

    assert scene.queue.take() == [Survey(HERE, "registration", "event-1")]


def test_a_deleted_parameter_is_named_to_the_survey() -> None:
    scene = Scene()

    scene.observe(parameter_event("Delete"))

    assert scene.queue.take() == [
        Survey(HERE, "registration", "event-1", "/spot-failover/services/shop/checkout")
    ]


COMMAND = {
    "id": "event-1",
    "detail-type": "Command",
    "source": "spot-failover.operator",
    "account": HUB_ACCOUNT,
    "time": "2026-03-02T09:14:00Z",
    "region": HERE.region,
    "resources": [],
    "detail": {"command": "failover", "service_id": CHECKOUT.key, "author": "mika"},
}


def test_an_operators_command_is_passed_on_and_writes_nothing_yet() -> None:
    scene = Scene()

    scene.observe(COMMAND)

    sent_at = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
    assert scene.queue.take() == [Steer(CommandKind.FAILOVER, "mika", "", "event-1", sent_at, CHECKOUT)]
    assert scene.kinds(CHECKOUT) == []


def test_a_drill_counts_where_drills_are_on() -> None:
    scene = Scene(drills=True, now=datetime(2026, 3, 2, 12, 1, tzinfo=UTC))

    scene.observe(recorded("drill-placement-failure"))

    (row,) = scene.evidence.read(LANDING, LONG_AGO)
    assert row.drill is True
    assert len(scene.queue.take()) == 1


FORGED = recorded("spot-interruption-running", account="333344445555")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not JSON", "The message is not JSON"),
        ("[1]", "not an object"),
        ({"source": "aws.ecs"}, "'detail-type'"),
        (FORGED, "nobody may speak for another account or region"),
        (recorded("spot-interruption-running", region="us-east-1"), "nobody may speak for another"),
        (recorded("spot-interruption-running", detail="x"), "'detail'"),
        (recorded("drill-placement-failure"), "set allow_drills to change that"),
        ({**COMMAND, "account": HERE.account}, "only the hub's own account"),
    ],
)
def test_what_is_forged_or_malformed_is_acknowledged_counted_and_told(
    body: dict[str, Any] | str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()

    assert scene.observe(body) == failures()
    assert scene.metrics.counts == {"RejectedEvents": 1}
    assert scene.queue.take() == []
    (logged,) = caplog.records
    assert logged.getMessage().startswith("Message message-0 was turned away: ")
    assert said in logged.getMessage()
    assert logged.exc_info is None


def test_a_bad_message_does_not_hold_the_others_of_its_batch() -> None:
    scene = Scene()

    answer = scene.observe("not JSON", recorded("spot-interruption-running"), json.dumps(None), HEARTBEAT)

    assert answer == failures()
    assert scene.kinds(CHECKOUT) == [EvidenceKind.SPOT_INTERRUPTION]
    assert len(scene.queue.take()) == 2


class BrokenEvidenceLog(InMemoryEvidenceLog):
    def add(self, service: ServiceId, evidence: object) -> None:
        raise UnreachableError("dynamodb:PutItem got no answer.")


class BrokenQueue(InMemoryWorkQueue):
    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        raise UnreachableError("sqs:SendMessage got no answer.")


def test_a_row_that_could_not_be_written_fails_that_message_alone_and_wakes_nobody() -> None:
    scene = Scene()
    observer = Observer(
        BrokenEvidenceLog(), scene.spokes, scene.queue, scene.metrics, drills=False, hub_account=HUB_ACCOUNT
    )

    answer = respond(
        batch(record(recorded("spot-interruption-running"), "1"), record(HEARTBEAT, "2")), observer
    )

    assert answer == failures("1")
    assert scene.queue.take() == [Survey(HERE, "heartbeat", "event-1")]


def test_the_row_is_there_before_the_wake_up_is_sent() -> None:
    scene = Scene()
    observer = Observer(
        scene.evidence, scene.spokes, BrokenQueue(), scene.metrics, drills=False, hub_account=HUB_ACCOUNT
    )

    answer = respond(batch(record(recorded("spot-interruption-running"), "1")), observer)

    assert answer == failures("1")
    assert scene.kinds(CHECKOUT) == [EvidenceKind.SPOT_INTERRUPTION]
