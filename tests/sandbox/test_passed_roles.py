"""Who names a task definition passes the roles of its tasks."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.acting import SPOKE, Aws, allow
from tests.sandbox.ecs_service import ON_DEMAND, Service

TASKS = {"Service": "ecs-tasks.amazonaws.com"}
TO_ECS = {"Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}


@pytest.fixture(scope="module")
def service(aws: Aws) -> Service:
    roles = {member: aws.role(SPOKE, trust=TASKS) for member in ("taskRoleArn", "executionRoleArn")}
    made = Service(aws, desired=0, definition=roles)
    made.created["roles"] = sorted(roles.values())
    return made


def updating(aws: Aws, service: Service, *statements: dict[str, Any], **change: Any) -> str | None:
    """Update a service as a role with the given statements; returns the error."""
    ecs = aws.client("ecs", aws.assume(aws.role(SPOKE, allow("ecs:UpdateService"), *statements)))
    try:
        ecs.update_service(cluster=service.cluster, service=service.name, **change)
    except ClientError as error:
        return str(error)
    return None


def test_a_task_definition_passes_both_of_its_roles(aws: Aws, service: Service) -> None:
    first, second = service.created["roles"]
    change = {"taskDefinition": service.definition}
    refused = updating(aws, service, **change)
    assert refused is not None
    assert "AccessDeniedException" in refused
    assert f"not authorized to perform: iam:PassRole on resource: {first}" in refused
    refused = updating(aws, service, allow("iam:PassRole", first, **TO_ECS), **change)
    assert refused is not None
    assert second in refused
    assert updating(aws, service, allow("iam:PassRole", [first, second], **TO_ECS), **change) is None


def test_a_task_definition_without_roles_passes_none(aws: Aws) -> None:
    plain = Service(aws, desired=0)
    assert updating(aws, plain, taskDefinition=plain.definition) is None


def test_count_and_strategy_pass_no_role(aws: Aws, service: Service) -> None:
    assert updating(aws, service, desiredCount=1) is None
    change = {"capacityProviderStrategy": ON_DEMAND, "forceNewDeployment": True, "desiredCount": 0}
    assert updating(aws, service, **change) is None


def test_a_refused_role_is_on_record(aws: Aws, service: Service) -> None:
    role = aws.role(SPOKE, allow("ecs:UpdateService"))
    ecs = aws.client("ecs", aws.assume(role))
    with pytest.raises(ClientError):
        ecs.update_service(cluster=service.cluster, service=service.name, taskDefinition=service.definition)
    [denied] = [each.question for each in aws.control.denials() if each.question.role == role]
    assert (denied.action, denied.resource) == ("iam:PassRole", service.created["roles"][0])
    assert denied.context["iam:passedtoservice"] == "ecs-tasks.amazonaws.com"
