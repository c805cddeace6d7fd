"""Do a thing once for a key, however often it is asked for: Powertools' idempotency, outside Lambda.

Powertools answers a repeated call from its record, and refuses one while the first is at work. How far a task
had come that was killed, it cannot know: that each effect happens exactly once is the matter of the
conditions and transactions in `store`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

ONE_DAY: Final = 24 * 60 * 60


class Lease:
    """How long a task that dies may block the next one: what Powertools asks Lambda's context for.

    Without a context, a task that is killed would block its key for a day.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the whole lease: it begins when it is asked for."""
        return 1000 * self._seconds


class Once:
    """Wraps functions that take a dictionary by keyword; `lease` is in seconds."""

    def __init__(self, client: DynamoDBClient, table: str, lease: int) -> None:
        self._client = client
        self._table = table
        self._lease = cast("LambdaContext", Lease(lease))

    def __call__(
        self, function: Callable[..., Any], *, argument: str, key: str, same: str = ""
    ) -> Callable[..., Any]:
        """Return `function`, done once for each `key` of `argument`, with the same `same` each time."""
        config = IdempotencyConfig(
            event_key_jmespath=key,
            payload_validation_jmespath=same,
            raise_on_no_idempotency_key=True,
            expires_after_seconds=ONE_DAY,
            lambda_context=self._lease,
        )
        wrapped: Callable[..., Any] = idempotent_function(
            function,
            data_keyword_argument=argument,
            persistence_store=DynamoDBPersistenceLayer(self._table, boto3_client=self._client),
            config=config,
            key_prefix=function.__name__,
        )
        return wrapped
