"""What a service's record says about its next step."""

from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.outlook import next_step
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Held, Hold, HoldKind, Operation, Pause, Phase
from tests.unit.domain.scene import NOW, Scene, ago

SOON = NOW + timedelta(minutes=7)
PAUSED = Pause(None, "arn:aws:iam::111122223333:user/ann")


@pytest.mark.parametrize(
    ("phase", "more", "sentence"),
    [
        (Phase.STEADY, {}, "It is watched every minute, and fails over when Spot fails it."),
        (Phase.STEADY, {"operation": Operation.DRAIN}, "is not failed over any more"),
        (Phase.STEADY, {"operation": Operation.DRY_RUN}, "this is a dry run"),
        (Phase.STEADY, {"leaving": ago(10)}, "forgotten 5 minutes after"),
        (Phase.FAILING_OVER, {}, "that all tasks run is told, or that they do not by 09:39:00 UTC"),
        (Phase.FAILING_OVER, {"since": ago(601)}, "It goes on until all tasks run on demand"),
        (
            Phase.ON_DEMAND,
            {"not_before": SOON},
            "tried again at 09:37:00 UTC, and counts as restored once Spot has held for 600 s",
        ),
        (Phase.ON_DEMAND, {"not_before": ago(1)}, "A restore is due: it begins when all tasks run"),
        (Phase.ON_DEMAND, {"not_before": SOON, "operation": Operation.DRAIN}, "A restore is due"),
        (
            Phase.ON_DEMAND,
            {"not_before": SOON, "restores": tuple(ago(seconds) for seconds in (7200, 5400, 3600, 1800))},
            "tried again at 2026-03-03 07:30 UTC",
        ),
        (Phase.ON_DEMAND, {"leaving": ago(60), "not_before": ago(1)}, "tried again at 09:34:00 UTC"),
        (Phase.RESTORING, {}, "verified until 09:39:00 UTC at least"),
        (Phase.RESTORING, {"since": ago(900)}, "until all Spot tasks have held for 600 s"),
        (Phase.RESTORING, {"retry_at": SOON}, "The last look at it failed; the next is at 09:37:00 UTC."),
        (Phase.ON_DEMAND, {"paused": PAUSED}, "until an operator resumes it"),
        (
            Phase.ON_DEMAND,
            {"paused": Pause(None, "ann", fleet=True)},
            "until an operator unfreezes the fleet",
        ),
        (Phase.ON_DEMAND, {"paused": Pause(SOON, "ann")}, "until the pause ends at 09:37:00 UTC"),
        (Phase.ON_DEMAND, {"paused": Pause(ago(1), "ann"), "not_before": SOON}, "tried again at 09:37:00"),
        (
            Phase.STEADY,
            {"hold": Hold(HoldKind.BLOCKED, "It uses launch type EC2.", Phase.STEADY)},
            "Put right what blocks it",
        ),
    ],
)
def test_the_next_step_says_what_is_waited_for_and_until_when(
    phase: Phase, more: dict[str, Any], sentence: str
) -> None:
    assert sentence in next_step(Scene().record(phase, **more), NOW)


@pytest.mark.parametrize(
    ("mode", "phase", "more", "sentence"),
    [
        (Mode.STANDBY, Phase.STEADY, {"held": Held(10, 4, ago(60))}, "The standby gives way"),
        (Mode.STANDBY, Phase.RESTORING, {}, "until all Spot tasks have held for 600 s"),
        (Mode.BACKFILL, Phase.FAILING_OVER, {}, "that the missing tasks run is told"),
        (Mode.BACKFILL, Phase.ON_DEMAND, {}, "go one for one as Spot tasks come back"),
        (
            Mode.BACKFILL,
            Phase.ON_DEMAND,
            {"falls": (ago(3600), ago(300))},
            "Half of the tasks stay on demand until 09:40:00 UTC.",
        ),
    ],
)
def test_a_service_with_a_standby_has_its_own_next_steps(
    mode: Mode, phase: Phase, more: dict[str, Any], sentence: str
) -> None:
    assert sentence in next_step(Scene(mode).record(phase, **more), NOW)
