"""The function `work`: which job each message runs."""

from datetime import UTC, datetime, timedelta

import pytest

from spot_failover.adapters import wakeups
from spot_failover.adapters.memory import InMemoryMetrics
from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.errors import UnreachableError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.requests import SurveyRequest
from spot_failover.functions.batch import respond
from spot_failover.functions.work import Worker
from spot_failover.jobs.reconcile import WakeUp
from tests.unit.functions.invocations import SENT, batch, failures, record

NOW = datetime(2026, 3, 2, 9, 14, 8, tzinfo=UTC)
HERE = Location("222233334444", "eu-central-1")
WEB = ServiceId(HERE.account, HERE.region, "shop", "web")
API = ServiceId(HERE.account, HERE.region, "shop", "api")


class Scene:
    """A worker whose jobs only write down what they were asked for."""

    def __init__(self, failing: ServiceId | None = None, now: datetime = NOW) -> None:
        self.asked: list[tuple[WakeUp | SurveyRequest | Command, datetime]] = []
        self.metrics = InMemoryMetrics()
        self.worker = Worker(self._reconcile, self._survey, self._steer, self.metrics, lambda: now)
        self._failing = failing

    def _reconcile(self, wake_up: WakeUp, now: datetime) -> None:
        self.asked.append((wake_up, now))
        if wake_up.service == self._failing:
            raise UnreachableError("dynamodb:GetItem got no answer.")

    def _survey(self, request: SurveyRequest, now: datetime) -> None:
        self.asked.append((request, now))

    def _steer(self, command: Command, now: datetime) -> None:
        self.asked.append((command, now))


def test_a_steer_message_runs_the_command() -> None:
    scene = Scene()
    wake_up = wakeups.Steer.of(Command(CommandKind.PAUSE, "mika", "", "event-1", NOW, WEB, NOW))

    assert respond(batch(record(wake_up.body(), "1", wake_up.group)), scene.worker) == failures()
    assert scene.asked == [(wake_up, NOW)]


def reconcile(service: ServiceId, message_id: str) -> dict[str, object]:
    wake_up = wakeups.Reconcile(service, "spot_interruption", f"event-{message_id}")
    return record(wake_up.body(), message_id, wake_up.group)


def test_a_reconcile_message_runs_a_pass_and_knows_when_it_was_sent() -> None:
    scene = Scene()

    assert respond(batch(reconcile(WEB, "1")), scene.worker) == failures()
    assert scene.asked == [(WakeUp(WEB, "spot_interruption", "event-1", SENT), NOW)]


def test_a_survey_message_runs_a_survey_and_names_what_was_deleted() -> None:
    scene = Scene()
    wake_up = wakeups.Survey(HERE, "registration", "event-1", "/spot-failover/spoke")

    assert respond(batch(record(wake_up.body(), "1", wake_up.group)), scene.worker) == failures()
    assert scene.asked == [(wake_up, NOW)]


def test_after_an_hour_in_the_queue_ticks_are_left_to_newer_ones_and_nothing_else_is() -> None:
    scene = Scene(now=SENT + timedelta(hours=1))
    surveys = [wakeups.Survey(HERE, "tick", f"tick-{minute}") for minute in range(60)]
    asked: list[wakeups.WakeUp] = [
        wakeups.Survey(HERE, "registration", "event-1"),
        wakeups.Reconcile(WEB, "tick", "tick-1"),
    ]
    messages: list[wakeups.WakeUp] = [*surveys, *asked]

    bodies = [record(wake_up.body(), str(number), wake_up.group) for number, wake_up in enumerate(messages)]
    assert respond(batch(*bodies), scene.worker) == failures()
    assert [request for request, _ in scene.asked if isinstance(request, SurveyRequest)] == asked[:1]
    assert len(scene.asked) == len(asked)


def test_a_tick_that_waited_for_minutes_is_still_worth_a_survey() -> None:
    scene = Scene(now=SENT + timedelta(minutes=4))
    wake_up = wakeups.Survey(HERE, "tick", "tick-1")
    respond(batch(record(wake_up.body(), "1", wake_up.group)), scene.worker)
    assert len(scene.asked) == 1


def test_a_fault_keeps_that_service_s_messages_and_lets_the_others_pass() -> None:
    scene = Scene(failing=WEB)

    answer = respond(batch(reconcile(WEB, "1"), reconcile(API, "2"), reconcile(WEB, "3")), scene.worker)

    assert answer == failures("1", "3")
    assert [asked.service for asked, _ in scene.asked if isinstance(asked, WakeUp)] == [WEB, API]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not JSON", "does not hold JSON"),
        ('{"job": "dance"}', "asks for job 'dance'"),
        ('{"job": "reconcile", "account": "222233334444"}', "has region None"),
    ],
)
def test_a_message_that_names_no_job_is_acknowledged_counted_and_told(
    body: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    group = wakeups.Reconcile(WEB, "", "").group

    answer = respond(batch(record(body, "1", group), reconcile(WEB, "2")), scene.worker)

    assert answer == failures()
    assert scene.metrics.counts == {"RejectedEvents": 1}
    assert len(scene.asked) == 1
    (logged,) = caplog.records
    assert logged.getMessage().startswith("Message 1 was turned away: ")
    assert said in logged.getMessage()
