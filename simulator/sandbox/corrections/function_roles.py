"""The role of a function.

AWS: CreateFunction refuses a role that does not trust lambda.amazonaws.com. Lambda writes a function's log
with its role, which has to be allowed logs:CreateLogStream and logs:PutLogEvents; without them there is no
log. (Lambda developer guide, "Defining Lambda function permissions with an execution role".)
ministack: takes any role that exists, and writes every log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.sandbox.arns import account_of, region_of
from simulator.sandbox.authorization import Errand
from simulator.sandbox.corrections.pollers import PRINCIPAL
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

EMIT = Seam(
    "services.lambda_svc",
    "_emit_lambda_logs",
    ("func", "request_id", "log_text", "error", "duration_ms", "log_source"),
)
CREATE = Seam("services.lambda_svc", "_create_function", ("data",))
SEAMS = (EMIT, CREATE)

ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def install(parts: Parts) -> None:
    """Ask for the function's role before the function is made, and before its log is written."""
    original, create = EMIT.original(), CREATE.original()

    def create_function(data: dict[str, Any]) -> Any:
        account, region = parts.emulator.here()
        arn = f"arn:aws:lambda:{region}:{account}:function:{data.get('FunctionName', '')}"
        refusal = parts.authorizer.trusts(str(data.get("Role", "")), _errand(arn, ""))
        if refusal is None:
            return create(data)
        message = f"The role defined for the function cannot be assumed by Lambda. {refusal.message}"
        return parts.emulator.functions.error_response_json("InvalidParameterValueException", message, 400)

    def emit_lambda_logs(
        func: Mapping[str, Any], request_id: str, log_text: str, error: bool, duration_ms: int, **options: Any
    ) -> None:
        config = func.get("config") or func
        arn = str(config.get("FunctionArn", ""))
        errand = _errand(arn, _stream(config, arn))
        name = str(config.get("FunctionName", ""))
        if parts.authorizer.as_role(str(config.get("Role", "")), name, errand, ACTIONS) is None:
            original(func, request_id, log_text, error, duration_ms, **options)

    EMIT.replace(emit_lambda_logs)
    CREATE.replace(create_function)


def _errand(function_arn: str, resource: str) -> Errand:
    return Errand(
        service=PRINCIPAL,
        action=ACTIONS[0],
        resource=resource,
        source_arn=function_arn,
        source_account=account_of(function_arn),
        region=region_of(function_arn),
        context={},
    )


def _stream(config: Mapping[str, Any], function_arn: str) -> str:
    """Return the ARN of the function's log stream, by one name for all: on AWS each worker has its own."""
    _, partition, _, region, account, _ = function_arn.split(":", 5)
    group = (config.get("LoggingConfig") or {}).get(
        "LogGroup"
    ) or f"/aws/lambda/{config.get('FunctionName', '')}"
    return f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:[$LATEST]"
