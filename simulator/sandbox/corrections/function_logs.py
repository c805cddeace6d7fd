"""The logs that functions write.

AWS: Lambda writes a function's log with the function's role, which has to be allowed logs:CreateLogStream and
logs:PutLogEvents; without them there is no log. (Lambda developer guide, "Sending Lambda function logs to
CloudWatch Logs".)
ministack: writes every log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.arns import account_of
from simulator.sandbox.authorization import Errand
from simulator.sandbox.corrections.pollers import PRINCIPAL
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

EMIT = Seam(
    "services.lambda_svc",
    "_emit_lambda_logs",
    ("func", "request_id", "log_text", "error", "duration_ms", "log_source"),
)
SEAMS = (EMIT,)

ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def install(parts: Parts) -> None:
    """Ask for the function's role before its log is written."""
    original = EMIT.original()

    def emit_lambda_logs(
        func: Mapping[str, Any], request_id: str, log_text: str, error: bool, duration_ms: int, **options: Any
    ) -> None:
        config = func.get("config") or func
        arn = str(config.get("FunctionArn", ""))
        errand = Errand(
            service=PRINCIPAL,
            action=ACTIONS[0],
            resource=_stream(config, arn),
            source_arn=arn,
            source_account=account_of(arn),
            region=arn.split(":")[3],
            context={},
        )
        name = str(config.get("FunctionName", ""))
        if parts.authorizer.as_role(str(config.get("Role", "")), name, errand, ACTIONS) is None:
            original(func, request_id, log_text, error, duration_ms, **options)

    EMIT.replace(emit_lambda_logs)


def _stream(config: Mapping[str, Any], function_arn: str) -> str:
    """Return the ARN of the function's log stream, by one name for all: on AWS each worker has its own."""
    _, partition, _, region, account, _ = function_arn.split(":", 5)
    group = (config.get("LoggingConfig") or {}).get(
        "LogGroup"
    ) or f"/aws/lambda/{config.get('FunctionName', '')}"
    return f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:[$LATEST]"
