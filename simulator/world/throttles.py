"""ECS's request limits: a token bucket per account, region and group of operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket of `burst` tokens that fills with `per_second`."""

    group: str
    burst: int
    per_second: float


# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
_MODIFY_SERVICE: Final = Limit("service modify", 50, 5)
_READ_SERVICE: Final = Limit("service read", 100, 20)
_READ_TASK: Final = Limit("task read", 100, 20)
_MODIFY_TASK: Final = Limit("task modify", 100, 40)
LIMITS: Final = {
    "CreateService": _MODIFY_SERVICE,
    "UpdateService": _MODIFY_SERVICE,
    "DeleteService": _MODIFY_SERVICE,
    "DescribeServices": _READ_SERVICE,
    "ListServices": _READ_SERVICE,
    "DescribeTasks": _READ_TASK,
    "ListTasks": _READ_TASK,
    "RunTask": _MODIFY_TASK,
    "StopTask": _MODIFY_TASK,
}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html; on-demand and Spot count apart.
LAUNCHES: Final = Limit("launch", 100, 20)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class Throttles:
    """Which requests are let through: AWS's limits per second of the world's time, which no factor scales."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def allows(self, account: str, region: str, limit: Limit, now: datetime, kind: str = "") -> bool:
        """Take one token of a limit, or say that there is none."""
        if not self.enabled:
            return True
        key = (account, region, limit.group + kind)
        bucket = self._buckets.setdefault(key, _Bucket(limit.burst, now))
        passed = (now - bucket.at).total_seconds()
        bucket.tokens = min(limit.burst, bucket.tokens + passed * limit.per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
