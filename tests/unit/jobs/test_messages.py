"""What is said of a service: in which words, how loud, in which thread, and what happens next."""

from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.capacity import Rolling
from spot_failover.domain.decision import Remark
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Applied, Hold, HoldKind, Message, Operation, Phase, Record
from spot_failover.domain.scaling import Suspended
from spot_failover.domain.targets import UpdateService
from spot_failover.jobs import messages
from tests.unit.domain.scene import NOW, ON_DEMAND, Scene, ago
from tests.unit.jobs.place import HERE

EVENT = Evidence(EvidenceKind.SPOT_PLACEMENT_FAILURE, ago(64), "event-1", "event-1")


def told(before: Record, after: Record, *remarks: Remark, scene: Scene | None = None) -> list[Message]:
    stage = scene or Scene()
    observation = stage.observation() if stage.policy.mode is Mode.SWITCH else stage.twins()
    return list(messages.of_pass(before, after, observation, NOW, remarks))


def moving(before: Phase, after: Phase, mode: Mode = Mode.SWITCH, **more: Any) -> Message:
    """Return what is told of a move from one phase, begun a minute ago, to another."""
    scene = Scene(mode)
    left = (NOW,) if before is Phase.STEADY else (ago(900),)
    restored_at = NOW if after is Phase.STEADY else None
    old = scene.record(before, failovers=left if before is not Phase.STEADY else ())
    new = scene.record(after, **{"since": NOW, "failovers": left, "restored_at": restored_at, **more})
    [message] = told(old, new, scene=scene)
    return message


@pytest.mark.parametrize(
    ("before", "after", "kind", "severity", "summary"),
    [
        ("steady", "failing_over", "Service Failing Over", "warning", "web in shop fails over to on-demand"),
        ("failing_over", "on_demand", "Service On Demand", "info", "web in shop runs on demand"),
        ("on_demand", "restoring", "Service Restoring", "info", "web in shop tries Spot again"),
        ("restoring", "steady", "Service Restored", "info", "web in shop is back on Spot"),
        (
            "restoring",
            "failing_over",
            "Service Restore Failed",
            "warning",
            "web in shop stays on demand, as the restore failed",
        ),
    ],
)
def test_every_move_is_told_with_a_headline_and_how_loud_it_is(
    before: str, after: str, kind: str, severity: str, summary: str
) -> None:
    message = moving(Phase(before), Phase(after))

    assert message.detail_type == kind
    assert (message.detail["severity"], message.detail["summary"]) == (severity, summary)


def test_what_happens_next_is_said_with_its_time() -> None:
    message = moving(Phase.FAILING_OVER, Phase.ON_DEMAND, not_before=NOW + timedelta(minutes=15))

    assert message.detail["next_step"].startswith("Spot is tried again at 09:45:00 UTC")


def test_a_fault_of_an_earlier_pass_is_not_what_happens_next() -> None:
    message = moving(Phase.STEADY, Phase.FAILING_OVER, last_error="Throttled.", retry_at=NOW)

    assert message.detail["next_step"].startswith("On-demand tasks start")


def test_it_is_said_how_long_everything_took() -> None:
    failing_over = moving(Phase.STEADY, Phase.FAILING_OVER, event=EVENT)
    served = moving(Phase.FAILING_OVER, Phase.ON_DEMAND, event=EVENT)
    restored = moving(Phase.RESTORING, Phase.STEADY)

    assert failing_over.detail["seconds"] == {"since_event": 64}
    assert served.detail["seconds"] == {"since_event": 64, "in_previous_phase": 60, "since_failover": 900}
    assert restored.detail["seconds"] == {"in_previous_phase": 60, "since_failover": 900}


def test_all_of_one_incident_is_in_one_thread() -> None:
    moves = [
        moving(Phase.FAILING_OVER, Phase.ON_DEMAND),
        moving(Phase.ON_DEMAND, Phase.RESTORING),
        moving(Phase.RESTORING, Phase.STEADY),
    ]
    away = Scene().record(Phase.ON_DEMAND, failovers=(ago(900),))
    remarked = told(away, away, Remark("On Demand Shortage", "On-demand capacity is short as well."))

    assert {message.detail["incident"] for message in (*moves, *remarked)} == {
        f"{Scene().id.key}@{ago(900).isoformat()}"
    }
    assert moving(Phase.STEADY, Phase.FAILING_OVER).detail["incident"].endswith(NOW.isoformat())


def test_single_tasks_that_backfill_replaces_are_no_reason_to_get_up() -> None:
    quiet = moving(Phase.STEADY, Phase.FAILING_OVER, Mode.BACKFILL)
    loud = moving(Phase.STEADY, Phase.FAILING_OVER, Mode.BACKFILL, fallen=True)

    assert (quiet.detail["severity"], loud.detail["severity"]) == ("info", "warning")


