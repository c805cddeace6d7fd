"""What is wanted in each phase, the calls that are missing, and whether they may go out."""

from dataclasses import replace

import pytest

from spot_failover.domain import applied
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.decision import Decision
from spot_failover.domain.record import Phase
from spot_failover.domain.service import Rollout
from spot_failover.domain.targets import UpdateService, changes, target
from spot_failover.domain.transitions import current, moved
from tests.unit.domain.scene import NOW, ON_DEMAND, SPOT, Scene, ago


def test_failing_over_asks_for_on_demand_once(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER)
    spot, done = scene.observation(), scene.observation(scene.deployment(ON_DEMAND))
    assert changes(spot, target(Phase.FAILING_OVER, spot, record, [], NOW)) == (
        UpdateService(strategy=ON_DEMAND),
    )
    assert changes(done, target(Phase.FAILING_OVER, done, record, [], NOW)) == ()


def test_restoring_asks_for_the_saved_strategy_exactly(scene: Scene) -> None:
    mixed = Strategy((StrategyItem("FARGATE", 1, 2), StrategyItem("FARGATE_SPOT", 4, 0)))
    record = scene.record(Phase.RESTORING)
    assert record.config is not None
    record = replace(record, config=replace(record.config, strategy=mixed))
    observation = scene.observation(scene.deployment(ON_DEMAND))
    assert changes(observation, target(Phase.RESTORING, observation, record, [], NOW)) == (
        UpdateService(strategy=mixed),
    )


def test_risky_rolling_settings_are_raised_in_the_same_call(scene: Scene) -> None:
    observation = scene.observation(rolling=Rolling(50, 100))
    record = scene.record(Phase.FAILING_OVER)
    assert changes(observation, target(Phase.FAILING_OVER, observation, record, [], NOW)) == (
        UpdateService(ON_DEMAND, Rolling(100, 200)),
    )


def test_raised_rolling_settings_are_put_back_after_the_rollout_and_then_forgotten(scene: Scene) -> None:
    raised = scene.observation(scene.deployment(ON_DEMAND), rolling=Rolling(100, 200))
    record = scene.record(Phase.ON_DEMAND, put_back=Rolling(50, 100))
    assert changes(raised, target(Phase.ON_DEMAND, raised, record, [], NOW)) == (
        UpdateService(rolling=Rolling(50, 100)),
    )
    rolling = replace(raised, deployments=(*raised.deployments, scene.deployment()))
    assert changes(rolling, target(Phase.ON_DEMAND, rolling, record, [], NOW)) == ()
    back = replace(raised, rolling=Rolling(50, 100))
    assert moved(record, Decision(Phase.ON_DEMAND, "."), back, NOW).put_back is None


def test_rolling_settings_that_someone_chose_meanwhile_are_left_alone(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(ON_DEMAND), rolling=Rolling(75, 125))
    record = moved(
        scene.record(Phase.ON_DEMAND, put_back=Rolling(50, 100)),
        Decision(Phase.ON_DEMAND, "."),
        observation,
        NOW,
    )
    assert changes(observation, target(Phase.ON_DEMAND, observation, record, [], NOW)) == ()


@pytest.mark.parametrize(("phase", "kept"), [(Phase.ON_DEMAND, True), (Phase.STEADY, False)])
def test_a_failover_that_lasts_is_remembered_longer_than_a_day(
    scene: Scene, phase: Phase, *, kept: bool
) -> None:
    """What is said of it belongs together."""
    began = scene.ago(2 * 86400)
    record = scene.record(phase, failovers=(began,))
    assert moved(record, Decision(phase, "."), scene.observation(), NOW).failovers == (
        (began,) if kept else ()
    )


@pytest.mark.parametrize("phase", [Phase.STEADY, Phase.ON_DEMAND])
def test_nothing_is_wanted_of_a_service_at_rest(scene: Scene, phase: Phase) -> None:
    observation = scene.observation()
    assert changes(observation, target(phase, observation, scene.record(phase), [], NOW)) == ()


# --- our own update, seen through lag, loss and the circuit breaker ---


def test_an_update_whose_outcome_is_unknown_is_repeated_after_a_minute_only(scene: Scene) -> None:
    observation = scene.observation()
    for seconds, allowed in [(1, False), (59, False), (60, True)]:
        assert applied.may_send(scene.applied(seconds, deployment=""), "c", observation, NOW) is allowed


def test_a_stale_answer_does_not_make_an_accepted_update_go_out_again(scene: Scene) -> None:
    assert not applied.may_send(scene.applied(5), "c", scene.observation(), NOW)


def test_another_change_need_not_wait(scene: Scene) -> None:
    assert applied.may_send(scene.applied(5), "d", scene.observation(), NOW)


def test_an_update_that_ecs_rolled_back_goes_out_once_more(scene: Scene) -> None:
    failed = scene.deployment(ON_DEMAND, running=0, id="ecs-svc/2", rollout=Rollout.FAILED)
    observation = scene.observation(scene.deployment(), failed)
    first = scene.applied(5)
    assert applied.may_send(first, "c", observation, NOW)
    assert applied.next_try(first, "c", observation) == 2
    assert not applied.may_send(replace(first, tries=2), "c", observation, NOW)


