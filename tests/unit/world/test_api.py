"""Describing and listing, tags, throttles and stale reads."""

import contextlib

import pytest

from simulator.world import EcsError
from tests.unit.world.stage import ACCOUNT, CLUSTER, ON_DEMAND, REGION, Stage


def test_services_that_do_not_exist_come_back_as_failures(stage: Stage) -> None:
    stage.create()

    answer = stage.api.describe_services({"cluster": CLUSTER, "services": ["web", "nobody"]})

    assert [service["serviceName"] for service in answer["services"]] == ["web"]
    assert answer["failures"] == [
        {"arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/nobody", "reason": "MISSING"}
    ]


@pytest.mark.parametrize(
    "name",
    [
        "web",
        f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/web",
        f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/web",
    ],
)
def test_a_service_is_found_by_name_and_by_either_format_of_its_arn(stage: Stage, name: str) -> None:
    stage.create()
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main"

    [service] = stage.api.describe_services({"cluster": cluster, "services": [name]})["services"]

    assert service["serviceArn"] == f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/web"


def test_an_arn_of_another_account_is_missing(stage: Stage) -> None:
    stage.create()
    other = f"arn:aws:ecs:{REGION}:222222222222:service/main/web"

    answer = stage.api.describe_services({"cluster": CLUSTER, "services": [other]})

    assert answer == {"services": [], "failures": [{"arn": other, "reason": "MISSING"}]}


def test_the_same_names_in_another_account_and_region_are_other_services(stage: Stage) -> None:
    stage.running(desired=2)
    for account, region in (("222222222222", REGION), (ACCOUNT, "eu-central-1")):
        stage.world.register_cluster(account, region, CLUSTER)
        api = stage.world.api(account, region)

        answer = api.describe_services({"cluster": CLUSTER, "services": ["web"]})

        assert answer["services"] == []


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_arns_have_the_partition_of_their_region(stage: Stage, region: str, partition: str) -> None:
    assert stage.world.register_cluster(ACCOUNT, region, "main") == (
        f"arn:{partition}:ecs:{region}:{ACCOUNT}:cluster/main"
    )


def test_services_are_listed_ten_to_a_page(stage: Stage) -> None:
    for index in range(12):
        stage.create(f"web-{index:02}", desired=0)

    first = stage.api.list_services({"cluster": CLUSTER})
    second = stage.api.list_services({"cluster": CLUSTER, "nextToken": first["nextToken"]})
    whole = stage.api.list_services({"cluster": CLUSTER, "maxResults": 100})

    assert len(first["serviceArns"]) == 10
    assert "nextToken" not in second
    assert first["serviceArns"] + second["serviceArns"] == whole["serviceArns"]


def test_pages_have_a_limit(stage: Stage) -> None:
    with pytest.raises(EcsError, match="between 1 and 100"):
        stage.api.list_services({"cluster": CLUSTER, "maxResults": 101})


def test_listing_by_desired_status_pending_never_returns_anything(stage: Stage) -> None:
    stage.create(desired=3)
    stage.advance(20)
    request = {"cluster": CLUSTER, "serviceName": "web"}

    assert {task["lastStatus"] for task in stage.tasks()} == {"PENDING"}
    assert stage.api.list_tasks(request | {"desiredStatus": "PENDING"}) == {"taskArns": []}
    assert len(stage.api.list_tasks(request)["taskArns"]) == 3


def test_a_stopped_task_can_be_described_for_an_hour(stage: Stage) -> None:
    stage.running(desired=1)
    arn = stage.tasks()[0]["taskArn"]
    stage.update(desiredCount=0)
    stage.advance(600)
    assert (
        stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [arn]})["tasks"][0]["lastStatus"] == "STOPPED"
    )

    stage.advance(3600)

    assert stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [arn]}) == {
        "tasks": [],
        "failures": [{"arn": arn, "reason": "MISSING"}],
    }


def test_tags_are_shown_when_they_are_asked_for(stage: Stage) -> None:
    arn = stage.create(tags=[{"key": "team", "value": "a"}])["serviceArn"]

    stage.api.tag_resource(
        {"resourceArn": arn, "tags": [{"key": "team", "value": "b"}, {"key": "x", "value": "1"}]}
    )
    stage.api.untag_resource({"resourceArn": arn, "tagKeys": ["x"]})
    request = {"cluster": CLUSTER, "services": ["web"]}

    assert "tags" not in stage.api.describe_services(request)["services"][0]
    [service] = stage.api.describe_services(request | {"include": ["TAGS"]})["services"]
    assert service["tags"] == [{"key": "team", "value": "b"}]
    assert stage.api.list_tags_for_resource({"resourceArn": arn})["tags"] == service["tags"]


