"""The function `work`: every message of work.fifo runs one of the jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from spot_failover.adapters import wakeups
from spot_failover.adapters.wakeups import InvalidWakeUpError
from spot_failover.domain.command import Command
from spot_failover.domain.metric import Metric
from spot_failover.domain.requests import SurveyRequest, is_overtaken
from spot_failover.functions.batch import respond, sent_at
from spot_failover.functions.composition import Place, utc_now
from spot_failover.functions.settings import work_settings
from spot_failover.functions.work_composition import WorkHub
from spot_failover.jobs import ports
from spot_failover.jobs.reconcile import WakeUp

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What happens to one message."""

    reconcile: Callable[[WakeUp, datetime], None]
    survey: Callable[[SurveyRequest, datetime], None]
    steer: Callable[[Command, datetime], None]
    metrics: ports.Metrics
    clock: Callable[[], datetime] = utc_now

    def __call__(self, record: SQSRecord) -> None:
        """Run the job that the message asks for; raise where it should come again."""
        try:
            wake_up = wakeups.parse(record.body)
        except InvalidWakeUpError as error:
            # The same message would be as wrong the next time.
            self.metrics.count(Metric.REJECTED_EVENTS)
            logger.warning("Message %s was turned away: %s", record.message_id, error)
            return
        self._run(wake_up, sent_at(record))

    def _run(self, wake_up: wakeups.WakeUp, sent: datetime) -> None:
        match wake_up:
            case wakeups.Reconcile(service, cause, cause_id):
                self.reconcile(WakeUp(service, cause, cause_id, sent), self.clock())
            case wakeups.Survey():
                if wake_up.scheduled and is_overtaken(sent, self.clock()):
                    logger.info("A survey of %s is left to newer ticks.", wake_up.location.key)
                else:
                    self.survey(wake_up, self.clock())
            case wakeups.Steer():
                self.steer(wake_up, self.clock())
            case _:
                assert_never(wake_up)


@cache
def _parts(function_arn: str) -> tuple[WorkHub, Worker]:
    hub = WorkHub(work_settings(), Place.of_function(function_arn))
    return hub, Worker(hub.reconcile, hub.survey, hub.steer, hub.metrics)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take a batch from work.fifo; a message that fails holds back those of its group only."""
    hub, worker = _parts(context.invoked_function_arn)
    with hub.logger.append_context_keys(function_request_id=context.aws_request_id), hub.metrics.published():
        return respond(event, worker)
