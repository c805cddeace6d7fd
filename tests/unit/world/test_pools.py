"""Spot pools by account, zone, architecture and size, and what a shrinking one takes."""

from collections import Counter
from datetime import timedelta

import pytest

from simulator.world import ServiceKey
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, SPOT, START, Stage

ZONES = {f"{REGION}a", f"{REGION}b", f"{REGION}c"}
NETWORK = {
    "awsvpcConfiguration": {"subnets": ["subnet-3", "subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}
}
OTHER = "222222222222"


def zones(stage: Stage, name: str = "web") -> Counter[str]:
    return Counter(task["availabilityZone"] for task in stage.tasks(name))


def test_a_service_spreads_over_the_zones_of_its_subnets(stage: Stage) -> None:
    stage.running(desired=9, networkConfiguration=NETWORK)

    assert zones(stage) == dict.fromkeys(ZONES, 3)


def test_the_single_tasks_of_many_services_are_not_all_in_the_first_zone(stage: Stage) -> None:
    names = [f"service-{number}" for number in range(12)]
    for name in names:
        stage.create(name, desired=1, networkConfiguration=NETWORK)
    stage.advance(300)

    assert {zone for name in names for zone in zones(stage, name)} == ZONES


def test_a_subnet_is_always_in_the_same_zone(stage: Stage) -> None:
    stage.running("web", desired=6, networkConfiguration=NETWORK)
    turned = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2", "subnet-3"]}}
    stage.running("other", desired=6, networkConfiguration=turned)

    places = {
        (detail["value"], task["availabilityZone"])
        for name in ("web", "other")
        for task in stage.tasks(name)
        for detail in task["attachments"][0]["details"]
        if detail["name"] == "subnetId"
    }

    assert places == {("subnet-1", f"{REGION}a"), ("subnet-2", f"{REGION}b"), ("subnet-3", f"{REGION}c")}


def test_a_drought_in_one_zone_takes_its_tasks_and_the_others_take_them_in(stage: Stage) -> None:
    stage.running(desired=9, networkConfiguration=NETWORK)

    stage.world.weather.set(None, REGION, zone=f"{REGION}b", capacity=0)
    assert stage.last().serving == 9
    stage.advance(600)

    assert zones(stage) == {f"{REGION}a": 5, f"{REGION}c": 4} or zones(stage) == {
        f"{REGION}a": 4,
        f"{REGION}c": 5,
    }
    assert stage.placement_failures() == []


def test_a_pool_that_takes_nothing_keeps_what_runs_and_what_starts_and_places_no_other(stage: Stage) -> None:
    stage.running(desired=6)
    stage.world.weather.set_stuck_share(0)

    stage.world.weather.set(None, REGION, capacity=0, takes_running=False)
    stage.advance(600)
    assert stage.last().serving == 6
    stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, "web", 2)
    stage.advance(600)
    assert stage.last().serving == 4
    assert stage.placement_failures()
    stage.world.weather.set(None, REGION, capacity=None)
    stage.advance(600)
    assert stage.last().serving == 6


def test_zones_that_are_short_together_starve_the_service(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    for zone in sorted(ZONES):
        stage.world.weather.set(None, REGION, zone=zone, capacity=2)
    stage.create(desired=9, networkConfiguration=NETWORK)
    stage.advance(600)

    assert stage.counts() == (6, 0)
    assert stage.placement_failures()


def test_a_pool_of_one_size_leaves_other_sizes_alone(stage: Stage) -> None:
    stage.world.register_task_definition(ACCOUNT, REGION, "big:1", cpu="4096", memory="16384")
    stage.running("web", desired=4)
    stage.running("big", desired=4, taskDefinition="big:1")

    stage.world.weather.set(None, REGION, size="4096/16384", capacity=1)
    stage.advance(200)

    assert stage.counts("web") == (4, 0)
    assert stage.counts("big")[0] == 1


def test_a_pool_of_one_architecture_leaves_the_other_alone(stage: Stage) -> None:
    stage.world.register_task_definition(ACCOUNT, REGION, "arm:1", architecture="ARM64")
    stage.running("web", desired=2)
    stage.running("arm", desired=2, taskDefinition="arm:1")

    stage.world.weather.set(None, REGION, architecture="ARM64", capacity=0)
    stage.advance(200)

    assert stage.counts("web") == (2, 0)
    assert stage.counts("arm")[0] == 0
    assert {task["attributes"][0]["value"] for task in stage.tasks("web")} == {"x86_64"}


def test_all_limits_that_a_task_falls_under_hold_at_once(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.world.weather.set(None, REGION, capacity=8)
    stage.world.weather.set(ACCOUNT, REGION, capacity=5)
    stage.create(desired=10)
    stage.advance(300)
    assert stage.counts() == (5, 0)

    stage.world.weather.set(ACCOUNT, REGION, capacity=None)
    stage.advance(600)

    assert stage.counts() == (8, 0)


def test_another_accounts_tasks_use_up_a_shared_pool(stage: Stage) -> None:
    stage.world.weather.set_stuck_share(0)
    stage.world.register_cluster(OTHER, REGION, CLUSTER)
    stage.world.register_task_definition(OTHER, REGION, "web:1")
    stage.running(desired=4)
    stage.drought(capacity=6)
    stage.world.api(OTHER, REGION).create_service(
        {
            "cluster": CLUSTER,
            "serviceName": "web",
            "taskDefinition": "web:1",
            "desiredCount": 5,
            "capacityProviderStrategy": SPOT,
        }
    )
    stage.advance(300)

    sample = stage.world.log.last(ServiceKey(OTHER, REGION, CLUSTER, "web"))
    assert sample is not None
    assert sample.spot_running == 2


def test_on_demand_tasks_take_nothing_from_spot_pools(stage: Stage) -> None:
    stage.drought()
    stage.running(desired=4, capacityProviderStrategy=ON_DEMAND)

    assert stage.counts() == (4, 0)


def test_what_was_set_for_a_pool_can_be_read(stage: Stage) -> None:
    stage.world.weather.set(None, REGION, zone=f"{REGION}a", capacity=3)

    assert stage.world.weather.capacity(None, REGION, zone=f"{REGION}a") == 3
    assert stage.world.weather.capacity(None, REGION) is None


def test_a_zone_of_another_region_is_refused(stage: Stage) -> None:
    with pytest.raises(ValueError, match="no zone of eu-west-1"):
        stage.world.weather.set(None, REGION, zone="a", capacity=3)


def test_an_on_demand_quota_can_change_at_its_moment(stage: Stage) -> None:
    stage.world.weather.set_on_demand(ACCOUNT, REGION, capacity=0, at=START + timedelta(minutes=10))
    stage.running("first", desired=1, capacityProviderStrategy=ON_DEMAND)
    stage.advance(600)
    stage.create("second", desired=1, capacityProviderStrategy=ON_DEMAND)
    stage.advance(300)

    assert stage.counts("first") == (1, 0)
    assert stage.counts("second") == (0, 0)


def test_a_task_that_is_lost_without_a_notice_stops_working_before_anyone_is_told(stage: Stage) -> None:
    stage.running(desired=2)
    told = len(stage.events)

    [arn] = stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, "web", 1, notice=False)

    assert stage.last().serving == 1
    assert stage.events[told:] == []
    assert stage.counts() == (2, 0)  # the API does not know yet
    stage.advance(30)
    stops = [event["detail"] for event in stage.events[told:] if event["detail"].get("taskArn") == arn]
    assert [stop["lastStatus"] for stop in stops] == ["DEPROVISIONING", "STOPPED"]
    assert {(stop.get("stopCode"), stop["stoppedReason"]) for stop in stops} == {
        (None, "Your Spot Task was interrupted.")
    }
    stage.until(lambda: stage.counts() == (2, 0))


def test_a_share_of_a_pools_losses_can_go_without_a_notice(stage: Stage) -> None:
    stage.world.weather.set_unnoticed_share(0.5)
    stage.running(desired=40)

    stage.drought()

    noticed = stage.of_type("ECS Task State Change", "RUNNING")
    noticed = [event for event in noticed if event["detail"]["desiredStatus"] == "STOPPED"]
    assert 8 < len(noticed) < 32
    assert stage.last().serving == len(noticed)
