"""The phases of services with a standby."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.capacity import Strategy
from spot_failover.domain.counts import counts
from spot_failover.domain.decision import DRIFT, Decision
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.phases import FAILOVER_OVERDUE, ON_DEMAND_SHORTAGE, next_phase
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Held, HoldKind, Operation, Phase, Record
from spot_failover.domain.service import Observation, Rollout
from spot_failover.domain.transitions import moved
from spot_failover.domain.twins import STANDBY_DIFFERS, may_claim
from tests.unit.domain.scene import NOW, SPOT, Scene, ago

SHORTAGE = EvidenceKind.ON_DEMAND_SHORTAGE
WEB_GROUP = ("arn:aws:elasticloadbalancing:eu-west-1:222233334444:targetgroup/web/1",)


@pytest.fixture
def scene() -> Scene:
    return Scene(Mode.STANDBY)


@pytest.fixture
def backfill() -> Scene:
    return Scene(Mode.BACKFILL)


def decide(
    record: Record, observation: Observation | None, evidence: list[Evidence] | None = None
) -> Decision:
    return next_phase(record, observation, evidence or [], record.policy, NOW)


def kinds(decision: Decision) -> list[str]:
    return [remark.kind for remark in decision.remarks]


# --- standby ---


def test_spot_evidence_with_missing_tasks_fails_over(scene: Scene) -> None:
    decision = decide(scene.record(), scene.twins(running=7), scene.evidence())
    assert (decision.phase, decision.trigger) == (Phase.FAILING_OVER, scene.evidence()[0])


def test_tasks_that_the_standby_still_runs_are_not_missing(scene: Scene) -> None:
    shown = scene.twins(running=7, standby=3, on_demand=3)
    assert decide(scene.record(), shown, scene.evidence()).phase is Phase.STEADY


def test_the_failover_is_over_when_the_standby_carries_all_and_spot_none(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, demand=10, held=Held(0, 10, ago(90), confirmed=True))
    shown = {"standby": 10, "running": 0}
    moving = decide(record, scene.twins(desired=3, on_demand=10, **shown))
    assert (moving.phase, moving.reason) == (
        Phase.FAILING_OVER,
        "Moving to on-demand: 10 of 10 tasks run in the standby, 0 on Spot.",
    )
    assert decide(record, scene.twins(desired=0, on_demand=9, **shown)).phase is Phase.FAILING_OVER
    over = decide(record, scene.twins(desired=0, on_demand=10, **shown))
    assert over.phase is Phase.ON_DEMAND
    assert over.not_before is not None
    assert over.not_before > NOW


def test_a_failover_that_takes_long_is_told_and_goes_on(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, demand=10, held=Held(10, 10, ago(599)), since=ago(599))
    shown = scene.twins(running=0, standby=10, on_demand=4)
    assert kinds(decide(record, shown)) == []
    late = decide(replace(record, since=ago(600)), shown)
    assert (late.phase, kinds(late)) == (Phase.FAILING_OVER, [FAILOVER_OVERDUE])


def test_spot_that_recovered_before_anything_was_changed_is_left_alone(scene: Scene) -> None:
    assert decide(scene.record(Phase.FAILING_OVER), scene.twins()).phase is Phase.STEADY
    begun = scene.record(Phase.FAILING_OVER, demand=10, held=Held(10, 10, ago(5)))
    assert decide(begun, scene.twins()).phase is Phase.FAILING_OVER


def test_where_on_demand_is_short_and_spot_serves_again_spot_is_kept(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, demand=10, held=Held(10, 10, ago(50), confirmed=True))
    shown = scene.twins(standby=10, on_demand=2)
    decision = decide(record, shown, scene.evidence(SHORTAGE))
    assert (decision.phase, kinds(decision)) == (Phase.RESTORING, [ON_DEMAND_SHORTAGE])
    assert decide(record, shown).phase is Phase.FAILING_OVER
    assert decide(replace(record, since=ago(600)), shown).phase is Phase.RESTORING
    bad = [*scene.evidence(SHORTAGE), *scene.evidence()]
    assert decide(record, shown, bad).phase is Phase.FAILING_OVER


def on_demand(scene: Scene, **more: Any) -> Record:
    at_rest = {"demand": 10, "held": Held(0, 10, ago(900), confirmed=True), "not_before": ago(1)}
    return scene.record(Phase.ON_DEMAND, **{**at_rest, **more})


def test_spot_is_tried_once_the_backoff_is_over(scene: Scene) -> None:
    shown = scene.twins(desired=0, running=0, standby=10, on_demand=10)
    waiting = on_demand(scene, not_before=NOW + timedelta(seconds=1))
    assert decide(waiting, shown).phase is Phase.ON_DEMAND
    decision = decide(on_demand(scene), shown)
    assert (decision.phase, decision.starts_restore) == (Phase.RESTORING, True)
    lacking = scene.twins(desired=0, running=0, standby=10, on_demand=9)
    assert decide(on_demand(scene, not_before=ago(599)), lacking).phase is Phase.ON_DEMAND
    assert decide(on_demand(scene, not_before=ago(600)), lacking).phase is Phase.RESTORING


def test_spot_is_tried_four_times_a_day_and_no_more(scene: Scene) -> None:
    shown = scene.twins(desired=0, running=0, standby=10, on_demand=10)
    tries = tuple(ago(3600 * hours) for hours in (23, 12, 6, 3))
    waiting = decide(on_demand(scene, restores=tries), shown)
    assert waiting.phase is Phase.ON_DEMAND
    assert waiting.reason.startswith("Spot was tried 4 times within a day")
    assert decide(on_demand(scene, restores=(ago(86400), *tries[1:])), shown).phase is Phase.RESTORING


def test_a_drained_service_comes_home_without_its_backoff(scene: Scene) -> None:
    shown = scene.twins(desired=0, running=0, standby=10, on_demand=10)
    later = NOW + timedelta(hours=1)
    record = on_demand(scene, operation=Operation.DRAIN, not_before=later, since=ago(60))
    assert decide(record, shown).phase is Phase.RESTORING
    assert decide(replace(record, since=ago(59)), shown).phase is Phase.ON_DEMAND
    steady = scene.record(operation=Operation.DRAIN)
    assert decide(steady, scene.twins(running=5), scene.evidence()).phase is Phase.STEADY


def test_without_its_standby_a_service_on_demand_goes_back_at_once(scene: Scene) -> None:
    alone = replace(scene.twins(desired=0, running=0), standby=None)
    later = NOW + timedelta(hours=1)
    assert decide(on_demand(scene, not_before=later), alone).phase is Phase.RESTORING


def restoring(scene: Scene, seconds: float = 600, **more: Any) -> Record:
    # Only Spot's own count begins the window anew; the standby's was touched a minute ago.
    held = Held(10, 10, ago(60), confirmed=True, spot_at=ago(seconds))
    return scene.record(Phase.RESTORING, **{"demand": 10, "held": held, "since": ago(900), **more})


WHOLE = {"standby": 10, "on_demand": 10}


def test_a_restore_counts_once_all_spot_tasks_have_held_for_the_window(scene: Scene) -> None:
    assert decide(restoring(scene, 599), scene.twins(**WHOLE)).phase is Phase.RESTORING
    assert decide(restoring(scene), scene.twins(**WHOLE)).phase is Phase.STEADY
    young = replace(scene.twins(**WHOLE), wanted=10, held=9)
    assert decide(restoring(scene), young).phase is Phase.RESTORING


def test_a_restore_that_spot_fails_goes_back(scene: Scene) -> None:
    decision = decide(restoring(scene, 60), scene.twins(running=8, **WHOLE), scene.evidence())
    assert (decision.phase, decision.attempt) == (Phase.FAILING_OVER, 1)


def test_a_restore_whose_tasks_do_not_all_come_up_goes_back(scene: Scene) -> None:
    assert decide(restoring(scene, 599), scene.twins(running=8, **WHOLE)).phase is Phase.RESTORING
    late = decide(restoring(scene), scene.twins(running=8, **WHOLE))
    assert late.phase is Phase.FAILING_OVER
    assert "Only 8 of 10 Spot tasks run after 600 s" in late.reason


def test_a_restore_cannot_go_back_to_a_standby_that_is_gone(scene: Scene) -> None:
    gone = with_standby(scene, status="INACTIVE")
    assert decide(restoring(scene), gone, scene.evidence()).phase is Phase.RESTORING


def test_a_stuck_rollout_of_the_owners_does_not_hold_a_restore_up(scene: Scene) -> None:
    stuck = scene.deployment(running=0, rollout=Rollout.IN_PROGRESS, id="ecs-svc/2")
    shown = scene.twins(**WHOLE)
    shown = replace(shown, deployments=(stuck, *shown.deployments))
    assert decide(restoring(scene), shown).phase is Phase.STEADY


def test_a_canary_alone_is_no_restore(scene: Scene) -> None:
    record = restoring(scene, 700)
    assert decide(record, scene.twins(desired=2, running=2, **WHOLE)).phase is Phase.RESTORING


# --- backfill ---


def test_a_noticed_task_is_backfilled_and_given_back(backfill: Scene) -> None:
    noticed = backfill.evidence(EvidenceKind.SPOT_INTERRUPTION, 5, count=2)
    begun = decide(backfill.record(), backfill.twins(), noticed)
    assert (begun.phase, begun.reason) == (
        Phase.FAILING_OVER,
        "Spot lacks 2 of 10 tasks: on-demand tasks take their place.",
    )
    record = backfill.record(Phase.FAILING_OVER, held=Held(10, 2, ago(90), confirmed=True))
    gone = backfill.evidence(EvidenceKind.SPOT_INTERRUPTION, 200, count=2)
    covered = decide(record, backfill.twins(running=8, standby=2, on_demand=2), gone)
    assert covered.phase is Phase.ON_DEMAND
    back = decide(record, backfill.twins(standby=2, on_demand=2), [])
    assert back.phase is Phase.ON_DEMAND
    assert decide(record, backfill.twins(standby=0), []).phase is Phase.STEADY


def test_a_fall_is_noted_once_for_as_long_as_it_lasts(backfill: Scene) -> None:
    half = backfill.twins(running=5)
    fallen = decide(backfill.record(), half, backfill.evidence())
    assert fallen.fallen
    noted = moved(backfill.record(), fallen, half, NOW)
    assert (noted.falls, noted.fallen) == ((NOW,), True)
    again = moved(noted, decide(noted, half, backfill.evidence()), half, NOW)
    assert again.falls == (NOW,)
    assert not decide(noted, backfill.twins(running=6), backfill.evidence()).fallen


def test_it_says_why_half_of_the_tasks_stay_on_demand(backfill: Scene) -> None:
    record = backfill.record(
        Phase.ON_DEMAND, held=Held(10, 5, ago(900), confirmed=True), falls=(ago(7200), ago(60))
    )
    decision = decide(record, backfill.twins(standby=5, on_demand=5))
    assert decision.phase is Phase.ON_DEMAND
    assert "failed this service 2 times within a day" in decision.reason


def test_a_drill_is_no_fall(backfill: Scene) -> None:
    shown = backfill.twins(desired=1, running=1)
    assert not decide(backfill.record(), shown, backfill.evidence(drill=True)).fallen


def test_nothing_is_raised_for_a_service_on_its_way_out(backfill: Scene) -> None:
    leaving = backfill.record(leaving=ago(1))
    assert decide(leaving, backfill.twins(running=6), backfill.evidence()).phase is Phase.STEADY
    assert counts(Phase.STEADY, leaving, backfill.twins(running=6), backfill.evidence(), NOW).standby == 0


def test_a_service_under_its_own_dry_run_may_leave(scene: Scene) -> None:
    record = on_demand(scene, policy=replace(scene.policy, dry_run=True), leaving=ago(300))
    shown = scene.twins(desired=0, running=0, standby=10, on_demand=10)
    assert decide(record, shown).forget
    assert not decide(replace(record, leaving=ago(299)), shown).forget
    # The hub's dry run will end, and then it can come home.
    under_the_hubs = on_demand(scene, operation=Operation.DRY_RUN, leaving=ago(300))
    assert not decide(under_the_hubs, shown).forget


def test_one_answer_without_a_service_that_is_away_forgets_nothing(scene: Scene) -> None:
    assert not decide(on_demand(scene, leaving=ago(3899)), None).forget
    assert decide(on_demand(scene, leaving=ago(3900)), None).forget
    assert decide(scene.record(leaving=ago(300)), None).forget


def test_a_slow_start_is_not_backfilled(backfill: Scene) -> None:
    assert decide(backfill.record(), backfill.twins(running=4)).phase is Phase.STEADY


# --- what a standby must be ---


def blocked(scene: Scene, observation: Observation, **record: Any) -> str:
    decision = decide(scene.record(**record), observation, scene.evidence())
    assert decision.hold is not None
    assert (decision.hold.kind, decision.phase) == (HoldKind.BLOCKED, Phase.STEADY)
    return decision.reason


def with_standby(scene: Scene, **more: Any) -> Observation:
    shown = scene.twins(running=7)
    assert shown.standby is not None
    return replace(shown, standby=replace(shown.standby, **more))


def test_a_standby_that_does_not_exist_is_said(scene: Scene) -> None:
    assert "does not exist" in blocked(scene, replace(scene.twins(), standby=None))
    assert "does not exist" in blocked(scene, with_standby(scene, status="INACTIVE"))


def test_a_standby_that_runs_tasks_already_is_not_taken_on(scene: Scene) -> None:
    busy = with_standby(scene, desired=3)
    assert not may_claim(scene.record(claimed=""), busy)
    assert "has desired count 3 already" in blocked(scene, busy, claimed="")
    assert may_claim(scene.record(claimed=""), scene.twins())


def test_a_standby_has_one_owner(scene: Scene) -> None:
    assert "another service's standby already" in blocked(scene, scene.twins(), claimed="")


def test_a_standby_on_spot_is_refused(scene: Scene) -> None:
    shown = scene.twins()
    assert shown.standby is not None
    on_spot = replace(shown.standby, deployments=(scene.deployment(SPOT),))
    assert "uses FARGATE_SPOT itself" in blocked(scene, replace(shown, standby=on_spot))


def test_service_connect_is_refused(scene: Scene) -> None:
    assert "Service Connect" in blocked(scene, replace(scene.twins(), service_connect=True))
    assert "Service Connect" in blocked(scene, with_standby(scene, service_connect=True))


@pytest.mark.parametrize(
    ("what", "named"),
    [({"controller": "CODE_DEPLOY"}, "CODE_DEPLOY"), ({"deployment_strategy": "CANARY"}, "CANARY")],
)
def test_blue_green_behind_a_load_balancer_is_refused(scene: Scene, what: dict[str, Any], named: str) -> None:
    assert named in blocked(scene, replace(scene.twins(), target_groups=WEB_GROUP, **what))
    queue_worker = replace(scene.twins(running=7), **what)
    assert decide(scene.record(), queue_worker, scene.evidence()).phase is Phase.FAILING_OVER


def test_a_deployment_controller_that_shows_no_deployments_is_no_obstacle(scene: Scene) -> None:
    external = replace(
        scene.twins(running=7),
        running=7,
        deployments=(),
        own_strategy=SPOT,
        controller="EXTERNAL",
    )
    assert decide(scene.record(), external, scene.evidence()).phase is Phase.FAILING_OVER


def test_what_the_standby_lacks_matters_before_a_failover_only(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, demand=10, held=Held(10, 10, ago(5)))
    assert decide(record, replace(scene.twins(running=3), service_connect=True)).hold is None


def test_differences_and_drift_are_remarked_while_all_is_well(scene: Scene) -> None:
    other = with_standby(scene, network=("subnet-2",), target_groups=WEB_GROUP)
    remarks = decide(scene.record(), other).remarks
    assert [remark.kind for remark in remarks] == [STANDBY_DIFFERS]
    assert "subnets or security groups and target groups" in remarks[0].reason
    assert kinds(decide(scene.record(), scene.twins(standby=3, on_demand=3))) == [DRIFT]
    [drift] = decide(scene.record(), scene.twins(desired=0, running=0, standby=3, on_demand=3)).remarks
    assert "Set the service's own desired count to 3" in drift.reason
    held = Held(10, 3, ago(5), confirmed=True)
    assert kinds(decide(scene.record(held=held), scene.twins(standby=3, on_demand=3))) == []


def test_a_service_without_spot_has_nothing_to_protect(scene: Scene, backfill: Scene) -> None:
    for either in (scene, backfill):
        shown = either.observation(either.deployment(Strategy()), desired=10, standby=either.twins().standby)
        assert "nothing to protect" in decide(either.record(), shown, either.evidence()).reason


@pytest.mark.parametrize("mode", [Mode.STANDBY, Mode.BACKFILL])
def test_an_unregistered_service_leaves_when_its_standby_is_at_rest(mode: Mode) -> None:
    scene = Scene(mode)
    leaving = scene.record(leaving=ago(301))
    assert decide(leaving, scene.twins()).forget
    held = Held(10, 4, ago(5), confirmed=True)
    assert not decide(replace(leaving, held=held), scene.twins(standby=4, on_demand=4)).forget
