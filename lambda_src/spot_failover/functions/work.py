"""The function `work`: every message of work.fifo runs one of the two jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, assert_never

from spot_failover.adapters import wakeups
from spot_failover.adapters.wakeups import InvalidWakeUpError
from spot_failover.functions.batch import BatchResponse, Context, Message, respond
from spot_failover.functions.hub import Place, utc_now
from spot_failover.functions.settings import work_settings
from spot_failover.functions.work_hub import WorkHub
from spot_failover.jobs import ports
from spot_failover.jobs.reconcile import WakeUp
from spot_failover.jobs.survey import SurveyRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What happens to one message."""

    reconcile: Callable[[WakeUp, datetime], None]
    survey: Callable[[SurveyRequest, datetime], None]
    metrics: ports.Metrics
    clock: Callable[[], datetime] = utc_now

    def __call__(self, message: Message) -> None:
        """Run the job that the message asks for; raise where it should come again."""
        try:
            wake_up = wakeups.parse(message.body)
        except InvalidWakeUpError as error:
            # The same message would be as wrong the next time.
            self.metrics.count("RejectedEvents")
            logger.warning("Message %s was turned away: %s", message.id, error)
            return
        self._run(wake_up, message.sent_at)

    def _run(self, wake_up: wakeups.WakeUp, sent_at: datetime) -> None:
        match wake_up:
            case wakeups.Reconcile(service, cause, cause_id):
                self.reconcile(WakeUp(service, cause, cause_id, sent_at), self.clock())
            case wakeups.Survey(location, cause, cause_id, deleted):
                self.survey(SurveyRequest(location, cause, cause_id, deleted), self.clock())
            case _:
                assert_never(wake_up)


@cache
def _parts(function_arn: str) -> tuple[WorkHub, Worker]:
    hub = WorkHub(work_settings(), Place.of_function(function_arn))
    return hub, Worker(hub.reconcile, hub.survey, hub.metrics)


def handler(event: dict[str, Any], context: Context) -> BatchResponse:
    """Take a batch from work.fifo; a message that fails holds back those of its group only."""
    hub, worker = _parts(context.invoked_function_arn)
    with hub.log.of_invocation(context.aws_request_id), hub.metrics.published():
        return respond(event, worker)
