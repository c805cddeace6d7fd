"""Mode standby: a balanced and scaled service moves to its standby in a drought, and comes home."""

from __future__ import annotations

from collections import Counter

from tests.e2e.drought import API_TASKS, REHEARSED_TASKS, Drought

SUSPENSIONS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


def test_a_resting_standby_follows_the_service_s_task_definition(drought: Drought) -> None:
    assert [
        call["request"]["taskDefinition"]
        for call in drought.api.standby.calls("UpdateService")
        if "taskDefinition" in call["request"]
    ] == [drought.new_task_definition]


def test_where_on_demand_is_short_too_it_is_told_and_what_runs_on_spot_is_kept(drought: Drought) -> None:
    assert "On-demand capacity is short as well" in drought.shortage["reason"]
    assert drought.kept_on_spot == ((API_TASKS, API_TASKS), (API_TASKS - 2, 0))
    requests = [call["request"] for call in drought.calls_in_the_shortage]
    assert {request["service"] for request in requests} == {drought.api.standby.name}


def test_in_a_drought_the_standby_serves_alone(drought: Drought) -> None:
    assert drought.api_counts == ((0, API_TASKS), (0, API_TASKS))


def test_autoscaling_is_suspended_meanwhile_and_restored_as_it_was_found(drought: Drought) -> None:
    before, during, after = drought.scaling_before, drought.scaling_during, drought.scaling_after
    api, standby = drought.api.spot.name, drought.api.standby.name
    assert before[api]["SuspendedState"] == dict(zip(SUSPENSIONS, (False, False, True), strict=True))
    assert during == {**before, api: {**before[api], "SuspendedState": dict.fromkeys(SUSPENSIONS, True)}}
    assert after == before
    calls = drought.calls(drought.api, "RegisterScalableTarget")
    assert [call["service"] for call in calls] == [api, api]
    for call in calls:
        assert not call["request"].keys() & {"MinCapacity", "MaxCapacity"}
    assert not [call for call in calls if call["service"] == standby]


def test_no_call_stops_a_task_that_was_needed(drought: Drought) -> None:
    lowerings = list(drought.api.lowerings())
    assert {lowering.service for lowering in lowerings} == {drought.api.spot.name, drought.api.standby.name}
    for lowering in lowerings:
        serving = lowering.before.serving
        assert serving - lowering.stops_at_most >= min(API_TASKS, serving), lowering


def test_on_the_way_home_all_tasks_serve_all_the_time(drought: Drought) -> None:
    on_the_way = [load for load in drought.api.loads() if load.at >= drought.calm_at]
    assert on_the_way[-1].desired == {drought.api.spot.name: API_TASKS, drought.api.standby.name: 0}
    assert min(load.serving for load in on_the_way) >= API_TASKS


def test_every_step_is_told_once(drought: Drought) -> None:
    told = drought.told(drought.api)
    # Its backoff may have been over before the drought was.
    tries = 1 + told["Service Restore Failed"]
    assert told == Counter(
        {
            "Service Failing Over": 1,
            "On Demand Shortage": 1,
            "Service On Demand": tries,
            "Service Restoring": tries,
            "Service Restore Failed": tries - 1,
            "Service Restored": 1,
        }
    )


def test_a_drill_moves_it_although_no_task_is_missing(drought: Drought) -> None:
    assert drought.drilled["event"]["drill"]
    assert drought.drilled_counts == ((0, REHEARSED_TASKS), (0, REHEARSED_TASKS))
    lowerings = list(drought.rehearsed.lowerings())
    assert len(lowerings) >= 2
    for lowering in lowerings:
        assert lowering.before.serving - lowering.stops_at_most >= REHEARSED_TASKS, lowering