def test_tries_are_counted_whether_a_rollback_brings_the_old_deployment_back_or_a_new_one(
    scene: Scene,
) -> None:
    rolled_back = scene.deployment(id="ecs-svc/5", created_at=ago(1))
    observation = scene.observation(rolled_back, scene.deployment(ON_DEMAND, id="ecs-svc/2"))
    assert applied.next_try(scene.applied(30), "c", observation) == 2
    assert not applied.may_send(scene.applied(30, tries=2), "c", observation, NOW)


def test_after_two_tries_it_rests_for_ten_minutes_before_each_further_one(scene: Scene) -> None:
    observation = scene.observation(scene.deployment(id="ecs-svc/5"))
    assert not applied.may_send(scene.applied(599, tries=2), "c", observation, NOW)
    assert applied.may_send(scene.applied(600, tries=2), "c", observation, NOW)


def test_an_update_whose_answer_was_lost_is_recognised_by_what_it_did(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, applied=scene.applied(5, deployment=""))
    ours = scene.observation(scene.deployment(ON_DEMAND, id="ecs-svc/2"), scene.deployment())
    known = current(record, ours, NOW).applied
    assert known is not None
    assert known.deployment == "ecs-svc/2"
    assert current(record, scene.observation(), NOW) == record


def test_a_failed_on_demand_deployment_is_asked_for_again(scene: Scene) -> None:
    observation = scene.observation(
        scene.deployment(ON_DEMAND, running=3, id="ecs-svc/2", rollout=Rollout.FAILED)
    )
    record = scene.record(Phase.FAILING_OVER, applied=scene.applied(5))
    assert changes(observation, target(Phase.FAILING_OVER, observation, record, [], NOW)) == (
        UpdateService(ON_DEMAND),
    )


def test_a_deployment_of_another_task_definition_is_answered_anew(scene: Scene) -> None:
    theirs = scene.deployment(id="ecs-svc/7", created_at=ago(1), task_definition="web:2")
    observation = scene.observation(theirs, scene.deployment(ON_DEMAND, id="ecs-svc/2"))
    assert applied.may_send(scene.applied(30, tries=2), "c", observation, NOW)
    assert applied.next_try(scene.applied(30, tries=2), "c", observation) == 1


# --- the record ---


def test_the_original_is_captured_when_leaving_steady_and_dropped_when_restored(scene: Scene) -> None:
    observation = scene.observation(rolling=Rolling(50, 100))
    leaving = moved(scene.record(), Decision(Phase.FAILING_OVER, "."), observation, NOW)
    assert leaving.config is not None
    assert (leaving.config.strategy, leaving.config.on_demand, leaving.config.desired) == (
        SPOT,
        ON_DEMAND,
        10,
    )
    assert (leaving.since, leaving.scheduled, leaving.put_back) == (NOW, True, Rolling(50, 100))
    home = moved(replace(leaving, phase=Phase.RESTORING), Decision(Phase.STEADY, "."), observation, NOW)
    assert (home.config, home.scheduled, home.restored_at) == (None, False, NOW)


def test_a_newer_spot_strategy_of_the_owners_replaces_the_saved_one(scene: Scene) -> None:
    newer = Strategy((StrategyItem("FARGATE", 1, 2), StrategyItem("FARGATE_SPOT", 3)))
    observation = scene.observation(scene.deployment(newer))
    back = moved(
        scene.record(Phase.RESTORING), Decision(Phase.FAILING_OVER, ".", attempt=1), observation, NOW
    )
    assert back.config is not None
    assert (back.config.strategy, back.config.on_demand.items[0].base) == (newer, 2)


def test_a_deployment_of_others_that_we_only_watch_is_remembered(scene: Scene) -> None:
    watched = moved(scene.record(Phase.ON_DEMAND), Decision(Phase.RESTORING, "."), scene.observation(), NOW)
    assert watched.applied is not None
    assert (watched.applied.change, watched.applied.deployment) == ("", "ecs-svc/1")


def test_a_failed_restore_keeps_the_original(scene: Scene) -> None:
    record = scene.record(Phase.RESTORING)
    back = moved(record, Decision(Phase.FAILING_OVER, ".", attempt=1), scene.observation(), NOW)
    assert (back.config, back.attempt, back.applied) == (record.config, 1, None)


def test_a_service_that_was_created_again_starts_clean(scene: Scene) -> None:
    record = scene.record(Phase.ON_DEMAND, attempt=3, not_before=NOW)
    fresh = current(record, scene.observation(created_at=ago(10)), NOW)
    assert (fresh.phase, fresh.config, fresh.attempt, fresh.version) == (
        Phase.STEADY,
        None,
        0,
        record.version,
    )
    assert current(record, scene.observation(), NOW) == record
