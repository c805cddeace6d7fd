"""What a survey measures, and that nothing of it ever stops a survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spot_failover.adapters.memory import InMemoryLedgers, InMemoryTaskDefinitions
from spot_failover.domain.errors import (
    AccessDeniedError,
    ThrottledError,
    UnreachableError,
    UnreadableItemError,
)
from spot_failover.domain.evidence import Evidence
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Reading, Usage
from spot_failover.domain.metric import Metric
from spot_failover.domain.record import Operation, Phase
from spot_failover.domain.savings import ADVICE, PriceList, Prices
from spot_failover.domain.task_definition import ARM64, TaskDefinition
from spot_failover.jobs.readings import SIZES_A_SURVEY, Readings
from spot_failover.jobs.telling import Telling
from tests.unit.jobs.stage import HERE, WEB, Stage

API = WEB.beside("api")
DEFINITION = "arn:aws:ecs:eu-west-1:222233334444:task-definition/web:7"
# A task of one vCPU and 2 GB saves three and a half cents an hour.
PRICES = PriceList({HERE.region: {ARM64: Prices(0.04, 0.004, 0.01, 0.0015)}})
AN_HOUR_OF_A_TASK = 0.035


class Evidences:
    """The stage's evidence, with every query noted, and faults in order."""

    def __init__(self, stage: Stage) -> None:
        self.inner = stage.evidence
        self.read_of: list[ServiceId] = []
        self.faults: list[BaseException] = []

    def add(self, service: ServiceId, evidence: Evidence) -> None:
        self.inner.add(service, evidence)

    def read(self, service: ServiceId, since: datetime) -> Sequence[Evidence]:
        self.read_of.append(service)
        if self.faults:
            raise self.faults.pop(0)
        return self.inner.read(service, since)


class BrokenLedgers(InMemoryLedgers):
    """A state table that gives and takes no ledgers."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def load(self, location: Location) -> Ledger | None:
        raise self.error


class Place:
    """A place with the service web, of four tasks, surveyed once at nine o'clock."""

    def __init__(self, ledgers: InMemoryLedgers | None = None) -> None:
        self.stage = Stage()
        self.evidence = Evidences(self.stage)
        self.ledgers = ledgers or InMemoryLedgers()
        self.definitions = InMemoryTaskDefinitions(
            {DEFINITION: TaskDefinition(DEFINITION, 1024, 2048, ARM64)}
        )
        self.stage.survey = replace(self.stage.survey, readings=self.readings())
        self.stage.register(WEB)
        self.show(WEB)
        self.stage.tick()

    def readings(self) -> Readings:
        stage = self.stage
        return Readings(
            self.ledgers,
            self.evidence,
            self.definitions,
            stage.metrics,
            Telling(stage.outbox),
            PRICES,
            Operation.DRY_RUN,
        )

    def show(self, service: ServiceId, running: int = 4, **more: object) -> None:
        shown = self.stage.observation(running=running, task_definition=DEFINITION)
        self.stage.ecs.shown[service] = replace(shown, **more)  # type: ignore[arg-type]

    def later(self, seconds: float = 60, cause: str = "tick") -> None:
        self.stage.later(seconds)
        self.stage.tick(cause)

    @property
    def ledger(self) -> Ledger:
        ledger = self.ledgers.load(HERE)
        assert ledger is not None
        return ledger

    def gauge(self, metric: Metric, service: ServiceId = WEB) -> float:
        return self.stage.metrics.gauges[metric][service]

    def count(self, metric: Metric) -> float:
        return self.stage.metrics.counts[metric]


@pytest.fixture
def place() -> Place:
    return Place()


def test_every_service_has_a_value_of_every_gauge(place: Place) -> None:
    place.show(WEB, running=3, pending=1)
    place.stage.placement_failure()
    place.later()

    assert {metric: values[WEB] for metric, values in place.stage.metrics.gauges.items()} == {
        Metric.SPOT_HEALTH_SCORE: 85,
        Metric.ERROR_COUNT_5_MIN: 1,
        Metric.FAILOVER_ACTIVE: 0,
        Metric.FAILOVERS_OF_ONE_SERVICE_TODAY: 0,
        Metric.RESTORES_USED_UP: 0,
        Metric.HEALTHY_TASKS: 3,
        Metric.DEMANDED_TASKS: 4,
        Metric.SPOT_TASKS: 3,
        Metric.ON_DEMAND_TASKS: 0,
        Metric.COST_SAVINGS_TODAY: pytest.approx(3 * AN_HOUR_OF_A_TASK / 60, abs=1e-4),
    }


