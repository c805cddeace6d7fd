"""Task definitions in the workload accounts. A revision never changes, so it is asked for once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from spot_failover.adapters.faults import translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import RefusedError
from spot_failover.domain.identity import Location
from spot_failover.domain.task_definition import X86_64, Container, TaskDefinition

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef

_KEPT: Final = 1024
_DENIED = (
    "The spoke role needs ecs:DescribeTaskDefinition there: apply workload-spoke of this hub's version. "
    "Until then savings are not estimated and readiness is not checked."
)


@dataclass(slots=True)
class SpokeTaskDefinitions:
    """The port `TaskDefinitions`; keeps the last thousand that were asked for while the function lives."""

    sessions: SpokeSessions
    _known: dict[str, TaskDefinition] = field(default_factory=dict)

    def describe(self, location: Location, arn: str) -> TaskDefinition:
        known = self._known.get(arn)
        if known is None:
            known = self._described(location, arn)
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[arn] = known
        return known

    def _described(self, location: Location, arn: str) -> TaskDefinition:
        what = f"task definition {arn} in account {location.account}, region {location.region}"
        with translated("ecs:DescribeTaskDefinition", what, denied=_DENIED):
            answer = self.sessions.ecs(location).describe_task_definition(taskDefinition=arn)
        return _read(answer["taskDefinition"], arn, what)


def _read(shown: TaskDefinitionTypeDef, arn: str, what: str) -> TaskDefinition:
    # Fargate asks for both of the task, and ECS answers in units and MiB however they were written:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
    try:
        cpu, memory = int(shown["cpu"]), int(shown["memory"])
    except (KeyError, ValueError) as error:
        raise RefusedError(
            f"The {what} names no CPU and memory of the task, so it is none of Fargate's."
        ) from (error)
    platform = shown.get("runtimePlatform", {})
    containers = tuple(_container(container) for container in shown.get("containerDefinitions", ()))
    return TaskDefinition(arn, cpu, memory, platform.get("cpuArchitecture", X86_64), containers)


def _container(shown: ContainerDefinitionOutputTypeDef) -> Container:
    return Container(
        name=shown.get("name", ""),
        image=shown.get("image", ""),
        essential=shown.get("essential", True),
        stop_timeout=shown.get("stopTimeout"),
        health_check="healthCheck" in shown,
    )
