"""Publishing to an encrypted topic.

AWS: who publishes to a topic that a key encrypts has to be allowed kms:GenerateDataKey and kms:Decrypt with
it, beside sns:Publish; PublishBatch asks for the same. (SNS developer guide, "Managing Amazon SNS encryption
keys and costs".)
ministack: encrypts nothing, and asks for nothing.
"""

from __future__ import annotations

from typing import Any, Final

from simulator.sandbox.corrections.requests import caller_lacks
from simulator.sandbox.parts import Parts
from simulator.sandbox.seams import Seam

PUBLISH = Seam("services.sns", "_publish", ("params",))
PUBLISH_BATCH = Seam("services.sns", "_publish_batch", ("params",))
GET_TOPIC = Seam("services.sns", "_get_topic", ("topic_arn", "action"))
ERROR = Seam("services.sns", "_error", ("code", "message", "status"))
ALIASES = Seam("services.kms", "_aliases")
SEAMS = (PUBLISH, PUBLISH_BATCH, GET_TOPIC, ERROR, ALIASES)

ACTIONS: Final = ("kms:GenerateDataKey", "kms:Decrypt")


def install(parts: Parts) -> None:
    """Ask for the use of the key before anything is published."""
    for seam in (PUBLISH, PUBLISH_BATCH):
        seam.replace(_asking(parts, seam.original()))


def _asking(parts: Parts, original: Any) -> Any:
    def publish(params: Any) -> Any:
        topic, error = parts.emulator.sns._get_topic(_arn(params), "sns:Publish")
        lacking = None if error is not None else _lacking(parts, topic)
        if lacking is not None:
            return ERROR.original()("KMSAccessDenied", lacking, 400)
        return original(params)

    return publish


def _arn(params: Any) -> str:
    named = params.get("TopicArn") or params.get("TargetArn") or ""
    return str(named[0] if isinstance(named, list) else named)


def _lacking(parts: Parts, topic: Any) -> str | None:
    """Say what the caller may not do with the topic's key; None: all that is needed."""
    name = str((topic.get("attributes") or {}).get("KmsMasterKeyId") or "")
    # The keys that AWS manages admit the principals of their account.
    if not name or name.startswith("alias/aws/"):
        return None
    kms = parts.emulator.kms
    key = kms._resolve_key(name) or {}
    aliases = [
        str(arn).partition(":alias/")[2] for arn, key_id in kms._aliases.items() if key_id == key.get("KeyId")
    ]
    context = {"kms:resourcealiases": [f"alias/{alias}" for alias in sorted(aliases)]}
    for action in ACTIONS:
        lacking = caller_lacks(parts, action, str(key.get("Arn", name)), context)
        if lacking is not None:
            return lacking
    return None