def test_the_ledger_says_how_careful_the_hub_is(place: Place) -> None:
    assert place.ledger.operation is Operation.DRY_RUN


def test_a_service_that_fails_over_shows_it(place: Place) -> None:
    place.stage.drought()
    place.stage.wake()
    place.later()

    assert place.stage.record().phase is Phase.FAILING_OVER
    assert place.gauge(Metric.FAILOVER_ACTIVE) == 1
    assert place.gauge(Metric.FAILOVERS_OF_ONE_SERVICE_TODAY) == 1


def test_a_calm_service_costs_no_query_of_evidence(place: Place) -> None:
    place.later()
    assert place.evidence.read_of == []


def test_a_service_whose_tasks_are_all_back_is_still_asked_about_for_five_minutes(place: Place) -> None:
    place.stage.drought()
    place.stage.wake()  # the pass notes when Spot failed
    place.show(WEB)

    place.later(240)
    assert place.gauge(Metric.ERROR_COUNT_5_MIN) == 1
    place.later(61)
    assert place.gauge(Metric.ERROR_COUNT_5_MIN) == 0
    assert place.evidence.read_of == [WEB]


def test_the_ledger_holds_what_was_read_and_what_ran(place: Place) -> None:
    place.later(60)
    place.later(60)

    assert place.ledger.readings == {WEB: Reading(4, 0, 4, 4, 100)}
    assert place.ledger.at == place.stage.now
    usage = place.ledger.usage[WEB]
    assert (usage.spot_seconds, usage.on_demand_seconds) == (480, 0)
    assert usage.saved == pytest.approx(4 * AN_HOUR_OF_A_TASK * 120 / 3600)


def test_a_survey_that_is_not_the_clocks_measures_nothing(place: Place) -> None:
    before = place.ledger
    place.later(60, cause="heartbeat")
    assert place.ledger == before


def test_after_a_silence_no_more_than_five_minutes_are_counted(place: Place) -> None:
    place.later(3600)
    assert place.ledger.usage[WEB].spot_seconds == 4 * 300


def test_on_demand_seconds_are_counted_as_they_pass(place: Place) -> None:
    place.show(WEB, deployments=())  # nothing on Spot
    place.later(60)
    place.later(30)

    assert place.count(Metric.ON_DEMAND_SECONDS) == 4 * 90
    assert place.gauge(Metric.COST_SAVINGS_TODAY) == 0


def test_the_day_begins_anew_at_midnight_utc(place: Place) -> None:
    place.later(60)
    place.stage.now = datetime(2026, 3, 3, 0, 0, 30, tzinfo=UTC)
    place.stage.tick()

    yesterday = place.ledger.yesterday
    assert yesterday
    assert (yesterday.spot_seconds, yesterday.on_demand_seconds) == (240, 0)
    assert yesterday.saved == pytest.approx(4 * AN_HOUR_OF_A_TASK / 60)
    assert place.ledger.usage[WEB].spot_seconds == 4 * 300


def test_a_service_that_left_today_keeps_its_usage_and_has_no_reading(place: Place) -> None:
    place.later(60)
    place.stage.ecs.shown[WEB] = None
    place.later(60)

    assert place.ledger.readings == {}
    assert place.ledger.usage[WEB].spot_seconds == 240


# --- sizes ---


def test_a_size_is_asked_for_once_for_all_functions(place: Place) -> None:
    place.definitions.shown.clear()  # another copy of the function would have to ask again
    place.later(60)

    assert place.ledger.usage[WEB].saved > 0
    assert place.count(Metric.FAILED_READINGS) == 0


def test_a_new_fleet_is_learnt_a_few_task_definitions_at_a_time(place: Place) -> None:
    for number in range(SIZES_A_SURVEY + 2):
        service, arn = WEB.beside(f"web-{number}"), f"{DEFINITION}{number}"
        place.stage.register(service)
        place.definitions.shown[arn] = TaskDefinition(arn, 256, 512)
        place.show(service, task_definition=arn)

    place.later()
    assert len(place.ledger.sizes) == 1 + SIZES_A_SURVEY
    place.later()
    assert len(place.ledger.sizes) == 1 + SIZES_A_SURVEY + 2


