"""The FIFO queue that wakes the jobs, one message group for each service and for each account and region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spot_failover.adapters.batches import batches
from spot_failover.adapters.faults import translated
from spot_failover.adapters.wakeups import Reconcile, Steer, Survey, WakeUp, deduplication_id
from spot_failover.domain.command import Command
from spot_failover.domain.errors import UnreachableError
from spot_failover.domain.identity import Location, ServiceId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
_ENTRIES_PER_CALL = 10
_DENIED = "Look at the function's role and at the policy of the queue."


@dataclass(frozen=True, slots=True)
class SqsWorkQueue:
    """The port `WorkQueue`."""

    client: SQSClient
    url: str

    def reconcile(self, services: Iterable[ServiceId], cause: str, cause_id: str) -> None:
        self._send(Reconcile(service, cause, cause_id) for service in services)

    def steer(self, command: Command) -> None:
        self._send([Steer.of(command)])

    def survey(self, locations: Iterable[Location], cause: str, cause_id: str, deleted: str = "") -> None:
        self._send(Survey(location, cause, cause_id, deleted) for location in locations)

    def _send(self, wake_ups: Iterable[WakeUp]) -> None:
        for batch in batches(wake_ups, _ENTRIES_PER_CALL):
            with translated("sqs:SendMessage", f"queue {self.url}", denied=_DENIED):
                answer = self.client.send_message_batch(
                    QueueUrl=self.url,
                    Entries=[
                        {
                            "Id": str(index),
                            "MessageBody": wake_up.body(),
                            "MessageGroupId": wake_up.group,
                            "MessageDeduplicationId": deduplication_id(wake_up),
                        }
                        for index, wake_up in enumerate(batch)
                    ],
                )
            if failed := answer.get("Failed"):
                reasons = sorted(
                    {f"{entry['Code']}: {entry.get('Message', 'no message')}" for entry in failed}
                )
                raise UnreachableError(
                    f"Queue {self.url} did not take {len(failed)} of {len(batch)} wake-ups. "
                    f"AWS says {'; '.join(reasons)}"
                )
