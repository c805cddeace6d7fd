"""ECS services live in the world: Fargate's pace, Spot's weather, ECS's refusals, events on the buses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox.control import ControlRefusedError
from tests.sandbox.acting import OTHER_REGION, REGION, SPOKE, Aws, allow, document
from tests.sandbox.ecs_service import ON_DEMAND, SPOT, Service

EVENTS = {"Service": "events.amazonaws.com"}


@pytest.fixture(scope="module")
def service(aws: Aws) -> Service:
    started = Service(aws)
    started.wait_running(2)
    return started


def test_a_service_comes_up_at_fargate_s_pace(service: Service) -> None:
    assert service.created["runningCount"] == 0
    assert service.now()["runningCount"] == 2
    assert service.now()["deployments"][0]["rolloutState"] in ("IN_PROGRESS", "COMPLETED")


def test_a_strategy_change_without_a_new_deployment_is_refused(service: Service) -> None:
    change = {"cluster": service.cluster, "service": "api", "capacityProviderStrategy": ON_DEMAND}
    with pytest.raises(ClientError) as refused:
        service.ecs.update_service(**change)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_tags_of_a_service_are_kept(service: Service) -> None:
    arn = service.created["serviceArn"]
    service.ecs.tag_resource(resourceArn=arn, tags=[{"key": "spot-failover", "value": "off"}])
    described = service.ecs.describe_services(cluster=service.cluster, services=["api"], include=["TAGS"])
    assert {tag["key"] for tag in described["services"][0]["tags"]} == {"team", "spot-failover"}
    assert {tag["key"] for tag in service.ecs.list_tags_for_resource(resourceArn=arn)["tags"]} == {
        "team",
        "spot-failover",
    }


def test_tasks_can_be_listed_and_described(service: Service) -> None:
    arns = service.ecs.list_tasks(cluster=service.cluster, serviceName="api")["taskArns"]
    tasks = service.ecs.describe_tasks(cluster=service.cluster, tasks=arns)["tasks"]
    assert {(task["lastStatus"], task["capacityProviderName"]) for task in tasks} == {
        ("RUNNING", "FARGATE_SPOT")
    }
    assert all(task["startedAt"].tzinfo for task in tasks)


def test_a_task_has_a_private_address_and_a_zone(service: Service) -> None:
    tasks = service.tasks()
    assert len(service.addresses()) == len(tasks)
    assert {task["availabilityZone"] for task in tasks} == {f"{REGION}a"}
    assert {task["capacityProviderName"] for task in tasks} == {"FARGATE_SPOT"}


def test_clusters_and_services_can_be_listed(aws: Aws, service: Service) -> None:
    assert service.created["clusterArn"] in service.ecs.list_clusters()["clusterArns"]
    web = Service(aws, desired=0, cluster=service.cluster, name="web")
    pages = service.ecs.get_paginator("list_services").paginate(
        cluster=service.cluster, PaginationConfig={"PageSize": 1}
    )
    arns = [arn for page in pages for arn in page["serviceArns"]]
    assert arns == [service.created["serviceArn"], web.created["serviceArn"]]
    web.delete()


def test_tags_are_shown_where_they_are_asked_for(service: Service) -> None:
    assert "tags" not in service.now()
    assert {"key": "team", "value": "shop"} in service.now("TAGS")["tags"]


def test_a_service_with_a_launch_type_has_tasks_without_a_capacity_provider(aws: Aws) -> None:
    service = Service(aws, desired=1, launchType="FARGATE")
    described = service.wait_running(1)
    assert (described["launchType"], described.get("capacityProviderStrategy", [])) == ("FARGATE", [])
    [task] = service.tasks()
    assert (task["launchType"], task.get("capacityProviderName")) == ("FARGATE", None)
    service.delete()


def test_count_and_task_definition_can_be_changed_together(aws: Aws) -> None:
    service, other = Service(aws, desired=0), Service(aws, desired=0)
    service.update(desiredCount=1, taskDefinition=other.definition)
    described = service.wait_running(1)
    assert (described["desiredCount"], described["taskDefinition"]) == (1, other.definition)
    assert [task["taskDefinitionArn"] for task in service.tasks()] == [other.definition]
    service.delete()


def test_stopped_tasks_are_listed_by_their_desired_status(aws: Aws) -> None:
    service = Service(aws, desired=1)
    service.wait_running(1)
    [task] = service.tasks()
    service.ecs.stop_task(cluster=service.cluster, task=task["taskArn"])
    listed = service.ecs.list_tasks(
        cluster=service.cluster, serviceName=service.name, desiredStatus="STOPPED"
    )
    assert listed["taskArns"] == [task["taskArn"]]
    service.delete()


def test_a_cluster_with_a_service_cannot_be_deleted(service: Service) -> None:
    with pytest.raises(ClientError, match="ClusterContainsServicesException"):
        service.ecs.delete_cluster(cluster=service.cluster)


def test_the_cluster_counts_what_the_world_runs(service: Service) -> None:
    [cluster] = service.ecs.describe_clusters(clusters=[service.cluster])["clusters"]
    assert (cluster["runningTasksCount"], cluster["activeServicesCount"]) == (2, 1)


def test_throttling_is_answered_as_aws_does(aws: Aws, service: Service) -> None:
    aws.control.throttle("DescribeServices")
    with pytest.raises(ClientError) as throttled:
        service.now()
    assert throttled.value.response["Error"]["Code"] == "ThrottlingException"
    assert service.now()["status"] == "ACTIVE"


def test_calls_are_recorded_with_who_made_them(aws: Aws, service: Service) -> None:
    role = aws.role(SPOKE, allow("ecs:UpdateService"))
    ecs = aws.client("ecs", aws.assume(role))
    with pytest.raises(ClientError):
        ecs.update_service(cluster=service.cluster, service="api", capacityProviderStrategy=ON_DEMAND)
    calls, _ = aws.control.calls()
    [call] = [each for each in calls if each["principal"] == role]
    assert (call["action"], call["cluster"], call["service"]) == ("UpdateService", service.cluster, "api")
    assert call["error"] == "InvalidParameterException"


def test_an_interruption_is_told_on_the_default_bus_of_account_and_region(aws: Aws) -> None:
    service = Service(aws, desired=1)
    url, queue = aws.queue(SPOKE, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    cluster_arn = service.created["clusterArn"]
    pattern = {
        "source": ["aws.ecs"],
        "detail": {"clusterArn": [cluster_arn], "stopCode": ["SpotInterruption"]},
    }
    aws.rule(SPOKE, {"Arn": queue}, pattern=pattern)
    service.wait_running(1)
    [task] = aws.control.interrupt(SPOKE, REGION, service.cluster, "api")
    [notice, *_] = aws.events_in(SPOKE, url, wait=10)
    assert (notice["account"], notice["region"], notice["detail-type"]) == (
        SPOKE,
        REGION,
        "ECS Task State Change",
    )
    assert (notice["resources"], notice["detail"]["desiredStatus"]) == ([task], "STOPPED")
    service.delete()


def test_events_can_come_several_times_and_out_of_order(aws: Aws) -> None:
    url, queue = aws.queue(SPOKE, allow("sqs:SendMessage", "{arn}", Principal=EVENTS))
    cluster = aws.cluster(SPOKE)
    arn = f"arn:aws:ecs:{REGION}:{SPOKE}:cluster/{cluster}"
    pattern = {"source": ["aws.ecs"], "detail": {"clusterArn": [arn], "lastStatus": ["RUNNING"]}}
    aws.rule(SPOKE, {"Arn": queue}, pattern=pattern)
    aws.control.events(copies=3, shuffle_seconds=0.2)
    try:
        service = Service(aws, desired=1, cluster=cluster)
        service.wait_running(1)
        ids: list[str] = []
        while len(ids) < 3:
            ids += [event["id"] for event in aws.events_in(SPOKE, url, wait=5)]
    finally:
        aws.control.events()
    assert len(ids) == 3
    assert len(set(ids)) == 1
    service.delete()


def test_a_drought_in_one_region_leaves_the_other_alone(aws: Aws) -> None:
    here, there = Service(aws, desired=1), Service(aws, OTHER_REGION, desired=1)
    here.wait_running(1)
    there.wait_running(1)
    aws.control.weather(REGION, "drought", SPOKE)
    try:
        here.wait_running(0)
        by_service = {each["cluster"]: each["spot_running"] for each in aws.control.services()}
        assert (by_service[here.cluster], by_service[there.cluster]) == (0, 1)
    finally:
        aws.control.weather(REGION, "calm", SPOKE)
    here.wait_running(1)
    samples, _ = aws.control.log()
    assert {each["spot_running"] for each in samples if each["cluster"] == here.cluster} == {0, 1}
    here.delete()
    there.delete()


def test_a_failover_and_back(aws: Aws) -> None:
    service = Service(aws, desired=1)
    service.wait_running(1)
    update = {"cluster": service.cluster, "service": "api", "forceNewDeployment": True}
    for strategy, provider in ((ON_DEMAND, "FARGATE"), (SPOT, "FARGATE_SPOT")):
        service.ecs.update_service(**update, capacityProviderStrategy=strategy)

        def moved(provider: str = provider) -> bool:
            arns = service.ecs.list_tasks(cluster=service.cluster)["taskArns"]
            tasks = service.ecs.describe_tasks(cluster=service.cluster, tasks=arns)["tasks"] if arns else []
            return [(task["lastStatus"], task["capacityProviderName"]) for task in tasks] == [
                ("RUNNING", provider)
            ]

        aws.control.wait_for(moved, seconds=15, what=f"a task on {provider}")
        aws.control.wait_for(
            lambda: len(service.now()["deployments"]) == 1, seconds=15, what="the old one's end"
        )
    service.delete()


def test_stale_reads_show_the_past(aws: Aws) -> None:
    service = Service(aws, desired=1)
    service.wait_running(1)
    aws.control.stale_reads(30)
    try:
        service.ecs.update_service(cluster=service.cluster, service="api", desiredCount=0)
        assert service.now()["desiredCount"] == 1
    finally:
        aws.control.stale_reads(0)
    assert service.now()["desiredCount"] == 0
    service.delete()


def test_an_unknown_service_has_aws_s_error(service: Service) -> None:
    with pytest.raises(ClientError) as unknown:
        service.ecs.update_service(cluster=service.cluster, service="absent")
    assert unknown.value.response["Error"]["Code"] == "ServiceNotFoundException"
    failures = service.ecs.describe_services(cluster=service.cluster, services=["absent"])["failures"]
    assert [failure["reason"] for failure in failures] == ["MISSING"]


def test_a_policy_document_is_no_control_request(aws: Aws) -> None:
    with pytest.raises(ControlRefusedError, match="An event envelope needs"):
        aws.control.emit(document())
    with pytest.raises(ControlRefusedError, match="not 'storm'"):
        aws.control.weather(REGION, "storm")
