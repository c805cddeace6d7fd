"""The composition root: where ports meet adapters. This is what both functions share; `work_hub` adds to it.

Everything is made when it is first needed and kept while the function lives; nothing runs at import.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spot_failover.adapters.clients import client, hub_session
from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.adapters.state import DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.adapters.work_queue import SqsWorkQueue
from spot_failover.functions.logs import Log
from spot_failover.functions.settings import Settings

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient


def utc_now() -> datetime:
    """Return the time, as finely as the tables keep it."""
    return whole_milliseconds(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the hub runs."""

    partition: str
    region: str
    account: str

    @classmethod
    def of_function(cls, arn: str) -> Place:
        """Read `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`."""
        _, partition, _, region, account, *_ = arn.split(":")
        return cls(partition, region, account)


@dataclass(frozen=True)
class Hub:
    """What both functions share."""

    settings: Settings
    place: Place

    @cached_property
    def log(self) -> Log:
        return Log.to_standard_output(self.settings.service_name, self.settings.log_level)

    @cached_property
    def metrics(self) -> EmbeddedMetrics:
        return EmbeddedMetrics(self.settings.service_name, self.settings.metrics_namespace)

    @cached_property
    def evidence(self) -> DynamoEvidenceLog:
        return DynamoEvidenceLog(Table(self._dynamodb, self.settings.evidence_table))

    @cached_property
    def spokes(self) -> DynamoSpokes:
        return DynamoSpokes(self.state)

    @cached_property
    def queue(self) -> SqsWorkQueue:
        return SqsWorkQueue(self.client("sqs"), self.settings.work_queue_url)

    @cached_property
    def session(self) -> Session:
        return hub_session()

    def client(self, service: str) -> Any:  # noqa: ANN401 - the caller knows which client it is
        return client(self.session, service, self.place.region)

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        made: DynamoDBClient = self.client("dynamodb")
        return made

    @cached_property
    def state(self) -> Table:
        return Table(self._dynamodb, self.settings.state_table)
