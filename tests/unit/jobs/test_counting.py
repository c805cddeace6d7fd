"""What passes count: failovers, restores, and how soon the first change followed its event."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.errors import AccessDeniedError, ThrottledError
from spot_failover.domain.metric import Metric
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Phase
from spot_failover.jobs.counting import count_transition
from tests.unit.jobs.stage import HERE, SPOT, WEB, Stage

ACTED = Metric.DETECTION_TO_ACTION_SECONDS


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.register()
    return stage


def counts(stage: Stage) -> dict[str, float]:
    return {name: count for name, count in stage.metrics.counts.items() if name != Metric.FAILED_PASSES}


def test_a_failover_is_counted_once_with_the_seconds_since_its_event(stage: Stage) -> None:
    stage.drought()
    stage.later(3)
    stage.wake()
    stage.wake(cause_id="event-2")

    assert counts(stage) == {Metric.FAILOVER_COUNT: 1, ACTED: 3}
    assert stage.metrics.about == {Metric.FAILOVER_COUNT: WEB, ACTED: WEB}
    assert stage.record().failovers == (stage.now,)


def test_the_first_change_counts_though_ecs_throttled_the_first_try(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [ThrottledError("Rate exceeded")]
    stage.wake()
    stage.later(60)
    stage.wake(cause="survey", cause_id="tick 2")

    assert counts(stage) == {Metric.FAILOVER_COUNT: 1, ACTED: 60}


def test_a_dry_run_counts_no_failover() -> None:
    stage = Stage()
    stage.register(policy=replace(Policy(), dry_run=True))
    stage.drought()
    stage.wake()

    assert counts(stage) == {}


def test_a_role_that_refuses_is_counted_by_pass_and_survey(stage: Stage) -> None:
    stage.drought()
    stage.ecs.update_faults = [AccessDeniedError("ecs:UpdateService was not allowed.")]
    stage.wake()
    assert (stage.metrics.counts[Metric.DENIED_SPOKES], stage.metrics.about[Metric.DENIED_SPOKES]) == (
        1,
        HERE,
    )

    stage.ecs.describe_faults = [AccessDeniedError("sts:AssumeRole was not allowed.")]
    stage.later(60)
    stage.tick()
    assert stage.metrics.counts[Metric.DENIED_SPOKES] == 2


@pytest.mark.parametrize(
    ("before", "after", "more", "counted"),
    [
        (Phase.STEADY, Phase.FAILING_OVER, {}, [Metric.FAILOVER_COUNT]),
        (Phase.ON_DEMAND, Phase.FAILING_OVER, {}, []),  # more tasks fell in mode backfill
        (Phase.RESTORING, Phase.FAILING_OVER, {}, [Metric.FAILED_RESTORES]),
        (Phase.RESTORING, Phase.ON_DEMAND, {}, [Metric.FAILED_RESTORES]),
        (Phase.RESTORING, Phase.STEADY, {"restored": True}, [Metric.RESTORES]),
        (Phase.ON_DEMAND, Phase.STEADY, {"restored": True}, [Metric.RESTORES]),
        (Phase.FAILING_OVER, Phase.STEADY, {}, []),  # let go
        (Phase.STEADY, Phase.STEADY, {}, []),
    ],
)
def test_a_change_of_phase_counts_what_begins_or_ends(
    stage: Stage, before: Phase, after: Phase, more: dict[str, Any], counted: list[Metric]
) -> None:
    record = replace(stage.record(), phase=before)
    restored_at = stage.now if more.get("restored") else record.restored_at

    count_transition(stage.metrics, record, replace(record, phase=after, restored_at=restored_at))

    assert list(stage.metrics.counts) == counted


def test_when_spot_last_failed_is_kept_after_the_evidence_is_out_of_reach(stage: Stage) -> None:
    stage.placement_failure()
    failed_at = stage.now
    stage.later(1)
    stage.wake()
    stage.later(timedelta(hours=1).total_seconds())
    stage.ecs.shown[WEB] = stage.observation(SPOT)
    stage.wake(cause="survey", cause_id="tick 2")

    assert stage.record().errors_at == failed_at
