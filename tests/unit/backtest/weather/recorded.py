"""ECS events by hand, as lines of a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACCOUNT, REGION = "222233334444", "eu-west-1"


def minutes(number: float) -> datetime:
    """Return the moment so many minutes after the start."""
    return START + timedelta(minutes=number)


def started(minute: float, task: str, *, created: float | None = None, **others: Any) -> str:
    """Return the event of a Spot task that runs; it was asked for a minute and a half before."""
    created_at = minutes(minute - 1.5 if created is None else created)
    detail = {"lastStatus": "RUNNING", "desiredStatus": "RUNNING", "createdAt": created_at.isoformat()}
    return _task(minute, task, detail | others)


def noticed(minute: float, task: str, status: str = "RUNNING", **others: Any) -> str:
    """Return one of the events of an interruption."""
    detail = {"lastStatus": status, "desiredStatus": "STOPPED", "stopCode": "SpotInterruption"}
    return _task(minute, task, detail | {"stoppedReason": "Your Spot Task was interrupted."} | others)


def ended(minute: float, task: str, **others: Any) -> str:
    """Return the event of a Spot task that a scale-in stopped."""
    detail = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "ServiceSchedulerInitiated"}
    return _task(minute, task, detail | others)


def given_up(minute: float, task: str, reason: str) -> str:
    """Return the event of a Spot task that failed to start."""
    detail = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "TaskFailedToStart"}
    return _task(minute, task, detail | {"stoppedReason": reason})


def refused(minute: float, provider: str = "FARGATE_SPOT", service: str = "web", **envelope: Any) -> str:
    """Return a placement failure."""
    detail = {
        "eventType": "ERROR",
        "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
        "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main",
        "capacityProviderArns": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:capacity-provider/{provider}"],
        "reason": "RESOURCE:FARGATE",
    }
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/{service}"
    return _line(minute, "ECS Service Action", arn, detail, **envelope)


def _task(minute: float, task: str, detail: dict[str, Any]) -> str:
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/main/{task}"
    usual = {
        "capacityProviderName": "FARGATE_SPOT",
        "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main",
        "group": "service:web",
        "launchType": "FARGATE",
        "taskArn": arn,
    }
    return _line(minute, "ECS Task State Change", arn, usual | detail)


def _line(minute: float, kind: str, resource: str, detail: dict[str, Any], **others: Any) -> str:
    at = minutes(minute).isoformat().replace("+00:00", "Z")
    envelope = {
        "version": "0",
        "id": f"{kind}-{minute}-{resource}-{detail.get('lastStatus')}",
        "detail-type": kind,
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": [resource],
        "detail": detail,
    }
    return json.dumps(envelope | others)
