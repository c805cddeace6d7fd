"""Mode backfill: the standby of a queue's workers runs exactly the tasks that Spot lacks."""

from __future__ import annotations

from tests.e2e.drought import WORKER_RESERVE, WORKER_TASKS, Drought


def test_it_runs_what_spot_lacks_and_spot_is_asked_for_all_tasks_all_the_time(drought: Drought) -> None:
    assert drought.worker_lacks_two == ((WORKER_TASKS, 2), (WORKER_TASKS - 2, 2))
    assert drought.worker_lacks_all == ((WORKER_TASKS, WORKER_TASKS), (0, WORKER_TASKS))
    assert not drought.worker.spot.calls("UpdateService")


def test_it_gives_them_back_as_spot_s_hold_down_to_its_reserve(drought: Drought) -> None:
    counts = [call["request"]["desiredCount"] for call in drought.worker.standby.calls("UpdateService")]
    assert max(counts) == WORKER_TASKS
    falling = counts[counts.index(WORKER_TASKS) :]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == WORKER_RESERVE


def test_no_call_stops_a_task_that_was_needed(drought: Drought) -> None:
    lowerings = list(drought.worker.lowerings())
    assert {lowering.service for lowering in lowerings} == {drought.worker.standby.name}
    for lowering in lowerings:
        serving = lowering.before.serving
        assert serving - lowering.stops_at_most >= min(WORKER_TASKS, serving), lowering


def test_every_step_is_told(drought: Drought) -> None:
    told = drought.told(drought.worker)
    assert set(told) == {"Service Failing Over", "Service On Demand", "Service Restored"}
    assert told["Service Restored"] == 1
    [first, *_] = drought.installation.audit("Service Failing Over", service_id=drought.worker.spot.key)
    assert "on-demand tasks take their place" in first["detail"]["reason"]