def test_an_answer_is_the_callers_own(stage: Stage) -> None:
    stage.create()

    stage.service()["deploymentConfiguration"]["maximumPercent"] = 1

    assert stage.service()["deploymentConfiguration"]["maximumPercent"] == 200


def updates_let_through(stage: Stage, *, at_most: int = 200) -> int:
    """Update the service until ECS throttles it, and return how often that went well."""
    done = 0
    with contextlib.suppress(EcsError):
        while done < at_most:
            stage.update(desiredCount=done % 2)
            done += 1
    return done


def test_updates_are_throttled_after_a_burst_and_let_through_again_by_the_second(stage: Stage) -> None:
    stage.create()

    assert updates_let_through(stage) == 49  # CreateService took one of the 50
    with pytest.raises(EcsError, match="Rate exceeded") as refused:
        stage.update(desiredCount=1)
    assert refused.value.code == "ThrottlingException"
    stage.advance(2)
    assert updates_let_through(stage) == 10


def test_throttles_do_not_count_across_accounts_and_can_be_switched_off(stage: Stage) -> None:
    stage.create()
    updates_let_through(stage)
    stage.world.register_cluster("222222222222", REGION, CLUSTER)

    other = stage.world.api("222222222222", REGION)
    with pytest.raises(EcsError) as refused:
        other.update_service({"cluster": CLUSTER, "service": "web"})
    assert refused.value.code == "ServiceNotFoundException"

    stage.world.throttles.enabled = False
    assert updates_let_through(stage) == 200


def test_calls_can_be_throttled_on_purpose(stage: Stage) -> None:
    stage.create()
    stage.world.faults.throttle("UpdateService", 2)

    for _ in range(2):
        with pytest.raises(EcsError, match="Rate exceeded"):
            stage.update(desiredCount=1)
    stage.update(desiredCount=1)

    assert stage.service()["desiredCount"] == 1


def test_a_stale_read_shows_the_service_as_it_was_before_our_own_update(stage: Stage) -> None:
    stage.running()
    old = stage.service()["deployments"][0]["id"]
    stage.world.faults.stale_reads(10)

    stage.roll(capacityProviderStrategy=ON_DEMAND)
    stage.advance(9)
    assert [deployment["id"] for deployment in stage.service()["deployments"]] == [old]
    stage.advance(2)

    assert len(stage.service()["deployments"]) == 2
    stage.roll()
    stage.world.faults.stale_reads(0)
    assert len(stage.service()["deployments"]) == 3


def test_a_stale_read_does_not_know_a_service_that_is_too_young(stage: Stage) -> None:
    stage.world.faults.stale_reads(5)
    stage.advance(60)
    stage.create()
    request = {"cluster": CLUSTER, "services": ["web"]}

    assert stage.api.describe_services(request)["failures"][0]["reason"] == "MISSING"
    stage.advance(5)

    assert stage.api.describe_services(request)["failures"] == []


def test_tasks_are_read_fresh_unless_their_staleness_is_asked_for(stage: Stage) -> None:
    stage.running(desired=2)
    stage.world.faults.stale_reads(30)

    stage.update(desiredCount=1)
    stage.advance(5)

    assert len(stage.tasks()) == 1


def test_a_stale_read_of_tasks_shows_them_as_they_were(stage: Stage) -> None:
    stage.running(desired=2)
    stage.advance(60)
    stage.world.faults.stale_reads(30, tasks=True)

    stage.update(desiredCount=3)
    stage.world.weather.interrupt(ACCOUNT, REGION, CLUSTER, "web", 1)
    stage.advance(29)

    assert [task["desiredStatus"] for task in stage.tasks()] == ["RUNNING", "RUNNING"]
    stage.advance(5)
    assert sorted(task["lastStatus"] for task in stage.tasks()) == ["PROVISIONING", "PROVISIONING", "RUNNING"]
    assert len(stage.tasks(desired="STOPPED")) == 1


def test_a_stale_read_does_not_know_a_task_that_is_too_young(stage: Stage) -> None:
    stage.world.faults.stale_reads(30, tasks=True)
    stage.create(desired=1)
    stage.advance(5)
    [arn] = [event["resources"][0] for event in stage.of_type("ECS Task State Change")]

    answer = stage.api.describe_tasks({"cluster": CLUSTER, "tasks": [arn]})

    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]