@pytest.mark.parametrize(("phase", "severity"), [(Phase.STEADY, "warning"), (Phase.ON_DEMAND, "critical")])
def test_what_blocks_a_service_is_worse_while_it_is_away(phase: Phase, severity: str) -> None:
    scene = Scene()
    hold = Hold(HoldKind.BLOCKED, "AWS will not have it.", phase)

    [message] = told(scene.record(phase), scene.record(phase, hold=hold))

    assert (message.detail_type, message.detail["severity"]) == ("Service Blocked", severity)
    assert message.detail["reason"] == "AWS will not have it."
    assert message.detail["next_step"].startswith("Put right what blocks it")


def test_spot_put_back_by_hand_while_it_fails_is_critical() -> None:
    scene = Scene()
    by_hand = scene.record(Phase.RESTORING, applied=Applied("", ago(60), "", "ecs-svc/3"))
    ours = scene.record(Phase.RESTORING, applied=Applied("FARGATE_SPOT=1+0", ago(60), "", "ecs-svc/3"))
    after = scene.record(Phase.FAILING_OVER, since=NOW)

    severities = [told(before, after)[0].detail["severity"] for before in (by_hand, ours)]

    assert severities == ["critical", "warning"]


def test_letting_go_of_a_service_that_someone_took_off_spot_is_told() -> None:
    scene = Scene()

    [message] = told(scene.record(Phase.ON_DEMAND), scene.record())

    assert (message.detail_type, message.detail["severity"]) == ("Service Let Go", "warning")


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("Registration Rejected", "warning"),
        ("Spoke Fault", "warning"),
        ("Spoke Silent", "critical"),
        ("Spoke Gone", "warning"),
        ("Something New", "info"),
    ],
)
def test_messages_about_places_have_a_severity_too(kind: str, severity: str) -> None:
    message = messages.of_location(kind, HERE, "Because.", NOW)

    assert message.detail["severity"] == severity
    assert HERE.account in message.detail["summary"]
    assert HERE.region in message.detail["summary"]


def change_of(change: UpdateService, mode: Mode = Mode.SWITCH, reason: str = "Spot fails.") -> Message:
    scene = Scene(mode)
    shown = scene.observation() if mode is Mode.SWITCH else scene.twins()
    return messages.of_change(scene.record(Phase.FAILING_OVER, reason=reason), change, shown, NOW)


def test_a_change_of_strategy_is_kept_with_what_it_replaces_and_told_to_nobody() -> None:
    message = change_of(UpdateService(ON_DEMAND, Rolling(100, 200)))

    assert message.detail_type == "Service Change"
    assert message.detail["severity"] == "audit"
    assert message.detail["reason"] == (
        "Asks ECS to update the service web: strategy FARGATE weight 10 base 0, FARGATE_SPOT weight 0 base 0 "
        "in a new deployment; healthy percent 100 to 200. Why: Spot fails."
    )
    assert message.detail["replaces_deployment"] == "ecs-svc/1"
    assert message.detail["id"] == message.id


def test_a_change_of_a_count_names_its_service_and_both_counts() -> None:
    message = change_of(UpdateService(desired=10, service_name="web-on-demand"), Mode.STANDBY)

    assert message.detail["reason"].startswith(
        "Asks ECS to update the service web-on-demand: desired count 0 → 10."
    )
    assert message.detail["updated_service"] == "web-on-demand"
    assert (message.detail["desired_before"], message.detail["desired_after"]) == (0, 10)


def test_two_changes_of_one_pass_are_two_events() -> None:
    up = change_of(UpdateService(desired=10, service_name="web-on-demand"), Mode.STANDBY)
    down = change_of(UpdateService(desired=3), Mode.STANDBY)

    assert up.id != down.id


@pytest.mark.parametrize(
    ("suspended", "said"),
    [
        (Suspended(scale_in=True, scale_out=True), "dynamic scale-in and dynamic scale-out"),
        (Suspended(), "nothing"),
    ],
)
def test_autoscaling_is_said_as_it_is_set(suspended: Suspended, said: str) -> None:
    message = messages.of_scaling(messages.SCALING_SUSPENDED, Scene().record(), suspended, NOW)

    assert message.detail["reason"] == f"Autoscaling of web: {said} suspended."
    assert message.detail["severity"] == "audit"


def test_a_repeated_pass_says_the_same_with_the_same_id() -> None:
    first, second = (moving(Phase.STEADY, Phase.FAILING_OVER) for _ in range(2))

    assert first == second


def test_a_dry_run_says_what_it_would_do() -> None:
    scene = Scene()
    hold = Hold(HoldKind.DRY_RUN, "Dry run, nothing was changed.", Phase.FAILING_OVER)
    record = scene.record(operation=Operation.DRY_RUN, hold=hold)

    [message] = told(scene.record(), record)

    assert message.detail["summary"] == "web in shop would be changed (dry run)"
    assert message.detail["next_step"] == "It is watched, and nothing is changed: this is a dry run."
