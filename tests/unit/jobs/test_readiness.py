"""Which services a survey checks, what becomes of faults, and what is told once a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spot_failover.adapters.memory import (
    InMemoryLedgers,
    InMemoryQuotas,
    InMemoryTargetGroups,
    InMemoryTaskDefinitions,
)
from spot_failover.domain.errors import AccessDeniedError, RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger
from spot_failover.domain.metric import Metric
from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.readiness import Check
from spot_failover.domain.record import Message, Phase, Spoke
from spot_failover.domain.scaling import Limits, Suspended
from spot_failover.domain.service import Observation
from spot_failover.domain.task_definition import Container, TaskDefinition, TaskSize
from spot_failover.domain.tasks import Task
from spot_failover.jobs import messages
from spot_failover.jobs.readiness import CHECKS_A_SURVEY, Readiness
from spot_failover.jobs.telling import Telling
from tests.unit.jobs.stage import HERE, WEB, Stage

DEFINITION = "arn:aws:ecs:eu-west-1:222233334444:task-definition/web:7"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:222233334444:targetgroup/web/0123"
READY = Container("web", "registry.example/web:1.4.2", stop_timeout=120, health_check=True)
DAY = timedelta(days=1)


class BrokenQuotas(InMemoryQuotas):
    """Quotas that an older spoke's role may not read."""

    def on_demand_vcpus(self, location: Location) -> float:
        raise AccessDeniedError(f"No quota of {location.key}. Apply workload-spoke of this hub's version.")


class BrokenTargetGroups(InMemoryTargetGroups):
    """Load balancers that answer with an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def deregistration_delay(self, location: Location, arn: str) -> int | None:
        raise self.error


class HangingTargetGroups(InMemoryTargetGroups):
    """Load balancers that answer nobody, which takes twenty seconds to find out."""

    seconds = 0.0

    def deregistration_delay(self, location: Location, arn: str) -> int | None:
        self.seconds += 20
        raise UnreachableError(f"{arn} got no answer from {location.key}.")


class DeafOutbox:
    """An outbox whose messages go nowhere until it is told otherwise."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.deaf = True

    def send(self, messages: Sequence[Message]) -> Sequence[Message]:
        if self.deaf:
            return messages
        self.sent.extend(messages)
        return ()


