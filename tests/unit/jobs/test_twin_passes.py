"""Passes over services with a standby: their calls, their order, and what faults do to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from spot_failover.adapters import wakeups
from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.errors import ConflictError, RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.record import Held, HoldKind, Operation, Phase
from spot_failover.domain.scaling import Suspended
from spot_failover.domain.targets import UpdateService
from spot_failover.domain.tasks import Task
from tests.unit.jobs.stage import HERE, START, WEB, Stage

TWIN = WEB.beside("web-on-demand")
FARGATE = Strategy((StrategyItem("FARGATE", 1),))
POLICY = Policy(Mode.STANDBY, standby=Standby(TWIN.service))
UP = UpdateService(desired=4, service_name=TWIN.service)
DOWN = UpdateService(desired=0)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.register(policy=POLICY)
    show(made)
    made.wake(cause="registration")
    return made


def show(stage: Stage, running: int = 4, standby: int = 0, on_demand: int = 0, desired: int = 4) -> None:
    stage.ecs.shown[WEB] = stage.observation(running=running, desired=desired)
    stage.ecs.shown[TWIN] = stage.observation(FARGATE, on_demand, desired=standby, service_name=TWIN.service)


def tasks(stage: Stage, count: int, started: float = 60) -> list[Task]:
    since = stage.now - timedelta(seconds=started)
    return [Task(f"t{i}", "FARGATE", "RUNNING", since, since) for i in range(count)]


def calls(stage: Stage) -> list[UpdateService]:
    made, stage.ecs.updates = [change for _, change in stage.ecs.updates], []
    return made


def drought(stage: Stage) -> None:
    stage.later(5)
    stage.placement_failure()
    show(stage, running=0)


def fail_over(stage: Stage) -> None:
    """Bring the service to where the standby carries everything and Spot may go."""
    drought(stage)
    stage.wake()
    stage.later(90)
    show(stage, running=1, standby=4, on_demand=4)
    stage.ecs.tasks_shown = {WEB: tasks(stage, 1), TWIN: tasks(stage, 4)}
    calls(stage)


def test_a_failover_is_one_description_and_two_updates(stage: Stage) -> None:
    stage.ecs.described = 0
    drought(stage)
    stage.wake()
    assert (calls(stage), stage.ecs.described, stage.ecs.looked_at) == ([UP], 1, [])
    stage.later(90)
    show(stage, running=0, standby=4, on_demand=4)
    stage.ecs.tasks_shown = {TWIN: tasks(stage, 4)}
    stage.tick()
    stage.wake(cause="survey")
    assert calls(stage) == [DOWN]


def test_before_spot_gives_way_the_standbys_tasks_are_looked_at(stage: Stage) -> None:
    fail_over(stage)
    stage.ecs.tasks_shown[TWIN] = tasks(stage, 4, started=10)
    stage.wake(cause="survey")
    assert (calls(stage), stage.ecs.looked_at) == ([], [WEB, TWIN])
    stage.later(20)
    stage.wake(cause="survey")
    assert calls(stage) == [DOWN]


def test_autoscaling_is_suspended_before_the_count_falls_and_noted_as_found(stage: Stage) -> None:
    stage.scaling.targets[WEB] = Suspended(scheduled=True)
    fail_over(stage)
    stage.wake(cause="survey")
    assert stage.record().scaling == Suspended(scheduled=True)
    assert stage.scaling.targets[WEB] == Suspended(scale_in=True, scale_out=True, scheduled=True)
    kept = [message.detail_type for message in stage.outbox.sent]
    assert kept[-2:] == ["Service Change", "Scaling Suspended"]


def test_autoscaling_goes_on_as_it_was_once_the_count_is_back(stage: Stage) -> None:
    stage.scaling.targets[WEB] = Suspended(scale_in=True, scale_out=True)
    held = Held(4, 0, START - timedelta(minutes=5), confirmed=True)
    away = replace(stage.record(), demand=4, held=held, scaling=Suspended(scale_in=True))
    stage.services.save(away)
    show(stage, desired=2)
    stage.wake(cause="survey")
    assert stage.scaling.targets[WEB] == Suspended(scale_in=True, scale_out=True)
    show(stage)
    stage.wake(cause="survey")
    assert stage.scaling.targets[WEB] == Suspended(scale_in=True)
    assert stage.record().scaling is None
    assert [message.detail_type for message in stage.outbox.sent][-1:] == ["Scaling Resumed"]


def test_a_scalable_target_that_was_deleted_meanwhile_holds_nothing_up(stage: Stage) -> None:
    stage.services.save(replace(stage.record(), scaling=Suspended()))
    stage.wake(cause="survey")
    record = stage.record()
    assert (record.scaling, record.last_error, stage.scaling.targets) == (None, "", {})


def test_a_claim_is_given_up_with_the_mode(stage: Stage) -> None:
    stage.register(policy=Policy())
    stage.tick()
    wakes = [one for one in stage.queue.take() if isinstance(one, wakeups.Reconcile)]
    assert [one.service for one in wakes][-1:] == [WEB]
    stage.wake(cause="survey")
    assert stage.services.owner_of(TWIN) is None


def test_an_event_is_not_put_off_for_long_by_a_standing_fault(stage: Stage) -> None:
    drought(stage)
    stage.ecs.update_faults = [ThrottledError("UpdateService is throttled.")]
    stage.wake()
    stage.later(4)
    stage.wake(cause_id="event-2")
    assert calls(stage) == []
    stage.later(1)
    stage.wake(cause_id="event-3")
    assert calls(stage) == [UP]


def test_where_the_standby_cannot_be_raised_spot_is_not_lowered(stage: Stage) -> None:
    drought(stage)
    stage.ecs.update_faults = [ThrottledError("UpdateService is throttled.")]
    stage.wake()
    record = stage.record()
    assert (calls(stage), record.held, record.last_error) == ([], None, "UpdateService is throttled.")
    stage.later(31)
    stage.wake(cause="survey")
    assert calls(stage) == [UP]


def test_a_refusal_is_told_and_holds_nothing(stage: Stage) -> None:
    drought(stage)
    stage.ecs.update_faults = [RefusedError("ECS will not have it.")]
    stage.wake()
    record = stage.record()
    assert (record.held, record.hold and record.hold.kind) == (None, HoldKind.BLOCKED)
    assert "Service Blocked" in stage.told


@pytest.mark.parametrize("fault", [RefusedError("ECS will not have it."), ThrottledError("Too many calls.")])
def test_what_was_not_asked_for_after_a_fault_is_not_kept_as_asked_for(
    stage: Stage, fault: Exception
) -> None:
    """Two changes in one pass, the standby up and the service down: the first one fails."""
    fail_over(stage)
    show(stage, running=4, standby=3, on_demand=3)
    stage.ecs.tasks_shown = {WEB: tasks(stage, 4), TWIN: tasks(stage, 3)}
    stage.outbox.sent.clear()
    stage.ecs.update_faults = [fault]
    stage.wake(cause="survey")
    asked = [sent.detail for sent in stage.outbox.sent if sent.detail_type == "Service Change"]
    assert [detail["updated_service"] for detail in asked] == [TWIN.service]
    stage.later(61)
    stage.wake(cause="survey")
    assert calls(stage) == [UP, UpdateService(desired=1)]


def test_a_call_whose_answer_was_lost_is_made_again(stage: Stage) -> None:
    drought(stage)
    stage.ecs.update_faults = [UnreachableError("No answer from ECS.")]
    stage.wake()
    held = stage.record().held
    assert held is not None
    assert not held.confirmed
    stage.later(31)
    stage.wake(cause="survey")
    assert calls(stage) == [UP]


def test_a_dry_run_changes_nothing_and_says_what_it_would_do() -> None:
    stage = Stage(operation=Operation.DRY_RUN)
    stage.register(policy=POLICY)
    show(stage)
    stage.wake(cause="registration")
    drought(stage)
    stage.wake()
    assert (calls(stage), stage.told) == ([], ["Service Dry Run"])


def test_a_surge_is_taken_back_once_there_is_a_surplus() -> None:
    stage = Stage()
    stage.register()
    stage.wake(cause="registration")
    surged = replace(stage.record(), demand=4, held=Held(6, 0, START, confirmed=True))
    stage.services.save(surged)
    stage.later(120)
    stage.ecs.shown[WEB] = stage.observation(running=6, desired=6)
    stage.ecs.tasks_shown[WEB] = tasks(stage, 6)
    stage.queue.take()
    stage.tick()
    assert stage.queue.take() != []
    stage.wake(cause="survey")
    assert calls(stage) == [UpdateService(desired=4)]


# --- the standby ---


def test_the_standby_is_claimed_at_rest_and_given_up_with_the_registration(stage: Stage) -> None:
    assert stage.services.owner_of(TWIN) == WEB
    stage.services.mark_leaving(WEB, stage.now)
    stage.later(301)
    stage.wake(cause="survey")
    assert (stage.services.load(WEB), stage.services.owner_of(TWIN)) == (None, None)


def test_a_second_service_cannot_have_the_same_standby(stage: Stage) -> None:
    other = WEB.beside("api")
    stage.ecs.shown[other] = stage.observation()
    stage.register(other, POLICY)
    stage.wake(other, cause="registration")
    hold = stage.record(other).hold
    assert hold is not None
    assert "another service's standby" in hold.reason


def test_another_standby_in_the_policy_frees_the_first(stage: Stage) -> None:
    spare = WEB.beside("spare")
    stage.ecs.shown[spare] = stage.observation(FARGATE, 0, desired=0, service_name="spare")
    stage.register(policy=replace(POLICY, standby=Standby("spare")))
    stage.wake(cause="survey")
    assert (stage.services.owner_of(TWIN), stage.services.owner_of(spare)) == (None, WEB)


def test_an_event_of_the_standby_wakes_its_owner(stage: Stage) -> None:
    stage.queue.take()
    stage.wake(TWIN, "on_demand_shortage", "event-9")
    assert stage.queue.take() == [wakeups.Reconcile(WEB, "on_demand_shortage", "event-9")]


def test_a_shortage_of_on_demand_capacity_is_told_once_and_triggers_nothing(stage: Stage) -> None:
    drought(stage)
    stage.wake()
    row = Evidence(EvidenceKind.ON_DEMAND_SHORTAGE, stage.now, "event-9", "event-9")
    stage.evidence.add(TWIN, row)
    for _ in range(3):
        stage.later(60)
        stage.wake(cause="survey")
    assert stage.told.count("On Demand Shortage") == 1


def test_a_shortage_in_calm_weather_is_nothing(stage: Stage) -> None:
    row = Evidence(EvidenceKind.ON_DEMAND_SHORTAGE, stage.now, "event-9", "event-9")
    stage.evidence.add(WEB, row)
    stage.later(5)
    stage.wake()
    assert (calls(stage), stage.told) == ([], [])


# --- restores of many ---


def test_a_restore_waits_for_its_turn_among_the_services_of_its_place(stage: Stage) -> None:
    stage.register(WEB.beside("api"))
    away = replace(stage.record(), phase=Phase.ON_DEMAND, demand=4, not_before=START)
    stage.services.save(away)
    show(stage, running=0, desired=0, standby=4, on_demand=4)
    stage.wake(cause="survey")
    assert "waits for its turn" in stage.record().reason
    stage.later(60)
    stage.wake(cause="survey")
    assert stage.record().phase is Phase.RESTORING
    assert stage.record().restores == (stage.now,)
    assert stage.record().id.location == HERE


def test_a_pass_that_lost_its_race_starts_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    drought(stage)
    save = stage.services.save
    lost: list[bool] = []

    def race(record: object) -> object:
        if not lost:
            lost.append(True)
            raise ConflictError("Another pass was first.")
        return save(record)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.services, "save", race)
    stage.wake()
    assert calls(stage) == [UP]
