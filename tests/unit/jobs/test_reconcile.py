"""One pass: what it calls, what it saves, what it tells, and what faults do to it."""

import logging
from dataclasses import replace

import pytest

from spot_failover.adapters.wakeups import Survey
from spot_failover.domain.capacity import Rolling
from spot_failover.domain.errors import (
    AccessDeniedError,
    ConflictError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreachableError,
    UnreadableItemError,
)
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.metric import Metric
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import HoldKind, Message, Operation, Phase, Record
from spot_failover.domain.targets import UpdateService
from spot_failover.jobs.reconcile import WakeUp
from tests.unit.jobs.stage import HERE, SPOT, WEB, Stage


class FunctionDiesError(BaseException):
    """What no pass may catch: the process ends here."""


def test_a_drought_is_answered_by_one_description_and_one_update(stage: Stage) -> None:
    stage.drought()
    stage.wake()
    assert stage.ecs.described == 1
    assert stage.ecs.updates == [(WEB, UpdateService(strategy=SPOT.on_demand(10)))]
    record = stage.record()
    assert (record.phase, record.scheduled) == (Phase.FAILING_OVER, True)
    assert record.applied is not None
    assert (record.applied.replaces, record.applied.deployment) == ("ecs-svc/1", "ecs-svc/2")
    assert stage.told == ["Service Failing Over"]


def test_a_duplicate_wake_up_costs_no_call(stage: Stage) -> None:
    stage.drought()
    sent_before = stage.now
    stage.later(5)
    stage.wake()
    calls = stage.ecs.described
    stage.reconcile(WakeUp(WEB, "spot_placement_failure", "event-1", sent_before), stage.now)
    assert stage.ecs.described == calls


def test_a_stale_answer_after_the_update_starts_no_second_deployment(stage: Stage) -> None:
    stage.drought()
    for _ in range(5):
        stage.wake()
        stage.later(10)
    assert len(stage.ecs.updates) == 1