class Place:
    """A place with the service web, which lacks nothing, and its spoke."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.stage.spokes.save(Spoke(HERE, refreshed_at=datetime(9999, 1, 1, tzinfo=UTC)))
        self.definitions = InMemoryTaskDefinitions(
            {DEFINITION: TaskDefinition(DEFINITION, 1024, 2048, containers=(READY,))}
        )
        self.target_groups = InMemoryTargetGroups({GROUP: 30})
        self.quotas = InMemoryQuotas()
        self.ledgers = InMemoryLedgers()
        self.use(
            Readiness(
                services=self.stage.services,
                spokes=self.stage.spokes,
                ecs=self.stage.ecs,
                task_definitions=self.definitions,
                target_groups=self.target_groups,
                scaling=self.stage.scaling,
                quotas=self.quotas,
                ledgers=self.ledgers,
                metrics=self.stage.metrics,
                telling=Telling(self.stage.outbox),
            )
        )
        self.register(WEB)

    def use(self, readiness: Readiness) -> None:
        self.readiness = readiness
        self.stage.survey = replace(self.stage.survey, readiness=readiness)

    def observation(self, **more: object) -> Observation:
        calm: dict[str, object] = {
            "task_definition": DEFINITION,
            "network": ("subnet-a", "subnet-b"),
            "target_groups": (GROUP,),
            "deployment_configuration": {"deploymentCircuitBreaker": {"enable": True}},
        }
        return self.stage.observation(**{**calm, **more})  # type: ignore[arg-type]

    def register(self, service: ServiceId, policy: Policy | None = None, **more: object) -> None:
        self.stage.register(service, policy)
        self.stage.ecs.shown[service] = self.observation(**more)

    def tick(self, minutes: float = 1) -> None:
        self.stage.later(60 * minutes)
        self.stage.tick()

    def found(self, service: ServiceId = WEB) -> dict[Check, str]:
        return {each.check: each.sentence for each in self.stage.record(service).findings}

    @property
    def reports(self) -> list[str]:
        kind = messages.READINESS_REPORT
        return [sent.detail["reason"] for sent in self.stage.outbox.sent if sent.detail_type == kind]


@pytest.fixture
def place() -> Place:
    return Place()


def named(name: str) -> ServiceId:
    return WEB.beside(name)


def test_a_service_that_is_ready_is_found_so(place: Place) -> None:
    place.tick()

    assert place.found() == {}
    assert place.stage.record().checked_at == place.stage.now


def test_a_service_is_told_what_it_lacks(place: Place) -> None:
    slow = TaskDefinition(DEFINITION, 1024, 2048, containers=(replace(READY, stop_timeout=None),))
    place.definitions.shown[DEFINITION] = slow
    place.target_groups.delays[GROUP] = 300

    place.tick()

    assert list(place.found()) == [Check.STOP_TIMEOUT, Check.DEREGISTRATION_DELAY]


def test_where_tasks_run_is_seen_in_the_tasks_that_run(place: Place) -> None:
    def task(number: int, zone: str, status: str = "RUNNING") -> Task:
        return Task(f"task {number}", "FARGATE_SPOT", status, place.stage.now, zone=zone)

    place.stage.ecs.tasks_shown[WEB] = [task(1, "1a"), task(2, "1a"), task(3, "1b", "PENDING"), task(4, "")]

    place.tick()

    assert "All 2 tasks run in one Availability Zone, 1a" in place.found()[Check.ZONES]


def test_the_standby_is_looked_at_with_its_service(place: Place) -> None:
    place.register(named("api"), Policy(Mode.BACKFILL, standby=Standby("api-on-demand")), service_name="api")
    place.stage.ecs.shown[named("api-on-demand")] = place.observation(
        service_name="api-on-demand", settings={"public IP": "ENABLED"}
    )
    place.stage.scaling.targets[named("api-on-demand")] = Suspended()
    place.stage.scaling.limited[named("api-on-demand")] = Limits(0, 8)

    place.tick()

    assert list(place.found(named("api"))) == [Check.STANDBY, Check.AUTOSCALING]


# --- when ---


def test_a_service_is_checked_again_after_six_hours(place: Place) -> None:
    place.tick()
    first = place.stage.record().checked_at
    place.target_groups.delays[GROUP] = 300

    place.tick(minutes=359)
    assert (place.stage.record().checked_at, place.found()) == (first, {})

    place.tick()
    assert list(place.found()) == [Check.DEREGISTRATION_DELAY]


def test_a_survey_checks_a_few_services_and_the_next_the_others(place: Place) -> None:
    names = [named(f"s{number}") for number in range(CHECKS_A_SURVEY)]
    for name in names:
        place.register(name)

    def checked() -> int:
        return sum(place.stage.record(name).checked_at is not None for name in (WEB, *names))

    place.tick()
    assert checked() == CHECKS_A_SURVEY
    place.tick()
    assert checked() == CHECKS_A_SURVEY + 1


def test_whoever_was_checked_longest_ago_comes_first(place: Place) -> None:
    place.tick()
    oldest = place.stage.record().checked_at
    for number in range(CHECKS_A_SURVEY):
        name = named(f"a{number}")
        place.register(name)
        place.stage.services.note_findings(name, [], place.stage.now + timedelta(seconds=number + 1))

    place.tick(minutes=361)

    assert place.stage.record().checked_at != oldest
    assert place.stage.record(named("a0")).checked_at == place.stage.now
    assert place.stage.record(named(f"a{CHECKS_A_SURVEY - 1}")).checked_at != place.stage.now


@pytest.mark.parametrize("away", ["on demand", "leaving", "not on Spot", "gone"])
def test_a_service_that_is_not_on_spot_is_not_checked(place: Place, away: str) -> None:
    stage = place.stage
    if away == "on demand":
        stage.services.save(replace(stage.record(), phase=Phase.ON_DEMAND, since=stage.now))
    if away == "leaving":
        stage.services.mark_leaving(WEB, stage.now)
    if away == "not on Spot":
        on_demand = stage.observation().strategy.on_demand(10)
        stage.ecs.shown[WEB] = stage.observation(on_demand)
    if away == "gone":
        stage.ecs.shown[WEB] = None

    place.tick()

    assert stage.record().checked_at is None


def test_only_the_tick_checks(place: Place) -> None:
    place.stage.tick("registration")

    assert place.stage.record().checked_at is None


# --- faults ---


def test_a_role_without_a_permission_is_a_finding_and_no_fault(place: Place) -> None:
    place.target_groups.delays[GROUP] = 300
    place.use(replace(place.readiness, quotas=BrokenQuotas()))

    place.tick()

    assert list(place.found()) == [Check.DEREGISTRATION_DELAY, Check.NOT_CHECKED]
    assert place.found()[Check.NOT_CHECKED] == (
        "The on-demand quota could not be checked: No quota of 222233334444::eu-west-1. Apply workload-spoke "
        "of this hub's version."
    )
    spoke = place.stage.spokes.load(HERE)
    assert spoke
    assert spoke.last_error == ""


def test_what_cannot_be_learnt_does_not_keep_the_rest_from_being_checked(place: Place) -> None:
    place.use(replace(place.readiness, target_groups=BrokenTargetGroups(RefusedError("No such thing."))))
    place.definitions.shown.clear()
    place.stage.ecs.shown[WEB] = place.observation(network=("subnet-a",))

    place.tick()

    sentences = [each.sentence for each in place.stage.record().findings]
    assert len(sentences) == 3
    assert sentences[0].startswith("The service has a single subnet")
    assert "Its containers could not be checked: There is no task definition" in sentences[1]
    assert sentences[2] == "The deregistration delay could not be checked: No such thing."
    assert place.stage.metrics.counts[Metric.FAILED_CHECKS] == 2


def test_an_answer_that_nobody_foresaw_does_not_keep_others_from_being_checked(place: Place) -> None:
    place.use(replace(place.readiness, target_groups=BrokenTargetGroups(KeyError("Attributes"))))

    place.tick()

    assert place.found()[Check.NOT_CHECKED].startswith("The deregistration delay could not be checked: an er")
    assert place.stage.metrics.counts[Metric.FAILED_CHECKS] == 1


def test_a_call_that_hangs_is_waited_for_once_a_survey(place: Place) -> None:
    hanging = HangingTargetGroups()
    place.use(replace(place.readiness, target_groups=hanging, clock=lambda: hanging.seconds))
    place.register(named("api"), target_groups=(GROUP, f"{GROUP}4"))
    place.register(named("shop"))

    for survey in range(1, 4):
        place.tick()
        assert hanging.seconds == 20 * survey

    for name in (WEB, named("api"), named("shop")):
        sentences = [each.sentence for each in place.stage.record(name).findings]
        assert sentences[0].startswith("The deregistration delay could not be checked: arn:aws")
        assert sentences[1].startswith("The zones of its tasks could not be checked: AWS took too long")


@pytest.mark.parametrize("error", [ThrottledError("Slow down."), ZeroDivisionError("A bug.")])
def test_no_fault_of_a_check_fails_the_survey(place: Place, error: Exception) -> None:
    class Broken(type(place.stage.services)):  # type: ignore[misc]
        def note_findings(self, *_: object) -> None:
            raise error

    broken = Broken()
    broken.__dict__.update(place.stage.services.__dict__)
    place.use(replace(place.readiness, services=broken))
    place.stage.drought()

    place.tick()

    assert place.stage.metrics.counts[Metric.FAILED_CHECKS] == 1
    assert [message.service for message in place.stage.queue.take()] == [WEB]  # type: ignore[union-attr]


# --- the quota ---


@pytest.mark.parametrize(("vcpus", "is_short"), [(7.9, True), (8.0, False)])
def test_all_protected_tasks_have_to_fit_into_the_quota(place: Place, vcpus: float, is_short: bool) -> None:
    place.register(named("api"), task_definition=f"{DEFINITION}8")
    place.quotas.vcpus = vcpus
    # Four tasks of one vCPU, and four of which nobody knows the size but the ledger.
    sizes = {DEFINITION: TaskSize(1024, 2048), f"{DEFINITION}8": TaskSize(1024, 2048)}
    place.ledgers.save(Ledger(HERE, place.stage.now, place.stage.now.date(), sizes=sizes))

    place.tick()

    assert (Check.ON_DEMAND_QUOTA in place.found()) is is_short


def test_tasks_of_unknown_size_are_not_counted(place: Place) -> None:
    place.quotas.vcpus = 0.1

    place.tick()

    assert place.found() == {}


# --- the report ---


def lacking(place: Place, count: int = 1) -> None:
    place.target_groups.delays[GROUP] = 300
    for number in range(count - 1):
        place.register(named(f"api-{number}"))


def test_a_place_is_told_once_a_week_what_its_services_lack(place: Place) -> None:
    lacking(place)

    place.tick()
    assert place.reports == []  # what was found is told by the next survey
    place.tick()
    told = (
        "1 of 1 protected services are not ready for interruptions or failovers:\n"
        "- target groups drain for longer than 110 s: shop/web\n"
        "`spotfailover status SERVICE` says what to do about each."
    )
    assert place.reports == [told]

    place.tick(minutes=7 * 24 * 60 - 1)
    assert len(place.reports) == 1
    place.tick()
    assert len(place.reports) == 2


def test_nobody_is_told_before_all_have_been_checked(place: Place) -> None:
    lacking(place, count=CHECKS_A_SURVEY * 2 + 1)

    place.tick()
    place.tick()
    place.tick()
    assert place.reports == []

    place.tick()
    assert len(place.reports) == 1
    assert "7 of 7" in place.reports[0]
    assert "shop/api-0, shop/api-1, shop/api-2, shop/api-3, shop/api-4 and 2 more" in place.reports[0]


def test_nothing_is_told_where_nothing_is_lacking(place: Place) -> None:
    for _ in range(3):
        place.tick()

    assert place.reports == []
    lacking(place)
    place.tick(minutes=360)
    place.tick()
    assert len(place.reports) == 1


def test_a_report_that_the_bus_did_not_take_is_told_by_the_next_survey(place: Place) -> None:
    outbox = DeafOutbox()
    place.use(replace(place.readiness, telling=Telling(outbox)))
    lacking(place)
    place.tick()
    place.tick()

    outbox.deaf = False
    place.tick()

    assert [sent.detail_type for sent in outbox.sent] == [messages.READINESS_REPORT]


def test_the_spoke_remembers_its_report_whatever_else_the_survey_notes(place: Place) -> None:
    lacking(place)
    place.tick()
    spoke = place.stage.spokes.load(HERE)
    assert spoke
    place.stage.spokes.save(replace(spoke, last_error="It was down."))

    place.tick()

    noted = place.stage.spokes.load(HERE)
    assert noted
    assert (noted.reported_at, noted.last_error) == (place.stage.now, "")
