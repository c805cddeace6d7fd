"""Operators steer services in the world: every command in every mode, in calm weather and in a drought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spot_failover.domain.command import Command, CommandKind
from spot_failover.domain.errors import ThrottledError, UnreachableError, UnreadableItemError
from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from spot_failover.domain.record import HoldKind, Operation, Pause, Phase
from spot_failover.domain.scaling import Suspended
from spot_failover.jobs.steer import Steer
from tests.unit.jobs.fleet import Fleet
from tests.unit.jobs.home import assert_home, come_home
from tests.unit.jobs.place import HERE, SPOT_ONLY, STANDBY
from tests.unit.jobs.stage import WEB, Stage

PATIENT = Restore(window_seconds=300, backoff_seconds=7200, max_backoff_seconds=10800)
SWITCH = Policy(restore=PATIENT)
IN_STANDBY = replace(SWITCH, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
BACKFILL = replace(IN_STANDBY, mode=Mode.BACKFILL)
every_mode = pytest.mark.parametrize("policy", [SWITCH, IN_STANDBY, BACKFILL], ids=lambda policy: policy.mode)
with_backoff = pytest.mark.parametrize("policy", [SWITCH, IN_STANDBY], ids=lambda policy: policy.mode)


def serving(fleet: Fleet) -> int:
    return sum(fleet.watch.standing(key).healthy for key in fleet.pair.keys)


def on_demand(fleet: Fleet) -> int:
    """Count the tasks that run on demand, of the service or its standby."""
    samples = [fleet.world.log.last(key) for key in fleet.pair.keys]
    return sum(sample.on_demand_running for sample in samples if sample)


# --- failover and restore ---


@every_mode
def test_an_operator_moves_a_healthy_service_on_demand_and_back_without_losing_a_task(policy: Policy) -> None:
    fleet = Fleet(policy=policy)

    taken = fleet.command(CommandKind.FAILOVER, reason="Spot is to be drained.")
    assert taken.detail["taken"] is True
    assert fleet.record.phase is Phase.FAILING_OVER
    assert "mika (Spot is to be drained.) asked to fail over" in fleet.record.reason
    fleet.run(minutes=4)
    assert (fleet.record.phase, on_demand(fleet)) == (Phase.ON_DEMAND, 6)

    assert fleet.command(CommandKind.RESTORE).detail["taken"] is True
    come_home(fleet)
    assert_home(fleet, desired=6)
    story = ["Service Failing Over", "Service On Demand", "Service Restoring", "Service Restored"]
    moves = [told for told in fleet.told if told in story]
    assert [told for told in story if policy.mode is not Mode.BACKFILL or "Restoring" not in told] == moves


@every_mode
@pytest.mark.parametrize("death", range(12))
def test_a_command_is_followed_once_wherever_its_first_try_dies(policy: Policy, death: int) -> None:
    fleet = Fleet(policy=policy, deaths=frozenset({death}))
    event = fleet.command_event(CommandKind.FAILOVER)
    fleet.hand_over([event])
    fleet.queue._seen.clear()
    fleet.hand_over([event])  # the message comes again after a crash, and may after none
    fleet.run(minutes=5)
    assert on_demand(fleet) == 6
    assert fleet.told.count("Service Failing Over") == 1
    deployed = [update for update in fleet.updates if "capacityProviderStrategy" in update]
    assert len(deployed) == (1 if policy.mode is Mode.SWITCH else 0)


def test_what_an_operator_moved_is_no_failure_of_spot_to_its_peers() -> None:
    fleet = Fleet(policy=SWITCH)
    fleet.command(CommandKind.FAILOVER)
    assert fleet.record.drilled


def test_a_backfilled_service_gives_its_tasks_back_after_the_window() -> None:
    fleet = Fleet(policy=BACKFILL)
    fleet.command(CommandKind.FAILOVER)
    fleet.run(minutes=4)
    assert (fleet.spot.healthy, fleet.standby.healthy) == (6, 6)
    fleet.run(minutes=6)
    assert_home(fleet, desired=6)


@with_backoff
def test_a_restore_does_not_wait_for_the_backoff_and_is_verified_all_the_same(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.calm()
    fleet.run(minutes=10)
    assert "Spot is tried again in" in fleet.record.reason  # the backoff is two hours, give or take half

    fleet.command(CommandKind.RESTORE)
    assert fleet.record.phase is Phase.RESTORING
    began = fleet.now
    fleet.in_phase(Phase.STEADY)
    assert fleet.now - began >= timedelta(seconds=PATIENT.window_seconds)
    come_home(fleet)
    assert_home(fleet, desired=6)


@with_backoff
def test_a_restore_into_a_drought_fails_and_loses_no_task(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.drought()
    fleet.in_phase(Phase.ON_DEMAND)
    fleet.run(minutes=1)
    fleet.command(CommandKind.RESTORE)
    fleet.run(minutes=15)
    assert fleet.record.phase in {Phase.FAILING_OVER, Phase.ON_DEMAND}
    assert "Service Restore Failed" in fleet.told
    assert serving(fleet) == 6


def test_a_restore_of_a_backfilled_service_forgets_why_half_of_it_stayed() -> None:
    fleet = Fleet(policy=BACKFILL)
    for _ in range(2):
        fleet.drought()
        fleet.run(minutes=5)
        fleet.calm()
        fleet.run(minutes=10)
    assert "half of its tasks stay" in fleet.record.reason

    fleet.command(CommandKind.RESTORE)
    come_home(fleet)
    assert fleet.record.falls == ()
    fleet.run(minutes=30)
    assert_home(fleet, desired=6)


# --- pause and freeze ---


@every_mode
def test_a_paused_service_is_decided_about_and_left_alone_until_the_pause_ends(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    until = fleet.now + timedelta(minutes=10)
    fleet.command(CommandKind.PAUSE, until=until.isoformat(), reason="Load test.")
    fleet.drought()
    fleet.run(minutes=9)
    assert fleet.updates == []
    assert fleet.record.hold
    assert fleet.record.hold.kind is HoldKind.PAUSED
    assert fleet.held_back.startswith(f"Paused by mika until {until:%Y-%m-%d %H:%M} UTC (Load test.).")
    assert "would go to failing_over" in fleet.held_back
    assert fleet.told == ["Operator Command", "Service Paused"]  # and nothing of a change

    fleet.run(minutes=6)
    assert on_demand(fleet) == 6


@every_mode
def test_a_resumed_service_is_acted_on_at_once(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.command(CommandKind.PAUSE)
    fleet.drought()
    fleet.run(minutes=3)
    assert fleet.updates == []

    fleet.command(CommandKind.RESUME)
    assert fleet.record.hold is None
    assert fleet.record.phase is Phase.FAILING_OVER
    assert fleet.updates != []


@every_mode
@pytest.mark.parametrize("seconds", [5, 30, 60, 90, 150])
@pytest.mark.parametrize("held", [CommandKind.PAUSE, CommandKind.FREEZE])
def test_a_service_in_mid_failover_keeps_all_its_tasks(
    policy: Policy, seconds: int, held: CommandKind
) -> None:
    fleet = Fleet(policy=policy, drills=True)
    fleet.command(CommandKind.FAILOVER)
    fleet.run(minutes=seconds / 60)
    counts = (fleet.spot.desired, fleet.standby.desired if policy.mode is not Mode.SWITCH else 0)
    sent = len(fleet.updates)
    fleet.command(held)

    fleet.run(minutes=30)
    assert len(fleet.updates) == sent
    assert serving(fleet) >= 6
    assert counts == (fleet.spot.desired, fleet.standby.desired if policy.mode is not Mode.SWITCH else 0)
    fleet.command(CommandKind.RESUME if held is CommandKind.PAUSE else CommandKind.UNFREEZE)
    fleet.run(minutes=5)
    if fleet.record.phase is Phase.ON_DEMAND:
        fleet.command(CommandKind.RESTORE)
    come_home(fleet)
    assert_home(fleet, desired=6)


@every_mode
def test_a_frozen_fleet_decides_changes_nothing_and_says_who_froze_it(policy: Policy) -> None:
    fleet = Fleet(policy=policy)
    fleet.command(CommandKind.FREEZE, reason="Incident 42.")
    fleet.drought()
    fleet.run(minutes=10)
    assert fleet.updates == []
    assert fleet.held_back.startswith("The fleet is frozen by mika (Incident 42.). Nothing was changed.")

    fleet.command(CommandKind.UNFREEZE)
    fleet.run(minutes=4)
    assert on_demand(fleet) == 6


def test_who_cannot_tell_whether_the_fleet_is_frozen_changes_nothing_and_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> None:
        raise UnreadableItemError("The state table's item fleet cannot be read.")

    monkeypatch.setattr(stage.services, "frozen", unreadable)
    stage.drought()
    stage.wake()
    assert stage.record().last_error == "The state table's item fleet cannot be read."
    assert (stage.ecs.updates, stage.told) == ([], ["Service Fault"])
    refused = steered(stage, CommandKind.FAILOVER)
    assert (refused["taken"], refused["command"]) == (False, "failover")
    assert "item fleet cannot be read" in refused["reason"]


def test_a_pause_that_is_over_does_not_hide_that_the_fleet_is_frozen(stage: Stage) -> None:
    stage.services.pause(WEB, Pause(stage.now - timedelta(minutes=1), "mika"))
    stage.services.freeze(Pause(None, "kim"))
    stage.drought()
    stage.wake()
    assert stage.ecs.updates == []
    assert stage.record().hold
    assert "frozen by kim" in stage.record().hold.reason  # type: ignore[union-attr]


def test_autoscaling_of_a_paused_service_is_left_as_it_is(stage: Stage) -> None:
    off = Suspended(scale_in=True, scale_out=True, scheduled=True)
    stage.scaling.targets[WEB] = off
    stage.services.save(replace(stage.record(), scaling=Suspended()))
    stage.services.pause(WEB, Pause(None, "mika"))
    stage.wake()
    assert (stage.scaling.targets[WEB], stage.record().scaling) == (off, Suspended())

    stage.services.pause(WEB, None)
    stage.later(60)
    stage.wake()
    assert (stage.scaling.targets[WEB], stage.record().scaling) == (Suspended(), None)


def test_a_failover_that_a_pause_holds_up_is_not_called_overdue() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.world.weather.set_on_demand(HERE.account, HERE.region, capacity=0)
    fleet.drought()
    fleet.in_phase(Phase.FAILING_OVER)
    fleet.command(CommandKind.PAUSE)
    fleet.run(minutes=30)
    assert fleet.record.phase is Phase.FAILING_OVER
    assert "Failover Overdue" not in fleet.told


# --- what is refused ---


@pytest.mark.parametrize(
    ("kind", "said"),
    [(CommandKind.RESTORE, "in phase steady, not on_demand"), (CommandKind.PAUSE, "lies in the past")],
)
def test_what_makes_no_sense_is_refused_with_a_reason(kind: CommandKind, said: str) -> None:
    fleet = Fleet()
    detail = {"until": (fleet.now - timedelta(minutes=1)).isoformat()} if kind is CommandKind.PAUSE else {}
    told = fleet.command(kind, **detail)
    assert told.detail["taken"] is False
    assert said in told.detail["reason"]
    assert fleet.record.paused is None
    assert fleet.record.phase is Phase.STEADY


def test_a_second_failover_is_refused() -> None:
    fleet = Fleet()
    fleet.command(CommandKind.FAILOVER)
    fleet.run(minutes=1)
    told = fleet.command(CommandKind.FAILOVER)
    assert "is in phase failing_over already" in told.detail["reason"]


def test_a_service_that_is_held_still_is_neither_failed_over_nor_restored() -> None:
    fleet = Fleet()
    fleet.command(CommandKind.PAUSE)
    assert "Resume the service first" in fleet.command(CommandKind.FAILOVER).detail["reason"]
    fleet.command(CommandKind.FREEZE)
    assert "Unfreeze the fleet first" in fleet.command(CommandKind.RESTORE).detail["reason"]
    fleet.command(CommandKind.UNFREEZE)
    fleet.command(CommandKind.RESUME)
    fleet.run(minutes=5)
    assert (fleet.record.phase, fleet.updates) == (Phase.STEADY, [])


def test_a_service_whose_standby_cannot_stand_in_is_not_failed_over() -> None:
    fleet = Fleet(policy=IN_STANDBY)
    fleet.update(STANDBY, capacityProviderStrategy=list(SPOT_ONLY), forceNewDeployment=True)
    fleet.run(minutes=2)
    told = fleet.command(CommandKind.FAILOVER)
    assert f'It is blocked. The standby "{STANDBY}" uses FARGATE_SPOT itself.' in told.detail["reason"]
    assert (fleet.record.phase, fleet.updates) == (Phase.STEADY, [])


def test_a_service_that_is_being_drained_is_not_failed_over() -> None:
    fleet = Fleet()
    fleet.operate(Operation.DRAIN)
    told = fleet.command(CommandKind.FAILOVER)
    assert "is being drained" in told.detail["reason"]
    assert fleet.record.phase is Phase.STEADY


def test_a_service_that_is_leaving_is_not_failed_over(stage: Stage) -> None:
    stage.services.mark_leaving(WEB, stage.now)
    assert "no longer registered, and only goes back" in steered(stage, CommandKind.FAILOVER)["reason"]


@pytest.mark.parametrize("kind", CommandKind)
def test_a_command_that_work_gets_to_too_late_is_refused_and_told(stage: Stage, kind: CommandKind) -> None:
    stage.services.freeze(Pause(None, "mika"))
    stage.services.pause(WEB, Pause(None, "mika"))
    told = steered(stage, kind, age=timedelta(minutes=5, seconds=1))
    assert told["taken"] is False
    assert "The hub got to it after 301 s" in told["reason"]
    assert stage.services.frozen() == Pause(None, "mika", fleet=True)
    assert stage.record().paused == Pause(None, "mika")
    assert stage.evidence.read(WEB, stage.now - timedelta(days=1)) == []


def test_a_command_that_cannot_be_written_down_is_refused_and_holds_no_pass_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> None:
        raise ThrottledError("The evidence table throttles.")

    monkeypatch.setattr(stage.evidence, "add", throttled)
    told = steered(stage, CommandKind.FAILOVER)
    assert told["taken"] is False
    assert told["reason"].endswith("give it again if nothing happens. The evidence table throttles.")


def test_a_command_is_taken_although_it_can_wake_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise UnreachableError("The queue takes nothing.")

    monkeypatch.setattr(stage.queue, "reconcile", unreachable)
    assert steered(stage, CommandKind.PAUSE)["taken"] is True
    assert stage.record().paused
    monkeypatch.undo()
    stage.tick()
    assert [message.service for message in stage.queue.take()] == [WEB]  # type: ignore[union-attr]


def test_nobody_steers_what_is_not_registered() -> None:
    stage = Stage()
    told = steered(stage, CommandKind.PAUSE)
    assert (told["taken"], told["service_id"]) == (False, WEB.key)
    assert "is not registered with this hub" in told["reason"]
    assert stage.queue.take() == []


def steered(stage: Stage, kind: CommandKind, age: timedelta = timedelta()) -> Mapping[str, Any]:
    """Let an operator say something to the job itself; return what is told of it."""
    steer = Steer(stage.services, stage.evidence, stage.outbox, stage.queue, Operation.ACTIVE)
    service = None if kind.for_fleet else WEB
    steer(Command(kind, "mika", "", f"command {kind}", stage.now - age, service), stage.now)
    waiting = record.outbox if (record := stage.services.load(WEB)) else ()
    return [*stage.outbox.sent, *waiting][-1].detail
