"""Where ports meet adapters. Everything is made when it is first needed, and kept while the function lives.

Nothing runs at import, and no client is made that the work at hand does not need.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics

import spot_failover
from spot_failover.adapters.clients import RETRYING, hub_session
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.adapters.outbox import EventBridgeOutbox
from spot_failover.adapters.registry import SsmRegistry
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.adapters.work_queue import SqsWorkQueue
from spot_failover.functions.settings import Settings, WorkSettings
from spot_failover.jobs.reconcile import Reconcile
from spot_failover.jobs.survey import Survey

if TYPE_CHECKING:
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
    def logger(self) -> Logger:
        """The JSON log of the whole package: its modules log by name, as the standard library does."""
        logger = Logger(service=self.settings.service_name, level=self.settings.log_level)
        package = logging.getLogger(spot_failover.__name__)
        package.handlers = [logger.registered_handler]
        package.setLevel(self.settings.log_level)
        package.propagate = False
        return logger

    @cached_property
    def metrics(self) -> EmbeddedMetrics:
        return EmbeddedMetrics(
            Metrics(service=self.settings.service_name, namespace=self.settings.metrics_namespace)
        )

    @cached_property
    def evidence(self) -> DynamoEvidenceLog:
        return DynamoEvidenceLog(Table(self._dynamodb, self.settings.evidence_table))

    @cached_property
    def spokes(self) -> DynamoSpokes:
        return DynamoSpokes(self._state)

    @cached_property
    def queue(self) -> SqsWorkQueue:
        return SqsWorkQueue(self._session.client("sqs", config=RETRYING), self.settings.work_queue_url)

    @cached_property
    def _session(self) -> boto3.Session:
        return hub_session(self.place.region)

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        return self._session.client("dynamodb", config=RETRYING)

    @cached_property
    def _state(self) -> Table:
        return Table(self._dynamodb, self.settings.state_table)


@dataclass(frozen=True)
class WorkHub(Hub):
    """What `work` has beyond that: the jobs, and the way into the workload accounts."""

    settings: WorkSettings
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def reconcile(self) -> Reconcile:
        return Reconcile(
            services=self._services,
            spokes=self.spokes,
            evidence=self.evidence,
            ecs=self._ecs,
            outbox=self._outbox,
            queue=self.queue,
            metrics=self.metrics,
            operation=self.settings.operation,
        )

    @cached_property
    def survey(self) -> Survey:
        return Survey(
            services=self._services,
            spokes=self.spokes,
            registry=SsmRegistry(self._sessions),
            ecs=self._ecs,
            outbox=self._outbox,
            queue=self.queue,
            metrics=self.metrics,
            event_bus_arn=self.settings.event_bus_arn,
        )

    @cached_property
    def _services(self) -> DynamoServices:
        return DynamoServices(self._state)

    @cached_property
    def _ecs(self) -> SpokeEcs:
        return SpokeEcs(self._sessions)

    @cached_property
    def _outbox(self) -> EventBridgeOutbox:
        client = self._session.client("events", config=RETRYING)
        return EventBridgeOutbox(client, self.settings.event_bus_arn, self.place.partition)

    @cached_property
    def _sessions(self) -> SpokeSessions:
        return SpokeSessions(
            hub=self._session,
            sts=self._session.client("sts", config=RETRYING),
            partition=self.place.partition,
            role_name=self.settings.spoke_role_name,
            external_id=self.settings.external_id,
            clock=self.clock,
        )
