"""Whose a count is: what differs from our own last change is what users or autoscaling ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spot_failover.domain.decision import TRYING_SPOT, Decision, Remark
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Held, Phase, Record
from spot_failover.domain.scaling import Suspended
from spot_failover.domain.targets import UpdateService, changes, target
from spot_failover.domain.transitions import as_begun, current, moved
from tests.unit.domain.scene import NOW, Scene, ago

HELD = Held(0, 10, ago(61), confirmed=True)


@pytest.fixture
def scene() -> Scene:
    return Scene(Mode.STANDBY)


def demand(scene: Scene, record: Record, **shown: Any) -> int | None:
    return current(record, scene.twins(**shown), NOW).demand


def on_demand(scene: Scene, **more: Any) -> Record:
    return scene.record(Phase.ON_DEMAND, **{"demand": 10, "held": HELD, **more})


def test_what_we_set_ourselves_is_nobodys_wish(scene: Scene) -> None:
    assert demand(scene, on_demand(scene), desired=0, running=0, standby=10) == 10


@pytest.mark.parametrize(("standby", "expected"), [(14, 14), (6, 6)])
def test_autoscaling_of_the_standby_is_followed_both_ways_while_it_serves(
    scene: Scene, standby: int, expected: int
) -> None:
    assert demand(scene, on_demand(scene), desired=0, running=0, standby=standby) == expected


@pytest.mark.parametrize(("standby", "expected"), [(14, 14), (6, 10)])
def test_in_the_middle_of_a_change_only_more_counts(scene: Scene, standby: int, expected: int) -> None:
    record = replace(on_demand(scene), phase=Phase.RESTORING)
    assert demand(scene, record, desired=0, running=0, standby=standby) == expected


def test_a_standby_put_to_rest_by_terraform_is_no_wish_to_serve_nobody(scene: Scene) -> None:
    record = current(on_demand(scene), scene.twins(desired=0, running=0, standby=0), NOW)
    assert record.demand == 10
    wanted = target(Phase.ON_DEMAND, scene.twins(desired=0, running=0, standby=0), record, [], NOW)
    assert wanted.counts.standby == 10


def test_a_count_of_the_service_itself_is_the_owners_word(scene: Scene) -> None:
    assert demand(scene, on_demand(scene), desired=12, running=0, standby=10) == 12
    assert demand(scene, on_demand(scene), desired=4, running=0, standby=10) == 4


def test_what_a_scalable_target_keeps_within_its_limits_is_not_the_demand(scene: Scene) -> None:
    scaled = on_demand(scene, scaling=Suspended())
    assert demand(scene, scaled, desired=2, running=0, standby=10) == 10
    assert demand(scene, scaled, desired=12, running=0, standby=10) == 12


def test_an_answer_that_may_be_old_is_not_taken_for_a_wish(scene: Scene) -> None:
    fresh = on_demand(scene, held=replace(HELD, at=ago(59)))
    assert demand(scene, fresh, desired=6, running=0, standby=10) == 10


def test_a_call_that_may_not_have_been_made_is_not_taken_for_a_wish(scene: Scene) -> None:
    unknown = on_demand(scene, held=replace(HELD, confirmed=False))
    assert demand(scene, unknown, desired=6, running=0, standby=0) == 10


@pytest.mark.parametrize("held", [replace(HELD, confirmed=False), replace(HELD, at=ago(1))])
def test_more_than_we_ever_asked_for_is_followed_at_once(scene: Scene, held: Held) -> None:
    record = on_demand(scene, held=held)
    assert demand(scene, record, desired=12, running=0, standby=10) == 12
    assert demand(scene, record, desired=0, running=0, standby=12) == 12


def test_while_nothing_is_held_the_services_own_count_is_the_demand(scene: Scene) -> None:
    called_off = scene.record(Phase.FAILING_OVER, demand=6)
    assert demand(scene, called_off, desired=9, running=9) is None


# --- the record around it ---


def test_leaving_steady_notes_the_demand_and_coming_to_rest_forgets_it(scene: Scene) -> None:
    left = moved(scene.record(), Decision(Phase.FAILING_OVER, "."), scene.twins(running=4), NOW)
    assert left.demand == 10
    back = scene.record(demand=10, held=replace(HELD, spot=10, standby=0))
    assert moved(back, Decision(Phase.STEADY, "."), scene.twins(), NOW).held is None
    busy = moved(back, Decision(Phase.STEADY, "."), scene.twins(standby=2, on_demand=2), NOW)
    assert (busy.held, busy.demand) == (back.held, 10)


def test_what_was_raised_is_not_forgotten_over_an_old_answer(scene: Scene) -> None:
    raised = scene.record(held=Held(10, 1, ago(14), confirmed=True))
    assert moved(raised, Decision(Phase.STEADY, "."), scene.twins(), NOW).held == raised.held
    old = scene.record(held=Held(10, 1, ago(60), confirmed=True))
    assert moved(old, Decision(Phase.STEADY, "."), scene.twins(), NOW).held is None


def test_a_call_whose_answer_was_lost_is_known_by_what_it_did(scene: Scene) -> None:
    lost = scene.record(held=Held(10, 0, ago(60)))
    known = current(lost, scene.twins(), NOW).held
    assert known is not None
    assert known.confirmed
    never_made = current(scene.record(held=Held(10, 4, ago(60))), scene.twins(), NOW).held
    assert never_made == Held(10, 0, ago(60), confirmed=True)
    young = scene.record(held=Held(10, 0, ago(59)))
    assert current(young, scene.twins(), NOW).held == young.held


def test_a_wish_that_meets_a_lost_call_is_followed(scene: Scene) -> None:
    surging = scene.record(demand=10, held=Held(12, 0, ago(60)))
    assert demand(scene, surging, desired=11, running=11) == 11
    assert demand(scene, surging, desired=12, running=12) == 10


def test_what_was_begun_in_one_mode_is_ended_in_it(scene: Scene) -> None:
    away = on_demand(scene)
    switched = replace(away, policy=Scene().policy)
    begun = as_begun(switched).policy
    assert (begun.mode, begun.standby.service_name) == (Mode.STANDBY, "web-on-demand")
    assert as_begun(replace(switched, phase=Phase.STEADY, config=None)).policy.mode is Mode.SWITCH


def test_a_service_created_anew_keeps_knowing_the_standby_that_serves_for_it(scene: Scene) -> None:
    fresh = current(on_demand(scene), scene.twins(created_at=ago(10), standby=10, on_demand=10), NOW)
    assert (fresh.phase, fresh.held, fresh.demand) == (Phase.STEADY, replace(HELD, spot=10), None)


def test_each_try_of_the_day_is_noted_and_a_day_later_forgotten(scene: Scene) -> None:
    record = on_demand(scene, restores=(ago(86401), ago(3600)))
    tried = moved(record, Decision(Phase.RESTORING, TRYING_SPOT), scene.twins(), NOW)
    assert tried.restores == (ago(3600), NOW)
    theirs = moved(record, Decision(Phase.RESTORING, "Someone else did."), scene.twins(), NOW)
    assert theirs.restores == (ago(3600),)


def test_remarks_are_remembered_for_as_long_as_they_hold(scene: Scene) -> None:
    said = moved(scene.record(), Decision(Phase.STEADY, ".", remarks=(Remark("a", "."),)), None, NOW)
    assert said.told == {"a"}
    assert moved(said, Decision(Phase.STEADY, "."), None, NOW).told == frozenset()


# --- the calls ---


def test_what_comes_up_goes_out_before_what_may_go_down(scene: Scene) -> None:
    record = scene.record(Phase.FAILING_OVER, demand=10)
    shown = scene.twins(running=8, standby=8, on_demand=8)
    calls = changes(shown, target(Phase.FAILING_OVER, shown, record, [], NOW))
    assert calls == (
        UpdateService(desired=10, service_name="web-on-demand"),
        UpdateService(desired=4),
    )
    assert [call.lowers(shown) for call in calls] == [False, True]


def test_a_resting_standby_follows_the_last_completed_task_definition(scene: Scene) -> None:
    newer = scene.deployment(task_definition="web:2")
    resting = scene.twins()
    shown = replace(resting, deployments=(newer,))
    follow = UpdateService(task_definition="web:2", service_name="web-on-demand")
    assert changes(shown, target(Phase.STEADY, shown, scene.record(), [], NOW)) == (follow,)
    busy = replace(scene.twins(standby=1, on_demand=1), deployments=(newer,))
    assert changes(busy, target(Phase.STEADY, busy, scene.record(), [], NOW)) == ()


def test_a_standby_with_a_reserve_follows_while_spot_is_whole(scene: Scene) -> None:
    scene.policy = replace(scene.policy, standby=replace(scene.policy.standby, reserve=1))
    newer = scene.deployment(task_definition="web:2")
    whole = replace(scene.twins(standby=1, on_demand=1), deployments=(newer,))
    assert target(Phase.STEADY, whole, scene.record(), [], NOW).standby_task_definition == "web:2"
    short = replace(whole, running=9)
    assert target(Phase.STEADY, short, scene.record(), [], NOW).standby_task_definition == ""


def test_a_change_of_mode_waits_until_the_standby_is_at_rest(scene: Scene) -> None:
    held = replace(HELD, spot=10, standby=0)
    restoring = replace(on_demand(scene, held=held), phase=Phase.RESTORING)
    over = moved(restoring, Decision(Phase.STEADY, "."), scene.twins(), NOW)
    assert over.config is not None
    switched = replace(over, policy=Scene().policy)
    assert as_begun(switched).policy.mode is Mode.STANDBY
    rested = moved(as_begun(switched), Decision(Phase.STEADY, "."), scene.twins(), NOW)
    assert (rested.config, rested.held) == (None, None)
