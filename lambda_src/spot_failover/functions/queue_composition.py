"""What the functions have that work on queues.

Apart, so that `console`, whom somebody waits for, does not load it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from spot_failover.adapters.clients import RETRYING
from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.adapters.tables import Table
from spot_failover.adapters.work_queue import SqsWorkQueue
from spot_failover.functions.composition import Hub
from spot_failover.functions.settings import QueueSettings


@dataclass(frozen=True)
class QueueHub(Hub):
    """What the functions share that work on queues."""

    settings: QueueSettings

    @cached_property
    def metrics(self) -> EmbeddedMetrics:
        settings = self.settings
        return EmbeddedMetrics(settings.metrics_namespace, settings.service_name, settings.metrics_detail)

    @cached_property
    def evidence(self) -> DynamoEvidenceLog:
        return DynamoEvidenceLog(Table(self.dynamodb, self.settings.evidence_table))

    @cached_property
    def queue(self) -> SqsWorkQueue:
        return SqsWorkQueue(self.session.client("sqs", config=RETRYING), self.settings.work_queue_url)