def test_sizes_of_revisions_that_run_no_more_are_forgotten(place: Place) -> None:
    newer = f"{DEFINITION}1"
    place.definitions.shown[newer] = TaskDefinition(newer, 256, 512)
    place.show(WEB, task_definition=newer)
    place.later()

    assert list(place.ledger.sizes) == [newer]


def test_a_role_without_the_permission_is_asked_every_ten_minutes_and_all_else_is_measured(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = Place()
    asked: list[str] = []

    class Denied(InMemoryTaskDefinitions):
        def describe(self, location: Location, arn: str) -> TaskDefinition:
            asked.append(arn)
            raise AccessDeniedError("The spoke role needs ecs:DescribeTaskDefinition.")

    place.definitions = Denied()
    place.stage.survey = replace(place.stage.survey, readings=place.readings())
    place.ledgers.save(replace(place.ledger, sizes={}))
    for _ in range(21):
        place.later()

    assert len(asked) == 3
    assert place.count(Metric.UNPRICED_TASK_DEFINITIONS) == 3
    assert place.count(Metric.FAILED_READINGS) == 0
    assert "needs ecs:DescribeTaskDefinition" in caplog.text
    assert place.ledger.usage[WEB] == Usage(4 * 60 * 21, 0, 0)
    assert place.gauge(Metric.SPOT_HEALTH_SCORE) == 100
    assert place.stage.metrics.counts[Metric.FAILED_PASSES] == 0


def test_one_definition_that_is_none_of_fargates_does_not_hide_the_others(place: Place) -> None:
    place.stage.register(API)
    place.show(API, task_definition="arn:another")
    place.show(WEB, task_definition=f"{DEFINITION}8")
    place.definitions.shown[f"{DEFINITION}8"] = TaskDefinition(f"{DEFINITION}8", 512, 1024)
    place.later()

    assert list(place.ledger.sizes) == [f"{DEFINITION}8"]
    assert place.count(Metric.UNPRICED_TASK_DEFINITIONS) == 1


# --- advice ---


def advised(place: Place) -> list[str]:
    return [message.detail["reason"] for message in place.stage.outbox.sent if message.detail_type == ADVICE]


def test_a_day_largely_on_demand_is_told_of_once_a_week(place: Place) -> None:
    for _ in range(9):
        place.show(WEB, deployments=())
        place.later(86400)

    assert len(advised(place)) == 2
    assert "100% of the task hours" in advised(place)[0]


def test_advice_that_could_not_be_sent_is_sent_later(place: Place) -> None:
    place.show(WEB, deployments=())
    place.later(60)
    place.stage.outbox.down = True
    place.later(86400)
    assert place.ledger.advised_at is None
    place.stage.outbox.down = False
    place.later(60)

    assert len(advised(place)) == 1


# --- faults ---


def test_one_service_whose_evidence_cannot_be_read_does_not_hide_the_others(place: Place) -> None:
    place.stage.register(API)
    place.show(API, running=3)
    place.show(WEB, running=3)
    place.evidence.faults = [ThrottledError("DynamoDB throttles.")]
    place.later()

    assert list(place.ledger.readings) == [WEB]
    assert place.count(Metric.FAILED_READINGS) == 1
    assert {wake_up.service for wake_up in place.stage.queue.take()} >= {API, WEB}  # type: ignore[union-attr]


@pytest.mark.parametrize("error", [UnreachableError("DynamoDB is away."), KeyError("a fault of ours")])
def test_a_ledger_that_cannot_be_had_costs_its_own_figures_only(error: Exception) -> None:
    place = Place(BrokenLedgers(error))
    place.show(WEB, running=3)
    place.later()

    assert place.gauge(Metric.SPOT_TASKS) == 3
    assert Metric.COST_SAVINGS_TODAY not in place.stage.metrics.gauges
    assert place.count(Metric.FAILED_READINGS) == 2
    assert place.count(Metric.FAILED_PASSES) == 0
    assert place.stage.queue.take()


def test_a_ledger_that_cannot_be_read_is_begun_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: Location) -> Ledger:
        raise UnreadableItemError("It was edited by hand.")

    with monkeypatch.context() as broken:
        broken.setattr(place.ledgers, "load", unreadable)
        place.later(60)

    assert place.count(Metric.FAILED_READINGS) == 1
    assert place.ledger.at == place.stage.now


def test_a_survey_without_readings_measures_nothing() -> None:
    stage = Stage()
    stage.register(WEB)
    stage.later(timedelta(minutes=1).total_seconds())
    stage.tick()

    assert stage.metrics.gauges == {}
