"""As much of a task definition as is priced or checked. A revision never changes."""

from __future__ import annotations

from dataclasses import dataclass

X86_64 = "X86_64"
ARM64 = "ARM64"


@dataclass(frozen=True, slots=True)
class TaskSize:
    """What Fargate bills a task by: CPU units (1024 are a vCPU), MiB, and X86_64 or ARM64."""

    cpu: int
    memory_mib: int
    architecture: str = X86_64


@dataclass(frozen=True, slots=True)
class Container:
    """One container; stop_timeout in seconds, None where ECS's default of 30 s holds."""

    name: str
    image: str
    essential: bool = True
    stop_timeout: int | None = None
    health_check: bool = False


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """One revision. `arn` ends in `family:revision`."""

    arn: str
    cpu: int
    memory_mib: int
    architecture: str = X86_64
    containers: tuple[Container, ...] = ()

    @property
    def size(self) -> TaskSize:
        """What it is billed by."""
        return TaskSize(self.cpu, self.memory_mib, self.architecture)
