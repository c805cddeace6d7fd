"""Availability Zone rebalancing: more tasks than desired for a while, and nothing is wrong."""

from collections import Counter

from tests.unit.world.stage import ON_DEMAND, REGION, Stage

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2", "subnet-3"]}}
SHORT = f"{REGION}b"


def zones(stage: Stage) -> list[int]:
    return sorted(Counter(task["availabilityZone"] for task in stage.tasks()).values())


def uneven(stage: Stage, *, rebalancing: str = "ENABLED") -> None:
    """Have a service that lost a zone, which has capacity again."""
    stage.running(desired=9, networkConfiguration=NETWORK, availabilityZoneRebalancing=rebalancing)
    stage.world.weather.set(None, REGION, zone=SHORT, capacity=0)
    stage.advance(900)
    assert zones(stage) == [4, 5]
    stage.world.weather.set(None, REGION, zone=SHORT, capacity=None)


def test_uneven_zones_are_evened_out_by_starting_before_stopping(stage: Stage) -> None:
    uneven(stage)
    told = len(stage.world.log)

    stage.until(lambda: zones(stage) == [3, 3, 3])
    stage.advance(600)

    samples = stage.world.log.since(told)
    assert max(sample.spot_running for sample in samples) == 12
    assert min(sample.serving for sample in samples) == 9
    assert {sample.desired for sample in samples} == {9}


def test_rebalancing_is_told_by_service_actions_and_messages(stage: Stage) -> None:
    uneven(stage)
    stage.until(lambda: zones(stage) == [3, 3, 3])
    stage.advance(5)

    assert len(stage.of_type("ECS Service Action", "SERVICE_REBALANCING_STARTED")) == 1
    assert len(stage.of_type("ECS Service Action", "SERVICE_REBALANCING_COMPLETED")) == 1
    assert stage.placement_failures() == []
    messages = "\n".join(stage.messages())
    assert "is not AZ balanced with " in messages
    assert f"3 tasks in {SHORT}, " in messages
    assert "due to AZ rebalancing" in messages


def test_where_it_is_disabled_zones_stay_uneven(stage: Stage) -> None:
    uneven(stage, rebalancing="DISABLED")
    stage.advance(3600)

    assert zones(stage) == [4, 5]


def test_a_zone_that_stays_short_is_left_alone_without_a_word(stage: Stage) -> None:
    stage.running(desired=9, networkConfiguration=NETWORK, availabilityZoneRebalancing="ENABLED")
    stage.world.weather.set(None, REGION, zone=SHORT, capacity=0)
    stage.advance(3600)

    assert zones(stage) == [4, 5]
    assert stage.of_type("ECS Service Action", "SERVICE_REBALANCING_STARTED") == []


def test_a_deployment_meanwhile_ends_the_rebalancing(stage: Stage) -> None:
    uneven(stage)
    stage.until(lambda: bool(stage.of_type("ECS Service Action", "SERVICE_REBALANCING_STARTED")))

    stage.roll(capacityProviderStrategy=ON_DEMAND)
    stage.until(lambda: stage.service()["deployments"][0]["rolloutState"] == "COMPLETED")
    stage.advance(600)

    assert zones(stage) == [3, 3, 3]
    assert stage.of_type("ECS Service Action", "SERVICE_REBALANCING_COMPLETED") == []


def test_a_scale_in_meanwhile_ends_it_with_the_desired_count(stage: Stage) -> None:
    uneven(stage)
    stage.until(lambda: bool(stage.of_type("ECS Service Action", "SERVICE_REBALANCING_STARTED")))

    stage.update(desiredCount=3)
    stage.advance(1800)

    assert stage.counts() == (3, 0)


def test_a_drought_meanwhile_leaves_the_service_at_its_desired_count(stage: Stage) -> None:
    uneven(stage)
    stage.until(lambda: bool(stage.of_type("ECS Service Action", "SERVICE_REBALANCING_STARTED")))

    stage.world.weather.set(None, REGION, zone=SHORT, capacity=0)
    stage.advance(1800)

    assert stage.counts() == (9, 0)
    assert stage.placement_failures() == []
