"""What `work` has beyond `observe`: the jobs, and the way into the workload accounts.

Apart, so that `observe` does not even load the code that could reach one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from spot_failover.adapters.clients import BRIEF, RETRYING
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.history import HistoryRows
from spot_failover.adapters.ledger import DynamoLedgers
from spot_failover.adapters.outbox import Channels, EventBridgeBus
from spot_failover.adapters.quotas import SpokeQuotas
from spot_failover.adapters.registry import SsmRegistry
from spot_failover.adapters.scaling import SpokeScaling
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.state import DynamoServices
from spot_failover.adapters.target_groups import SpokeTargetGroups
from spot_failover.adapters.task_definitions import SpokeTaskDefinitions
from spot_failover.adapters.topic import SnsTopic
from spot_failover.functions.composition import utc_now
from spot_failover.functions.queue_composition import QueueHub
from spot_failover.functions.settings import WorkSettings
from spot_failover.jobs.readiness import Readiness
from spot_failover.jobs.readings import Readings
from spot_failover.jobs.reconcile import Reconcile
from spot_failover.jobs.steer import Steer
from spot_failover.jobs.survey import Survey
from spot_failover.jobs.telling import Telling


@dataclass(frozen=True)
class WorkHub(QueueHub):
    """The parts of `work`."""

    settings: WorkSettings
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def reconcile(self) -> Reconcile:
        return Reconcile(
            services=self._services,
            spokes=self.spokes,
            evidence=self.evidence,
            ecs=self._ecs,
            scaling=self._scaling,
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
            evidence=self.evidence,
            outbox=self._outbox,
            queue=self.queue,
            metrics=self.metrics,
            event_bus_arn=self.settings.event_bus_arn,
            default_policy=self.settings.default_policy,
            readings=self._readings,
            readiness=self._readiness,
        )

    @cached_property
    def steer(self) -> Steer:
        return Steer(
            services=self._services,
            evidence=self.evidence,
            outbox=self._outbox,
            queue=self.queue,
            operation=self.settings.operation,
        )

    @cached_property
    def _readings(self) -> Readings:
        return Readings(
            ledgers=self._ledgers,
            evidence=self.evidence,
            task_definitions=self._task_definitions,
            metrics=self.metrics,
            telling=Telling(self._outbox),
            prices=self.settings.prices,
            operation=self.settings.operation,
        )

    @cached_property
    def _readiness(self) -> Readiness:
        return Readiness(
            services=self._services,
            spokes=self.spokes,
            ecs=self._ecs,
            task_definitions=self._task_definitions,
            target_groups=SpokeTargetGroups(self._sessions),
            scaling=self._scaling,
            quotas=SpokeQuotas(self._sessions),
            ledgers=self._ledgers,
            metrics=self.metrics,
            telling=Telling(self._outbox),
        )

    @cached_property
    def _ledgers(self) -> DynamoLedgers:
        return DynamoLedgers(self.state)

    @cached_property
    def _scaling(self) -> SpokeScaling:
        return SpokeScaling(self._sessions)

    @cached_property
    def _task_definitions(self) -> SpokeTaskDefinitions:
        return SpokeTaskDefinitions(self._sessions)

    @cached_property
    def _services(self) -> DynamoServices:
        return DynamoServices(self.state)

    @cached_property
    def _ecs(self) -> SpokeEcs:
        return SpokeEcs(self._sessions)

    @cached_property
    def _outbox(self) -> Channels:
        partition, settings = self.place.partition, self.settings
        events = self.session.client("events", config=BRIEF)
        bus = EventBridgeBus(events, settings.event_bus_arn, partition)
        history = HistoryRows(self.evidence.table, timedelta(days=settings.archive_days))
        topic = SnsTopic(lambda: self._sns, settings.alert_topic_arn, partition)
        return Channels((bus, history, topic), self.metrics)

    @cached_property
    def _sns(self) -> Any:  # noqa: ANN401 - boto3's client
        return self.session.client("sns", config=BRIEF)

    @cached_property
    def _sessions(self) -> SpokeSessions:
        return SpokeSessions(
            hub=self.session,
            sts=self.session.client("sts", config=RETRYING),
            partition=self.place.partition,
            role_name=self.settings.spoke_role_name,
            external_id=self.settings.external_id,
            clock=self.clock,
        )
