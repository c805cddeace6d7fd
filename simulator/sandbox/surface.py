"""What the sandbox calls and reads in ministack beside the seams of its corrections."""

from __future__ import annotations

from typing import Final

from simulator.sandbox.seams import Seam

IDENTITY: Final = (
    Seam("core.iam_evaluator", "EvalContext"),
    Seam("core.iam_evaluator", "_resolve_managed_policy_document", ("policy_arn", "account_id")),
    Seam("core.iam_evaluator", "caller_arn", ()),
    Seam(
        "core.iam_evaluator",
        "combine_resource_policy",
        ("identity", "ctx", "policy", "owner_account", "required", "limits"),
    ),
    Seam(
        "core.iam_evaluator",
        "evaluate_resource_policy",
        ("doc", "ctx", "service", "named_only", "direct_only"),
    ),
    Seam("core.iam_evaluator", "parse_policy_document", ("doc",)),
    Seam("services.iam", "_roles"),
    Seam("services.kms", "_keys"),
    Seam("services.kms", "_resolve_key", ("key_id_or_arn",)),
)
SCOPE: Final = (
    Seam("core.responses", "get_account_id", ()),
    Seam("core.responses", "get_region", ()),
    Seam("core.responses", "request_scope", ("account_id", "region")),
)
STORES: Final = (
    Seam("services.cloudwatch_logs", "_log_groups"),
    Seam("services.eventbridge", "_ensure_default_bus", ()),
    Seam("services.lambda_svc", "_esm_wake"),
    Seam("services.sns", "_topics"),
    Seam("services.sqs", "_md5_msg_attrs", ("attrs",)),
    Seam("services.sqs", "_queues"),
    Seam("services.sqs", "queue_delay", ("q",)),
)
ANSWERS: Final = (
    Seam("app", "app", ("scope", "receive", "send")),
    Seam("core.lambda_runtime", "reset", ()),
    Seam("services.cloudwatch", "_p", ("params", "key", "default")),
    Seam("services.ecs", "error_response_json"),
    Seam("services.ecs", "json_response"),
    Seam("services.eventbridge", "error_response_json"),
    Seam("services.eventbridge", "json_response"),
    Seam("services.lambda_svc", "error_response_json"),
)

SEAMS: Final = (*IDENTITY, *SCOPE, *STORES, *ANSWERS)