def test_the_intent_is_saved_before_the_call(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [FunctionDiesError()]
    with pytest.raises(FunctionDiesError):
        stage.wake()
    record = stage.record()
    assert record.phase is Phase.FAILING_OVER
    assert record.applied is not None
    assert record.applied.deployment == ""
    assert [message.detail_type for message in record.outbox] == ["Service Failing Over", "Service Change"]
    assert stage.told == []


def test_after_a_crash_in_the_call_the_next_pass_waits_a_minute_and_then_repeats_it(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [FunctionDiesError()]
    with pytest.raises(FunctionDiesError):
        stage.wake()
    stage.later(59)
    stage.wake()
    assert stage.ecs.updates == []
    assert stage.told == ["Service Failing Over"]
    stage.later(1)
    stage.wake()
    assert len(stage.ecs.updates) == 1
    assert stage.told == ["Service Failing Over"]


def test_a_throttled_update_is_repeated_by_the_next_tick_without_waiting_a_minute(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [ThrottledError("ECS asks us to slow down.")]
    stage.wake()
    record = stage.record()
    assert (record.phase, record.last_error) == (Phase.FAILING_OVER, "ECS asks us to slow down.")
    assert stage.metrics.counts["FailedPasses"] == 1
    stage.wake()
    assert stage.ecs.updates == []
    stage.later(30)
    stage.wake()
    assert len(stage.ecs.updates) == 1
    assert stage.record().last_error == ""


def test_an_update_of_unknown_outcome_is_not_repeated_within_a_minute(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [UnreachableError("ECS did not answer.")]
    stage.wake()
    stage.later(40)
    stage.wake()
    assert stage.ecs.updates == []
    stage.later(20)
    stage.wake()
    assert len(stage.ecs.updates) == 1


@pytest.mark.parametrize(
    "fault",
    [
        AccessDeniedError("The role CentralSpotAutomationRole in 222233334444 cannot be assumed."),
        ThrottledError("ECS asks us to slow down."),
        UnreachableError("ECS did not answer."),
    ],
)
def test_a_fault_is_noted_told_once_and_never_raised(stage: Stage, fault: SpotFailoverError) -> None:
    for _ in range(3):
        stage.ecs.describe_faults = [fault]
        stage.wake()
        stage.later(30)
    record = stage.record()
    assert record.last_error == str(fault)
    assert record.phase is Phase.STEADY
    assert stage.metrics.counts["FailedPasses"] == 3
    stage.wake()
    assert stage.told == ["Service Fault"]
    assert stage.outbox.sent[0].detail["reason"] == str(fault)
    assert stage.record().last_error == ""


def test_a_failover_that_fails_is_told_at_once_with_its_fault(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [AccessDeniedError("The spoke role may not update the service.")]
    stage.wake()
    assert stage.told == ["Service Failing Over", "Service Fault"]
    assert stage.record().outbox == ()


def test_an_unreadable_record_is_logged_and_holds_nobody_up(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(service: object) -> Record:
        raise UnreadableItemError("The item cannot be read.")

    stage.services.load = unreadable  # type: ignore[method-assign]
    stage.wake()
    assert "cannot be used" in caplog.text
    assert stage.metrics.counts["FailedPasses"] == 1


def test_many_events_from_an_unknown_place_ask_for_one_survey_in_ten_minutes() -> None:
    stage = Stage()
    for event in range(20):
        stage.wake(cause_id=f"event-{event}")
    assert len(stage.queue.take()) == 1


def test_a_refused_update_blocks_the_service_with_the_reason_of_aws_and_is_told_once(stage: Stage) -> None:
    stage.drought()
    refusal = "ECS refused UpdateService: capacity provider FARGATE is not associated with cluster shop."
    for _ in range(3):
        stage.ecs.update_faults = [RefusedError(refusal)]
        stage.wake()
        stage.later(60)
    hold = stage.record().hold
    assert hold is not None
    assert (hold.kind, hold.reason) == (HoldKind.BLOCKED, refusal)
    assert stage.told == ["Service Failing Over", "Service Blocked"]
    stage.wake()
    assert len(stage.ecs.updates) == 1
    assert stage.record().hold is None


def test_messages_that_could_not_be_sent_are_sent_by_the_next_pass(stage: Stage) -> None:
    stage.drought()
    stage.outbox.down = True
    stage.wake()
    assert len(stage.ecs.updates) == 1
    assert [message.detail_type for message in stage.record().outbox] == [
        "Service Failing Over",
        "Service Change",
    ]
    stage.outbox.down = False
    stage.later(30)
    stage.wake()
    assert stage.told == ["Service Failing Over"]
    assert stage.record().outbox == ()
    assert len(stage.ecs.updates) == 1


def test_a_pass_that_nobody_hears_of_is_a_completed_pass(stage: Stage) -> None:
    """Else every wake-up of a fleet whose topic is gone would be held back as after a fault."""
    stage.drought()
    stage.outbox.down = True
    stage.wake()
    record = stage.record()
    assert (record.passed_at, record.retry_at, record.last_error) == (stage.now, None, "")
    assert stage.metrics.counts["FailedPasses"] == 0


def test_a_conflict_makes_the_pass_start_over_from_what_is_there(stage: Stage) -> None:
    stage.drought()
    saves = 0
    save = stage.services.save

    def contested(record: Record) -> Record:
        nonlocal saves
        saves += 1
        if saves == 1:
            raise ConflictError("Someone else was first.")
        return save(record)

    stage.services.save = contested  # type: ignore[method-assign]
    stage.wake()
    assert len(stage.ecs.updates) == 1
    assert stage.record().phase is Phase.FAILING_OVER


def test_two_conflicts_in_a_row_end_the_pass_without_a_call(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.drought()

    def contested(record: Record) -> Record:
        raise ConflictError("Someone else was first.")

    stage.services.save = contested  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING):
        stage.wake()
    assert stage.ecs.updates == []
    assert "Another pass is working on" in caplog.text


@pytest.mark.parametrize("by", ["policy", "hub"])
def test_a_dry_run_calls_nothing_and_says_once_what_it_would_do(by: str) -> None:
    stage = Stage(Operation.DRY_RUN if by == "hub" else Operation.ACTIVE)
    stage.register(policy=Policy(dry_run=by == "policy"))
    stage.drought()
    for _ in range(3):
        stage.later(5)
        stage.placement_failure(f"event at {stage.now}")
        stage.wake()
    assert stage.ecs.updates == []
    assert stage.told == ["Service Dry Run"]
    assert "The service would go to failing_over" in stage.outbox.sent[0].detail["reason"]
    assert stage.record().phase is Phase.STEADY


def test_rolling_settings_that_would_lose_tasks_are_raised_with_the_switch_and_put_back_after_it(
    stage: Stage,
) -> None:
    stage.drought()
    stage.ecs.shown[WEB] = stage.observation(running=3, rolling=Rolling(0, 100))
    stage.wake()
    assert stage.ecs.updates[0][1] == UpdateService(SPOT.on_demand(10), Rolling(100, 200))
    stage.later(120)
    stage.ecs.shown[WEB] = stage.observation(SPOT.on_demand(10), rolling=Rolling(100, 200))
    stage.wake()
    assert stage.ecs.updates[1:] == [(WEB, UpdateService(rolling=Rolling(0, 100)))]
    stage.later(60)
    stage.ecs.shown[WEB] = stage.observation(SPOT.on_demand(10), rolling=Rolling(0, 100))
    stage.wake()
    assert stage.record().put_back is None
    assert len(stage.ecs.updates) == 2


def test_an_unregistered_service_is_never_described_or_changed() -> None:
    stage = Stage()
    stage.drought()
    stage.wake()
    assert (stage.ecs.described, stage.ecs.updates, stage.told) == (0, [], [])


def test_an_unregistered_interruption_is_counted_once_for_all_its_events() -> None:
    stage = Stage()
    for event in ("notice", "stopping", "stopped"):
        stage.later(10)
        stage.evidence.add(
            WEB,
            Evidence(EvidenceKind.SPOT_INTERRUPTION, stage.now, event, "task 1", stopped=event == "stopped"),
        )
        stage.wake(cause="spot_interruption", cause_id=event)
    assert stage.metrics.counts["UnprotectedInterruptions"] == 1
    assert stage.metrics.about[Metric.UNPROTECTED_INTERRUPTIONS] == HERE


def test_an_event_from_an_unknown_account_makes_the_hub_look_for_its_spoke() -> None:
    stage = Stage()
    stage.wake()
    [message] = stage.queue.take()
    assert isinstance(message, Survey)
    assert (message.cause, message.location) == ("discovery", HERE)


def test_a_service_that_has_left_is_told_and_forgotten(stage: Stage) -> None:
    stage.services.mark_leaving(WEB, stage.now)
    stage.wake()
    stage.later(300)
    stage.wake()
    assert stage.services.load(WEB) is None
    assert stage.told == ["Service Left"]


def test_a_vanished_service_that_was_failed_over_is_let_go(stage: Stage) -> None:
    stage.drought()
    stage.wake()
    stage.ecs.shown[WEB] = stage.observation(status="INACTIVE")
    stage.later(60)
    stage.wake()
    assert stage.told == ["Service Failing Over", "Service Let Go"]
    assert (stage.record().phase, stage.record().config) == (Phase.STEADY, None)


def test_every_decision_is_logged_with_its_service_and_reason(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.drought()
    with caplog.at_level(logging.INFO):
        stage.wake()
    [line] = [record for record in caplog.records if record.name == "spot_failover.jobs.reconcile"]
    assert line.getMessage().startswith("ECS could not place tasks on Spot")
    logged = vars(line)
    assert (logged["account"], logged["region"], logged["cluster"]) == (WEB.account, WEB.region, WEB.cluster)
    assert (logged["ecs_service"], logged["phase"], logged["previous_phase"]) == (
        "web",
        "failing_over",
        "steady",
    )
    assert logged["action"] == "FARGATE=10+0 FARGATE_SPOT=0+0"


def test_the_same_message_keeps_its_id_when_a_pass_is_repeated() -> None:
    told: list[list[Message]] = []
    for _ in range(2):
        stage = Stage()
        stage.register()
        stage.drought()
        stage.wake()
        told.append(stage.outbox.sent)
    assert told[0][0].id == told[1][0].id
    assert replace(told[0][0], id="") == replace(told[1][0], id="")
