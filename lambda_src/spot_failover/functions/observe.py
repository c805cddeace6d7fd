"""The function `observe`: every message of its queues becomes evidence and a wake-up, or is turned away.

It can reach no workload account.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from spot_failover.domain.metric import Metric
from spot_failover.domain.requests import TICK, is_overtaken
from spot_failover.events.envelope import read_body
from spot_failover.events.errors import EventError
from spot_failover.events.model import (
    CommandSignal,
    EvidenceSignal,
    Ignored,
    RegistrationSignal,
    Signal,
    TickSignal,
)
from spot_failover.events.parser import parse
from spot_failover.functions.batch import respond, sent_at
from spot_failover.functions.composition import Place, utc_now
from spot_failover.functions.queue_composition import QueueHub
from spot_failover.functions.settings import observe_settings
from spot_failover.jobs import ports

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Observer:
    """What happens to one message. `hub_account` may send drills for any service of the fleet."""

    evidence: ports.EvidenceLog
    spokes: ports.Spokes
    queue: ports.WorkQueue
    metrics: ports.Metrics
    drills: bool
    hub_account: str
    clock: Callable[[], datetime] = utc_now

    def __call__(self, record: SQSRecord) -> None:
        """Act on one message; raise where it should come again."""
        try:
            signal = self._read(record.body)
        except EventError as error:
            # The same message would be as wrong the next time.
            self.metrics.count(Metric.REJECTED_EVENTS)
            logger.warning("Message %s was turned away: %s", record.message_id, error)
            return
        self._act(signal, record)

    def _read(self, body: str) -> Signal:
        return parse(read_body(body), drills=self.drills, hub_account=self.hub_account, now=self.clock())

    def _act(self, signal: Signal, record: SQSRecord) -> None:
        match signal:
            case EvidenceSignal(service, evidence):
                # First the row, then the wake-up: whoever wakes must find it.
                self.evidence.add(service, evidence)
                if signal.wake:
                    self.queue.reconcile([service], evidence.kind.value, evidence.event_id)
            case RegistrationSignal(location, cause, event_id, deleted):
                self.queue.survey([location], cause.value, event_id, deleted)
            case CommandSignal(command):
                self.queue.steer(command)
            case TickSignal() if is_overtaken(sent_at(record), self.clock()):
                logger.info("Message %s is left to newer ticks.", record.message_id)
            case TickSignal():
                self.queue.survey(self.spokes.all(), TICK, record.message_id)
            case Ignored(reason):
                logger.debug("Message %s asks for nothing: %s", record.message_id, reason)
            case _:
                assert_never(signal)


@cache
def _parts(function_arn: str) -> tuple[QueueHub, Observer]:
    settings, place = observe_settings(), Place.of_function(function_arn)
    hub = QueueHub(settings, place)
    return hub, Observer(hub.evidence, hub.spokes, hub.queue, hub.metrics, settings.drills, place.account)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take a batch from a standard queue."""
    hub, observer = _parts(context.invoked_function_arn)
    with hub.logger.append_context_keys(function_request_id=context.aws_request_id), hub.metrics.published():
        return respond(event, observer)
