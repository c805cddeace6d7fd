"""The port `TaskDefinitions` on AWS's answers."""

from typing import Any

import pytest

from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.task_definitions import SpokeTaskDefinitions
from spot_failover.domain.errors import AccessDeniedError, RefusedError
from spot_failover.domain.task_definition import ARM64, X86_64, Container, TaskDefinition, TaskSize
from tests.contract.examples import HERE
from tests.contract.wire import Answers, refusal

ARN = f"arn:aws:ecs:{HERE.region}:{HERE.account}:task-definition/web:7"
SHOWN: dict[str, Any] = {
    "taskDefinitionArn": ARN,
    "cpu": "512",
    "memory": "1024",
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "containerDefinitions": [
        {
            "name": "web",
            "image": "registry.example/web:1.2",
            "essential": True,
            "stopTimeout": 120,
            "healthCheck": {"command": ["CMD", "true"]},
        },
        {"name": "logs", "image": "registry.example/logs", "essential": False},
    ],
}


@pytest.fixture
def definitions(sessions: SpokeSessions) -> SpokeTaskDefinitions:
    return SpokeTaskDefinitions(sessions)


def test_size_and_containers_are_read(definitions: SpokeTaskDefinitions, answers: Answers) -> None:
    answers("ecs.DescribeTaskDefinition", {"taskDefinition": SHOWN})

    shown = definitions.describe(HERE, ARN)

    assert shown == TaskDefinition(
        ARN,
        cpu=512,
        memory_mib=1024,
        architecture=ARM64,
        containers=(
            Container("web", "registry.example/web:1.2", stop_timeout=120, health_check=True),
            Container("logs", "registry.example/logs", essential=False),
        ),
    )
    assert shown.size == TaskSize(512, 1024, ARM64)


def test_a_task_definition_that_names_no_platform_is_x86(
    definitions: SpokeTaskDefinitions, answers: Answers
) -> None:
    answers("ecs.DescribeTaskDefinition", {"taskDefinition": {"cpu": "256", "memory": "512"}})

    assert definitions.describe(HERE, ARN).size == TaskSize(256, 512, X86_64)


def test_a_revision_is_asked_for_once(definitions: SpokeTaskDefinitions, answers: Answers) -> None:
    wire = answers("ecs.DescribeTaskDefinition", {"taskDefinition": SHOWN}, {"taskDefinition": SHOWN})

    definitions.describe(HERE, ARN)
    definitions.describe(HERE, ARN)
    definitions.describe(HERE, f"{ARN}1")

    assert [sent["taskDefinition"] for sent in wire.sent] == [ARN, f"{ARN}1"]


def test_a_role_of_an_older_spoke_is_told_what_it_lacks(
    definitions: SpokeTaskDefinitions, answers: Answers
) -> None:
    answers("ecs.DescribeTaskDefinition", refusal("AccessDeniedException", "not authorized"))

    with pytest.raises(AccessDeniedError, match="needs ecs:DescribeTaskDefinition there: apply workload"):
        definitions.describe(HERE, ARN)


def test_a_task_definition_without_a_size_is_none_of_fargates(
    definitions: SpokeTaskDefinitions, answers: Answers
) -> None:
    answers("ecs.DescribeTaskDefinition", {"taskDefinition": {"containerDefinitions": []}})

    with pytest.raises(RefusedError, match="names no CPU and memory"):
        definitions.describe(HERE, ARN)
