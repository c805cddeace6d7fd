import asyncio
import time
from typing import Any, cast

import pytest

from simulator.sandbox.control_requests import ControlRequests
from simulator.sandbox.gateway import GO_SDK_WRITES_SECONDS, Gateway

PROVIDER = b"APN/1.0 HashiCorp/1.0 Terraform/1.9.0 terraform-provider-aws/5.100.0 aws-sdk-go-v2/1.36.3"


async def answers_at_once(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def seconds_to_answer(user_agent: bytes) -> float:
    sent: list[float] = []

    async def send(message: Any) -> None:
        sent.append(time.monotonic())

    gateway = Gateway(answers_at_once, cast("ControlRequests", None))
    scope = {"type": "http", "path": "/", "headers": [(b"user-agent", user_agent)]}
    begun = time.monotonic()
    asyncio.run(gateway(scope, cast("Any", None), send))
    assert len(sent) == 2
    return sent[0] - begun


def test_terraforms_provider_gets_no_answer_before_it_can_have_written_its_request() -> None:
    assert seconds_to_answer(PROVIDER) >= GO_SDK_WRITES_SECONDS


@pytest.mark.parametrize("user_agent", [b"Boto3/1.40 md/Botocore#1.40", b""])
def test_everyone_else_is_answered_at_once(user_agent: bytes) -> None:
    assert min(seconds_to_answer(user_agent) for _ in range(5)) < GO_SDK_WRITES_SECONDS
