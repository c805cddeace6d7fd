"""Each readiness check, on both sides: what lacks something is told what to do, and what is well is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from spot_failover.domain.capacity import Rolling
from spot_failover.domain.phases import next_phase
from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.readiness import Check, Facts, Headroom, findings, may_move
from spot_failover.domain.record import Held, Phase, Record
from spot_failover.domain.scaling import Limits
from spot_failover.domain.service import Observation
from spot_failover.domain.task_definition import ARM64, Container, TaskDefinition
from spot_failover.domain.transitions import current, moved
from tests.unit.domain.scene import Scene

IMAGE = "registry.example/shop/web:1.4.2"
WELL = Container("web", IMAGE, stop_timeout=120, health_check=True)
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:222233334444:targetgroup/web/0123456789abcdef"


def definition(*containers: Container, **more: Any) -> TaskDefinition:
    return TaskDefinition(
        "web:7", **{"cpu": 512, "memory_mib": 1024, **more}, containers=containers or (WELL,)
    )


class Case:
    """A service that lacks nothing, and what is found once something is changed."""

    def __init__(self, mode: Mode = Mode.SWITCH) -> None:
        self.scene = Scene(mode)
        self.record: Record = self.scene.record()
        shown = self.scene.twins() if mode is not Mode.SWITCH else self.scene.observation()
        self.observation: Observation = self.calm(shown)
        if self.observation.standby:
            self.observation = replace(self.observation, standby=self.calm(self.observation.standby))
        self.facts = Facts(
            task_definition=definition(),
            standby_task_definition=definition(),
            deregistration_delays={GROUP: 110},
            scalable={},
            zones=("eu-west-1a", "eu-west-1b"),
            headroom=Headroom(quota=100, needed=100),
        )

    @staticmethod
    def calm(observation: Observation) -> Observation:
        return replace(
            observation,
            network=("sg-1", "subnet-a", "subnet-b"),
            target_groups=(GROUP,),
            settings={"public IP": "DISABLED"},
            deployment_configuration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        )

    def shows(self, **more: Any) -> Case:
        self.observation = replace(self.observation, **more)
        return self

    def knows(self, **more: Any) -> Case:
        self.facts = replace(self.facts, **more)
        return self

    def recorded(self, **more: Any) -> Case:
        self.record = replace(self.record, **more)
        return self

    def scales(self, service: Limits | None = None, standby: Limits | None = None) -> Case:
        twin = self.record.id.beside(self.scene.standby)
        limits = {self.record.id: service, twin: standby}
        return self.knows(scalable={name: found for name, found in limits.items() if found})

    def found(self) -> dict[Check, str]:
        told = findings(self.record, self.observation, self.facts, self.scene.now)
        assert len({finding.check for finding in told}) == len(told)
        return {finding.check: finding.sentence for finding in told}


@pytest.mark.parametrize("mode", Mode)
def test_nothing_is_found_where_nothing_is_lacking(mode: Mode) -> None:
    assert Case(mode).found() == {}


def test_what_could_not_be_learnt_is_no_lack() -> None:
    case = Case(Mode.STANDBY)
    case.facts = Facts()

    assert case.found() == {}


@pytest.mark.parametrize(("seconds", "told"), [(None, "web 30 s"), (0, "web 0 s"), (119, "web 119 s")])
def test_a_container_that_is_killed_before_spot_ends_its_task(seconds: int | None, told: str) -> None:
    found = Case().knows(task_definition=definition(replace(WELL, stop_timeout=seconds))).found()

    assert list(found) == [Check.STOP_TIMEOUT]
    assert f"(stopTimeout: {told}). Set stopTimeout to 120." in found[Check.STOP_TIMEOUT]


def test_a_helper_that_may_go_earlier_needs_no_stop_timeout() -> None:
    helper = Container("metrics", IMAGE, essential=False)

    assert Case().knows(task_definition=definition(WELL, helper)).found() == {}


def test_a_target_group_that_drains_for_longer_than_the_task_lives() -> None:
    found = Case().knows(deregistration_delays={GROUP: 111}).found()

    assert list(found) == [Check.DEREGISTRATION_DELAY]
    assert "Target group web drains a task for 111 s" in found[Check.DEREGISTRATION_DELAY]
    assert "to 110 s or less" in found[Check.DEREGISTRATION_DELAY]


def test_a_service_whose_health_nobody_checks() -> None:
    unchecked = definition(replace(WELL, health_check=False))

    found = Case().knows(task_definition=unchecked).shows(target_groups=()).found()

    assert list(found) == [Check.HEALTH_CHECK]
    assert "Give an essential container a healthCheck." in found[Check.HEALTH_CHECK]


def test_either_a_target_group_or_a_container_may_check_the_health() -> None:
    assert Case().knows(task_definition=definition(replace(WELL, health_check=False))).found() == {}
    assert Case().shows(target_groups=()).found() == {}


@pytest.mark.parametrize(
    ("minimum", "maximum", "desired", "told"),
    [
        (50, 200, 10, "minimumHealthyPercent is 50"),
        (100, 100, 10, "a rollout of 10 tasks may neither stop nor start one"),
        (100, 150, 1, "a rollout of 1 task may neither stop nor start one"),
    ],
)
def test_rollouts_that_lose_tasks_or_never_end(minimum: int, maximum: int, desired: int, told: str) -> None:
    found = Case().shows(rolling=Rolling(minimum, maximum), desired=desired).found()

    assert list(found) == [Check.HEALTHY_PERCENT]
    assert told in found[Check.HEALTHY_PERCENT]


@pytest.mark.parametrize(("minimum", "maximum", "desired"), [(100, 200, 1), (100, 150, 2), (100, 110, 10)])
def test_rollouts_that_have_room(minimum: int, maximum: int, desired: int) -> None:
    assert Case().shows(rolling=Rolling(minimum, maximum), desired=desired).found() == {}


def test_the_owners_rolling_settings_are_judged_and_not_those_of_our_rollout() -> None:
    found = Case().shows(rolling=Rolling(100, 200)).recorded(put_back=Rolling(0, 100)).found()

    assert list(found) == [Check.HEALTHY_PERCENT]


@pytest.mark.parametrize("breaker", [{}, {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}])
def test_a_rollout_that_nobody_stops(breaker: dict[str, Any]) -> None:
    found = Case().shows(deployment_configuration=breaker).found()

    assert list(found) == [Check.CIRCUIT_BREAKER]
    assert "Switch it on, with rollback." in found[Check.CIRCUIT_BREAKER]


def test_what_codedeploy_rolls_out_has_no_rolling_settings_to_judge() -> None:
    case = Case(Mode.STANDBY).shows(
        controller="CODE_DEPLOY", rolling=Rolling(0, 100), deployment_configuration={}
    )

    assert case.found() == {}


@pytest.mark.parametrize(
    "image",
    ["nginx", "nginx:latest", "registry.example:5000/web", "registry.example/web:main", "web:Stable"],
)
def test_an_image_whose_tag_moves(image: str) -> None:
    found = Case().knows(task_definition=definition(replace(WELL, image=image))).found()

    assert list(found) == [Check.IMAGE_TAG]
    assert f"web {image}. Name a digest" in found[Check.IMAGE_TAG]


@pytest.mark.parametrize(
    "image",
    ["nginx:1.27.3", "registry.example:5000/web:4f2c1ab", "web:latest@sha256:0123", "web:main-4f2c1ab"],
)
def test_an_image_that_stays(image: str) -> None:
    assert not may_move(image)


def test_a_single_subnet_is_a_single_zone() -> None:
    found = Case().shows(network=("sg-1", "sg-2", "subnet-a")).found()

    assert list(found) == [Check.ZONES]
    assert "The service has a single subnet" in found[Check.ZONES]


def test_tasks_that_all_run_in_one_zone() -> None:
    found = Case().knows(zones=("eu-west-1a", "eu-west-1a", "eu-west-1a")).found()

    assert list(found) == [Check.ZONES]
    assert "All 3 tasks run in one Availability Zone, eu-west-1a" in found[Check.ZONES]


def test_one_task_has_to_run_in_one_zone() -> None:
    assert Case().knows(zones=("eu-west-1a",)).found() == {}


# --- the standby ---


def test_a_standby_that_is_set_up_otherwise() -> None:
    case = Case(Mode.BACKFILL)
    assert case.observation.standby
    twin = replace(case.observation.standby, settings={"public IP": "ENABLED", "platform version": "1.4.0"})

    found = case.shows(standby=twin).found()

    assert list(found) == [Check.STANDBY]
    assert (
        "its platform version (none and 1.4.0), its public IP (DISABLED and ENABLED)" in found[Check.STANDBY]
    )


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (definition(cpu=256), "task size (512 CPU, 1024 MiB, X86_64 and 256 CPU, 1024 MiB, X86_64)"),
        (definition(architecture=ARM64), "X86_64 and 512 CPU, 1024 MiB, ARM64"),
        (definition(replace(WELL, image="registry.example/shop/web:1.3.0")), "containers' images"),
    ],
)
def test_a_standby_that_runs_something_else(theirs: TaskDefinition, told: str) -> None:
    case = Case(Mode.STANDBY).knows(standby_task_definition=theirs)
    itself = Policy(Mode.STANDBY, standby=Standby(case.scene.standby, follow_task_definition=False))

    # One that follows the service's task definition is brought in line by the next pass.
    assert case.found() == {}
    found = case.recorded(policy=itself).found()
    assert list(found) == [Check.STANDBY]
    assert told in found[Check.STANDBY]


# --- autoscaling ---


def test_a_standby_that_does_not_follow_the_load() -> None:
    found = Case(Mode.STANDBY).scales(Limits(2, 20)).found()

    assert list(found) == [Check.AUTOSCALING]
    assert "Give it a scalable target, with minimum 0." in found[Check.AUTOSCALING]


def test_a_standby_that_autoscaling_does_not_let_rest() -> None:
    found = Case(Mode.STANDBY).scales(Limits(2, 20), Limits(2, 20)).found()

    assert "whose minimum is 2, so it cannot rest at 0" in found[Check.AUTOSCALING]


def test_a_standby_that_autoscaling_keeps_too_small() -> None:
    found = Case(Mode.STANDBY).scales(Limits(2, 20), Limits(0, 19)).found()

    assert "Set the maximum to 20 or more." in found[Check.AUTOSCALING]


def test_a_standby_that_scales_as_the_service_does() -> None:
    assert Case(Mode.STANDBY).scales(Limits(2, 20), Limits(0, 20)).found() == {}


def test_autoscaling_of_a_standby_undoes_what_backfill_does() -> None:
    found = Case(Mode.BACKFILL).scales(None, Limits(0, 20)).found()

    assert list(found) == [Check.AUTOSCALING]
    assert "Remove its scalable target" in found[Check.AUTOSCALING]


@pytest.mark.parametrize("mode", [Mode.SWITCH, Mode.BACKFILL])
def test_the_service_itself_may_scale(mode: Mode) -> None:
    assert Case(mode).scales(Limits(2, 20)).found() == {}


# --- the place ---


def test_a_quota_that_is_too_small_for_all_of_the_place() -> None:
    found = Case().knows(headroom=Headroom(quota=100, needed=100.25)).found()

    assert list(found) == [Check.ON_DEMAND_QUOTA]
    assert "need 100.25 vCPUs on demand, but the quota is 100." in found[Check.ON_DEMAND_QUOTA]
    assert "(L-3032A538)" in found[Check.ON_DEMAND_QUOTA]


# --- who undoes failovers ---


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (Mode.SWITCH, "ignore_changes = [capacity_provider_strategy, desired_count] }` to the service in"),
        (Mode.STANDBY, "ignore_changes = [desired_count] }` to the service and its standby in"),
        (Mode.BACKFILL, "ignore_changes = [desired_count] }` to the service and its standby in"),
    ],
)
def test_a_failover_that_someone_undid(mode: Mode, told: str) -> None:
    case = Case(mode)

    found = case.recorded(undone_at=case.scene.now - timedelta(days=7)).found()

    assert list(found) == [Check.IGNORE_CHANGES]
    assert told in found[Check.IGNORE_CHANGES]


def test_spot_put_back_soon_after_a_failover_is_kept_in_mind() -> None:
    scene = Scene()
    back = scene.observation(scene.deployment(created_at=scene.ago(30)))

    soon = undone(scene, back, scene.ago(3600))
    late = undone(scene, back, scene.ago(3601))

    assert soon.phase is late.phase is Phase.RESTORING
    assert (soon.undone_at, late.undone_at) == (scene.now, None)


def test_a_restore_of_our_own_undoes_nothing() -> None:
    scene = Scene()
    away = scene.observation(scene.deployment(scene.on_demand, created_at=scene.ago(30)))

    restoring = undone(scene, away, scene.ago(1800))

    assert (restoring.phase, restoring.undone_at) == (Phase.RESTORING, None)


@pytest.mark.parametrize(
    ("standby", "seconds", "is_kept"), [(0, 3600, True), (0, 3601, False), (6, 3600, False)]
)
def test_a_standby_put_to_rest_while_it_serves_is_kept_in_mind(
    standby: int, seconds: float, is_kept: bool
) -> None:
    scene = Scene(Mode.STANDBY)
    held = Held(0, 10, scene.ago(seconds), confirmed=True)
    record = scene.record(Phase.ON_DEMAND, demand=10, held=held)

    seen = current(record, scene.twins(desired=0, running=0, standby=standby), scene.now)

    assert seen.undone_at == (scene.now if is_kept else None)


def test_a_standby_put_to_rest_while_spot_is_tried_may_be_the_work_of_its_autoscaling() -> None:
    scene = Scene(Mode.STANDBY)
    record = scene.record(
        Phase.RESTORING, demand=10, held=Held(10, 10, scene.ago(60), confirmed=True), since=scene.ago(600)
    )

    assert current(record, scene.twins(standby=0), scene.now).undone_at is None


def undone(scene: Scene, observation: Observation, since: datetime) -> Record:
    record = scene.record(Phase.ON_DEMAND, since=since)
    return moved(
        record, next_phase(record, observation, [], record.policy, scene.now), observation, scene.now
    )


def test_what_was_undone_long_ago_may_have_been_mended() -> None:
    case = Case()

    assert case.recorded(undone_at=case.scene.now - timedelta(days=7, seconds=1)).found() == {}
