"""Event source mappings that poll queues for functions.

AWS: Lambda polls with the function's role, which has to be allowed ReceiveMessage, DeleteMessage and
GetQueueAttributes on the queue; CreateEventSourceMapping refuses a role that is not. A FIFO queue is read in
parallel, one batch in flight per message group. (Lambda developer guide, "Using Lambda with Amazon SQS".)
ministack: polls without asking, and keeps one batch in flight for a whole FIFO queue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.sandbox.arns import account_of, service_of
from simulator.sandbox.authorization import Errand, Refusal
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

MAPPINGS = Seam("services.lambda_svc", "_iter_all_esms", ())
CREATE = Seam("services.lambda_svc", "_create_esm", ("data",))
CONCURRENCY = Seam("services.lambda_svc", "_sqs_esm_concurrency", ("esm", "func_rec", "config", "queue"))
FUNCTIONS = Seam("services.lambda_svc", "_functions")
RESOLVE = Seam("services.lambda_svc", "_resolve_name", ("name_or_arn",))
SEAMS = (MAPPINGS, CREATE, CONCURRENCY, FUNCTIONS, RESOLVE)

PRINCIPAL: Final = "lambda.amazonaws.com"
# Each batch in flight has a worker process, and more of them than this only get in each other's way.
AT_ONCE: Final = max(2, 2 * (os.cpu_count() or 1))
ACTIONS: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def install(parts: Parts) -> None:
    """Ask for the function's role before a mapping is made, and before each poll."""
    functions = parts.emulator.functions
    mappings, create, concurrency = MAPPINGS.original(), CREATE.original(), CONCURRENCY.original()

    def iter_all_esms() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for account, region, mapping in mappings():
            queue = str(mapping.get("EventSourceArn", ""))
            if service_of(queue) == "sqs":
                if not mapping.get("Enabled", True):
                    continue
                with parts.emulator.scope(account, region):
                    if _refusal(parts, str(mapping.get("FunctionName", "")), queue) is not None:
                        continue
            yield account, region, mapping

    def create_esm(data: dict[str, Any]) -> Any:
        queue = str(data.get("EventSourceArn", ""))
        name = functions._resolve_name(str(data.get("FunctionName", "")))
        refusal = _refusal(parts, name, queue) if service_of(queue) == "sqs" else None
        if refusal is None:
            return create(data)
        message = (
            "The provided execution role does not have permissions to call ReceiveMessage on SQS. "
            f"{refusal.message}"
        )
        return functions.error_response_json("InvalidParameterValueException", message, 400)

    def sqs_esm_concurrency(esm: Any, func_rec: Any, config: Any, queue: Any = None) -> int:
        # A group with a message in flight is not received again before that is done: batches share no group.
        limit = int(concurrency(esm, func_rec, config, {**(queue or {}), "is_fifo": False}))
        return min(limit, AT_ONCE)

    MAPPINGS.replace(iter_all_esms)
    CREATE.replace(create_esm)
    CONCURRENCY.replace(sqs_esm_concurrency)


def _refusal(parts: Parts, function_name: str, queue: str) -> Refusal | None:
    function = parts.emulator.functions._functions.get(function_name)
    if function is None:
        return None  # ministack says what is wrong with a mapping of an unknown function
    config = function.get("config") or {}
    arn = str(config.get("FunctionArn", ""))
    errand = Errand(
        service=PRINCIPAL,
        action=ACTIONS[0],
        resource=queue,
        source_arn=arn,
        source_account=account_of(arn),
        region=parts.emulator.here()[1],
        context={},
    )
    return parts.authorizer.as_role(str(config.get("Role", "")), function_name, errand, ACTIONS)
