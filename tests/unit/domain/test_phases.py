"""When a service moves on: tables of scenes and the decisions they ask for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from spot_failover.domain.backoff import backoff
from spot_failover.domain.capacity import Strategy, StrategyItem
from spot_failover.domain.decision import DRIFT, Decision
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.news import has_news
from spot_failover.domain.phases import ON_DEMAND_SHORTAGE, next_phase
from spot_failover.domain.policy import Restore, Scale
from spot_failover.domain.record import HoldKind, Operation, Phase, Record
from spot_failover.domain.service import Observation, Rollout
from spot_failover.domain.transitions import moved
from tests.unit.domain.scene import NOW, ON_DEMAND, Scene, ago

FAILED = EvidenceKind.SPOT_TASK_START_FAILED
INTERRUPTED = EvidenceKind.SPOT_INTERRUPTION
STARTED = EvidenceKind.SPOT_TASK_STARTED


def decide(
    record: Record, observation: Observation | None, evidence: list[Evidence] | None = None
) -> Decision:
    return next_phase(record, observation, evidence or [], record.policy, NOW)


# --- steady ---


def test_calm_weather_changes_nothing(scene: Scene) -> None:
    assert decide(scene.record(), scene.observation()).phase is Phase.STEADY


def test_a_placement_failure_with_a_missing_task_fails_over_at_once(scene: Scene) -> None:
    decision = decide(scene.record(), scene.observation(running=9), scene.evidence())
    assert decision.phase is Phase.FAILING_OVER
    assert decision.reason == (
        "ECS could not place tasks on Spot (once within 300 s), and 1 of 10 tasks are missing."
    )
    assert decision.trigger == scene.evidence()[0]
    assert decision.attempt == 0


def test_evidence_without_a_missing_task_is_history(scene: Scene) -> None:
    assert decide(scene.record(), scene.observation(), scene.evidence(count=9)).phase is Phase.STEADY


def test_what_a_failover_left_and_nobody_remembers_is_told_and_wakes_the_service_once(scene: Scene) -> None:
    spared = scene.observation(scene.deployment(ON_DEMAND))
    record = scene.record()
    assert has_news(record, spared, NOW)
    decision = decide(record, spared)
    [drift] = decision.remarks
    assert drift.kind == DRIFT
    assert not has_news(moved(record, decision, spared, NOW), spared, NOW)
    never_spot = scene.observation(scene.deployment(Strategy((StrategyItem("FARGATE", 1),))))
    assert decide(record, never_spot).remarks == ()
    assert not has_news(record, never_spot, NOW)


def test_missing_tasks_without_evidence_are_not_the_fault_of_spot(scene: Scene) -> None:
    assert decide(scene.record(), scene.observation(running=0)).phase is Phase.STEADY


@pytest.mark.parametrize(
    ("kind", "count", "phase"),
    [
        (FAILED, 2, Phase.STEADY),
        (FAILED, 3, Phase.FAILING_OVER),
        (INTERRUPTED, 4, Phase.STEADY),
        (INTERRUPTED, 5, Phase.FAILING_OVER),
    ],
)
def test_task_level_failures_wait_for_their_threshold(
    scene: Scene, kind: EvidenceKind, count: int, phase: Phase
) -> None:
    evidence = scene.evidence(kind, count=count, lacks_capacity=True, seconds=200)
    assert decide(scene.record(), scene.observation(running=9), evidence).phase is phase


@pytest.mark.parametrize("stopped", [True, False])
def test_half_of_the_tasks_under_notice_is_enough_behind_a_load_balancer_too(
    scene: Scene, stopped: bool
) -> None:
    left = 2 if stopped else 4
    observation = scene.observation(scene.deployment(running=left, desired=4), desired=4)
    record = scene.record()
    circuit_breaker = replace(record.policy.thresholds, scale=Scale.CIRCUIT_BREAKER)
    record = replace(record, policy=replace(record.policy, thresholds=circuit_breaker))
    evidence = scene.evidence(INTERRUPTED, count=2, stopped=stopped)
    decision = decide(record, observation, evidence)
    assert decision.reason == "Spot is taking back 2 of 4 tasks at once, and 2 of 4 tasks are missing."


def test_half_of_the_running_tasks_under_notice_is_enough(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(running=4, desired=4), desired=4)
    record = scene.record()
    record = replace(
        record, policy=replace(record.policy, thresholds=replace(record.policy.thresholds, interruptions=50))
    )
    assert decide(record, observation, scene.evidence(INTERRUPTED, count=1)).phase is Phase.STEADY
    two = decide(record, observation, scene.evidence(INTERRUPTED, count=2))
    assert two.phase is Phase.FAILING_OVER
    assert two.reason == "Spot is taking back 2 of 4 tasks at once, and 2 of 4 tasks are missing."


def test_tasks_that_always_run_on_demand_are_not_missing_when_spots_are_taken_back(scene: Scene) -> None:
    strategy = Strategy((StrategyItem("FARGATE", 0, base=2), StrategyItem("FARGATE_SPOT", 1)))
    observation = scene.observation(scene.deployment(strategy, running=2, desired=6), desired=6)
    told = decide(scene.record(), observation, scene.evidence(INTERRUPTED, count=4)).reason
    assert told == "Spot is taking back 4 of 6 tasks at once, and 4 of 6 tasks are missing."


def test_a_service_of_one_task_fails_over_with_its_only_notice(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(running=1, desired=1), desired=1)
    assert decide(scene.record(), observation, scene.evidence(INTERRUPTED)).phase is Phase.FAILING_OVER


def test_a_rollout_starved_by_spot_fails_over_while_older_tasks_still_serve(scene: Scene) -> None:
    new = scene.deployment(running=2, id="ecs-svc/9", rollout=Rollout.IN_PROGRESS)
    old = scene.deployment(running=10)
    decision = decide(scene.record(), scene.observation(new, old), scene.evidence())
    assert decision.phase is Phase.FAILING_OVER
    assert "the rollout lacks tasks that Spot cannot place" in decision.reason


def test_a_drill_needs_no_missing_task(scene: Scene) -> None:
    decision = decide(scene.record(), scene.observation(), scene.evidence(drill=True))
    assert (decision.phase, "This is a drill" in decision.reason) == (Phase.FAILING_OVER, True)


def test_a_service_scaled_to_zero_is_left_alone_even_by_a_drill(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(running=0, desired=0), desired=0)
    assert decide(scene.record(), observation, scene.evidence(drill=True)).phase is Phase.STEADY


def test_evidence_from_before_the_present_phase_does_not_count(scene: Scene) -> None:
    record = scene.record(since=ago(5))
    assert decide(record, scene.observation(running=3), scene.evidence(seconds=10)).phase is Phase.STEADY


def test_a_queue_that_is_an_hour_late_is_not_a_drought(scene: Scene) -> None:
    evidence = scene.evidence(count=50, seconds=3600)
    assert decide(scene.record(), scene.observation(running=3), evidence).phase is Phase.STEADY


def test_a_service_without_spot_is_never_failed_over(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(ON_DEMAND, running=3))
    assert decide(scene.record(), observation, scene.evidence(count=5)).phase is Phase.STEADY


def test_a_service_that_fails_over_again_soon_after_a_restore_counts_a_further_attempt(scene: Scene) -> None:
    again = decide(
        scene.record(attempt=1, restored_at=ago(3000)), scene.observation(running=5), scene.evidence()
    )
    later = decide(
        scene.record(attempt=1, restored_at=ago(90000)), scene.observation(running=5), scene.evidence()
    )
    assert (again.attempt, later.attempt) == (2, 0)


# --- what mode switch cannot do ---


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"controller": "CODE_DEPLOY"}, "deployed by CODE_DEPLOY"),
        ({"controller": "EXTERNAL"}, "deployed by EXTERNAL"),
        ({"deployment_strategy": "BLUE_GREEN"}, "works with ROLLING deployments only"),
        ({"deployment_strategy": "CANARY"}, "works with ROLLING deployments only"),
    ],
)
def test_a_service_that_cannot_be_switched_is_blocked_with_the_reason(
    scene: Scene, change: dict[str, str], sentence: str
) -> None:
    decision = decide(scene.record(), scene.observation(running=0, **change), scene.evidence())
    assert decision.phase is Phase.STEADY
    assert decision.hold is not None
    assert decision.hold.kind is HoldKind.BLOCKED
    assert sentence in decision.reason


def test_a_launch_type_without_a_strategy_is_blocked_and_what_we_saved_is_let_go(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(Strategy()), launch_type="FARGATE")
    decision = decide(scene.record(Phase.ON_DEMAND), observation)
    assert decision.hold is not None
    assert (decision.phase, decision.let_go) == (Phase.STEADY, True)
    assert "uses launch type FARGATE" in decision.reason


@pytest.mark.parametrize("phase", list(Phase))
def test_one_answer_without_the_service_changes_nothing(scene: Scene, phase: Phase) -> None:
    decision = decide(scene.record(phase), None, scene.evidence())
    assert (decision.phase, decision.let_go, decision.forget) == (phase, False, False)
    assert "Nothing is changed" in decision.reason


@pytest.mark.parametrize("status", ["INACTIVE", "DRAINING"])
@pytest.mark.parametrize("phase", list(Phase))
def test_a_service_that_is_deleted_is_let_go_in_every_phase(scene: Scene, status: str, phase: Phase) -> None:
    observation = scene.observation(status=status, running=0)
    decision = decide(scene.record(phase), observation, scene.evidence())
    assert (decision.phase, decision.let_go, decision.forget) == (Phase.STEADY, True, False)


# --- failing over ---


def test_failing_over_lasts_until_the_on_demand_deployment_has_its_tasks(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, applied=scene.applied(30))
    old = scene.deployment(running=3)
    new = scene.deployment(ON_DEMAND, running=9, id="ecs-svc/2", rollout=Rollout.IN_PROGRESS)
    assert decide(record, scene.observation(new, old)).phase is Phase.FAILING_OVER
    short = replace(new, rollout=Rollout.COMPLETED)
    assert decide(record, scene.observation(short)).phase is Phase.FAILING_OVER
    running = replace(new, running=10)
    assert decide(record, scene.observation(running, old)).phase is Phase.FAILING_OVER
    done = decide(record, scene.observation(replace(running, rollout=Rollout.COMPLETED)))
    assert done.phase is Phase.ON_DEMAND
    assert done.not_before is not None
    assert timedelta(seconds=450) <= done.not_before - NOW <= timedelta(seconds=1350)


def test_an_on_demand_deployment_that_ecs_took_back_twice_is_blocked(scene: Scene) -> None:
    failed = scene.deployment(ON_DEMAND, running=0, id="ecs-svc/2", rollout=Rollout.FAILED)
    observation = scene.observation(scene.deployment(running=5), failed)
    once = decide(scene.record(Phase.FAILING_OVER, applied=scene.applied(30)), observation)
    twice = decide(scene.record(Phase.FAILING_OVER, applied=scene.applied(30, tries=2)), observation)
    assert once.hold is None
    assert twice.hold is not None
    assert twice.hold.kind is HoldKind.BLOCKED


# --- on demand ---


def test_an_on_demand_deployment_that_ecs_gave_up_without_rollback_is_tried_again_and_then_blocked(
    scene: Scene,
) -> None:
    given_up = scene.deployment(ON_DEMAND, running=4, id="ecs-svc/2", rollout=Rollout.FAILED)
    once = decide(scene.record(Phase.FAILING_OVER, applied=scene.applied(30)), scene.observation(given_up))
    twice = decide(
        scene.record(Phase.FAILING_OVER, applied=scene.applied(30, tries=2)), scene.observation(given_up)
    )
    assert (once.phase, once.hold) == (Phase.FAILING_OVER, None)
    assert twice.hold is not None
    assert "its tasks do not start on FARGATE either" in twice.reason


def test_spot_that_recovered_before_anything_was_changed_is_kept(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER)
    decision = decide(record, scene.observation())
    assert (decision.phase, decision.let_go) == (Phase.STEADY, True)
    drill = replace(record, event=scene.evidence(drill=True)[0])
    assert decide(drill, scene.observation()).phase is Phase.FAILING_OVER


def test_a_service_that_ecs_put_back_on_a_spot_that_serves_is_watched(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, applied=scene.applied(100, tries=2))
    decision = decide(record, scene.observation(scene.deployment(id="ecs-svc/9")))
    assert decision.phase is Phase.RESTORING


def on_demand(scene: Scene, **more: object) -> Observation:
    return scene.observation(scene.deployment(ON_DEMAND, id="ecs-svc/2"), **more)


def test_a_restore_waits_for_the_backoff(scene: Scene) -> None:
    record = scene.record(Phase.ON_DEMAND, not_before=NOW + timedelta(seconds=1))
    assert decide(record, on_demand(scene)).phase is Phase.ON_DEMAND
    assert decide(replace(record, not_before=NOW), on_demand(scene)).phase is Phase.RESTORING


def test_a_restore_waits_for_a_rollout_and_for_missing_tasks(scene: Scene) -> None:
    record = scene.record(Phase.ON_DEMAND, not_before=ago(1))
    busy = scene.observation(scene.deployment(ON_DEMAND, rollout=Rollout.IN_PROGRESS))
    assert decide(record, busy).phase is Phase.ON_DEMAND
    assert decide(record, on_demand(scene, running=9)).phase is Phase.ON_DEMAND


def test_a_failed_deployment_of_the_owners_holds_the_restore_and_says_so(scene: Scene) -> None:
    broken = scene.deployment(ON_DEMAND, running=0, id="ecs-svc/8", rollout=Rollout.FAILED)
    observation = scene.observation(broken, scene.deployment(ON_DEMAND))
    decision = decide(scene.record(Phase.ON_DEMAND, not_before=ago(1)), observation)
    assert decision.hold is not None
    assert "the service's last deployment failed" in decision.reason


def test_spot_put_back_by_someone_is_watched_like_a_restore(scene: Scene) -> None:
    record = scene.record(Phase.ON_DEMAND, not_before=NOW + timedelta(hours=1))
    assert decide(record, scene.observation()).phase is Phase.RESTORING


def test_a_service_taken_off_spot_by_someone_is_let_go(scene: Scene) -> None:
    mine = Strategy((StrategyItem("FARGATE", 1, 1),))
    decision = decide(scene.record(Phase.ON_DEMAND), scene.observation(scene.deployment(mine)))
    assert (decision.phase, decision.let_go) == (Phase.STEADY, True)


# --- restoring ---


def restoring(scene: Scene, seconds: float = 601, **more: object) -> Record:
    return scene.record(Phase.RESTORING, since=ago(seconds), applied=scene.applied(seconds), **more)


def spot_again(scene: Scene, running: int = 10, rollout: Rollout = Rollout.COMPLETED) -> Observation:
    new = scene.deployment(running=running, id="ecs-svc/2", rollout=rollout)
    old = scene.deployment(ON_DEMAND, running=10)
    return scene.observation(new, old) if running < 10 else scene.observation(new)


def test_a_restore_is_verified_only_after_its_window(scene: Scene) -> None:
    assert decide(restoring(scene, 599), spot_again(scene)).phase is Phase.RESTORING
    assert decide(restoring(scene, 600), spot_again(scene)).phase is Phase.STEADY


def test_one_lucky_task_is_not_recovery(scene: Scene) -> None:
    evidence = scene.evidence(STARTED, seconds=60)
    decision = decide(restoring(scene), spot_again(scene, running=1, rollout=Rollout.IN_PROGRESS), evidence)
    assert decision.phase is Phase.FAILING_OVER
    assert "Only 1 of 10 tasks" in decision.reason


def test_errors_in_the_window_postpone_the_verdict(scene: Scene) -> None:
    evidence = scene.evidence(INTERRUPTED, seconds=100, stopped=True)
    decision = decide(restoring(scene), spot_again(scene), evidence)
    assert decision.phase is Phase.RESTORING
    assert "not been calm enough" in decision.reason


def test_the_window_begins_with_the_deployment_however_late_the_call_went_out(scene: Scene) -> None:
    late = scene.deployment(id="ecs-svc/2", created_at=ago(60))
    assert decide(restoring(scene, 2000), scene.observation(late)).phase is Phase.RESTORING
    short = scene.deployment(id="ecs-svc/2", created_at=ago(60), running=2, rollout=Rollout.IN_PROGRESS)
    both = scene.observation(short, scene.deployment(ON_DEMAND))
    assert decide(restoring(scene, 2000), both).phase is Phase.RESTORING


def test_the_restore_window_bounds_the_errors_and_not_the_one_for_failing_over(scene: Scene) -> None:
    evidence = scene.evidence(INTERRUPTED, seconds=550, stopped=True)
    decision = decide(restoring(scene), spot_again(scene), evidence)
    assert decision.phase is Phase.RESTORING
    assert "1 Spot failures in the window" in decision.reason


def test_a_spot_deployment_that_ecs_gave_up_is_a_failed_restore(scene: Scene) -> None:
    decision = decide(restoring(scene, 60), spot_again(scene, running=4, rollout=Rollout.FAILED))
    assert (decision.phase, decision.attempt) == (Phase.FAILING_OVER, 1)


def test_a_second_drought_takes_the_restore_back_and_is_more_patient(scene: Scene) -> None:
    observation = spot_again(scene, running=4, rollout=Rollout.IN_PROGRESS)
    decision = decide(restoring(scene, 60, attempt=1), observation, scene.evidence(seconds=5))
    assert (decision.phase, decision.attempt) == (Phase.FAILING_OVER, 2)
    assert decision.reason.startswith(
        "The restore failed and is taken back: ECS could not place tasks on Spot"
    )


def test_a_restore_that_ecs_rolled_back_goes_on_demand_without_another_deployment(scene: Scene) -> None:
    failed = scene.deployment(running=0, id="ecs-svc/2", rollout=Rollout.FAILED)
    observation = scene.observation(scene.deployment(ON_DEMAND, id="ecs-svc/1"), failed)
    decision = decide(restoring(scene, 100), observation)
    assert (decision.phase, decision.attempt) == (Phase.ON_DEMAND, 1)
    assert decision.not_before is not None


def test_a_stale_answer_after_our_restore_is_waited_out(scene: Scene) -> None:
    stale = on_demand(scene)
    record = restoring(scene, 20, attempt=0)
    record = replace(record, applied=scene.applied(20, deployment="ecs-svc/3", replaces="ecs-svc/2"))
    assert decide(record, stale).phase is Phase.RESTORING


# --- dry run and leaving ---


@pytest.mark.parametrize("where", ["policy", "operation"])
def test_a_dry_run_says_what_would_happen_and_stays(scene: Scene, where: str) -> None:
    record = scene.record()
    if where == "policy":
        record = replace(record, policy=replace(record.policy, dry_run=True))
    else:
        record = replace(record, operation=Operation.DRY_RUN)
    decision = decide(record, scene.observation(running=5), scene.evidence())
    assert decision.phase is Phase.STEADY
    assert decision.hold is not None
    assert (decision.hold.kind, decision.hold.phase) == (HoldKind.DRY_RUN, Phase.FAILING_OVER)
    assert "The service would go to failing_over: ECS could not place" in decision.reason


def test_a_service_that_is_leaving_is_not_failed_over_and_is_forgotten_after_five_minutes(
    scene: Scene,
) -> None:
    early = decide(scene.record(leaving=ago(299)), scene.observation(running=2), scene.evidence())
    late = decide(scene.record(leaving=ago(300)), scene.observation(running=2), scene.evidence())
    assert (early.phase, early.forget, late.forget) == (Phase.STEADY, False, True)


def test_a_service_that_leaves_while_on_demand_is_restored_first(scene: Scene) -> None:
    record = scene.record(Phase.ON_DEMAND, not_before=ago(1), leaving=ago(200))
    assert decide(record, on_demand(scene)).phase is Phase.ON_DEMAND
    assert decide(replace(record, leaving=ago(300)), on_demand(scene)).phase is Phase.RESTORING


# --- backoff ---


def test_the_backoff_doubles_up_to_its_maximum_within_half_of_it(scene: Scene) -> None:
    for attempt, seconds in [(0, 900), (1, 1800), (3, 7200), (5, 10800), (60, 10800)]:
        wait = backoff(scene.record(attempt=attempt), Restore(), NOW).total_seconds()
        assert 0.5 * seconds <= wait <= 1.5 * seconds


def test_the_backoff_differs_between_services_and_not_between_passes(scene: Scene) -> None:
    record = scene.record()
    other = replace(record, id=replace(record.id, service="api"))
    assert (
        backoff(record, Restore(), NOW) == backoff(record, Restore(), NOW) != backoff(other, Restore(), NOW)
    )


# --- where on-demand capacity is short ---


def test_where_on_demand_never_suffices_and_spot_is_calm_spot_is_tried(scene: Scene) -> None:
    short = scene.observation(scene.deployment(ON_DEMAND, running=6, rollout=Rollout.IN_PROGRESS))
    shortage = scene.evidence(EvidenceKind.ON_DEMAND_SHORTAGE)
    waiting = scene.record(Phase.FAILING_OVER, since=ago(599))
    assert decide(waiting, short, shortage).phase is Phase.FAILING_OVER
    late = scene.record(Phase.FAILING_OVER, since=ago(600))
    assert decide(late, short).phase is Phase.FAILING_OVER
    assert decide(late, short, [*shortage, *scene.evidence()]).phase is Phase.FAILING_OVER
    tried = decide(late, short, shortage)
    assert (tried.phase, tried.attempt) == (Phase.RESTORING, 1)
    whole = scene.observation(scene.deployment(ON_DEMAND))
    assert decide(late, whole, shortage).phase is Phase.ON_DEMAND


def test_where_on_demand_is_short_too_what_runs_on_spot_is_kept_and_nothing_else_is(
    scene: Scene,
) -> None:
    both = [*scene.evidence(EvidenceKind.ON_DEMAND_SHORTAGE), *scene.evidence()]
    kept = decide(scene.record(), scene.observation(running=3), both)
    assert (kept.phase, kept.hold and kept.hold.kind) == (Phase.STEADY, HoldKind.BLOCKED)
    assert [remark.kind for remark in kept.remarks] == [ON_DEMAND_SHORTAGE]
    assert decide(scene.record(), scene.observation(running=0), both).phase is Phase.FAILING_OVER


def test_a_restore_does_not_wait_for_ever_for_on_demand_tasks(scene: Scene) -> None:
    short = scene.observation(scene.deployment(ON_DEMAND, running=8))
    assert decide(scene.record(Phase.ON_DEMAND, not_before=ago(599)), short).phase is Phase.ON_DEMAND
    assert decide(scene.record(Phase.ON_DEMAND, not_before=ago(600)), short).phase is Phase.RESTORING


def test_spot_is_tried_in_the_middle_of_a_failover_as_patiently_as_in_any_restore(scene: Scene) -> None:
    short = scene.observation(scene.deployment(ON_DEMAND, running=6, rollout=Rollout.IN_PROGRESS))
    shortage = scene.evidence(EvidenceKind.ON_DEMAND_SHORTAGE)

    def phase(*tries: float) -> Phase:
        restores = tuple(ago(seconds) for seconds in tries)
        late = scene.record(Phase.FAILING_OVER, since=ago(700), restores=restores)
        return decide(late, short, shortage).phase

    assert phase(899) is Phase.FAILING_OVER
    assert phase(900) is Phase.RESTORING
    assert phase(4000, 1799) is Phase.FAILING_OVER
    assert phase(4000, 1800) is Phase.RESTORING
    assert phase(80000, 70000, 60000, 50000) is Phase.FAILING_OVER
