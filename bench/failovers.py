"""Failovers in the sandbox: from an event on the hub's bus to ECS's UpdateService, and the calls it took.

The services exist in the sandbox's world and are registered by their parameters; hub and spoke are real
modules, applied by Terraform. The functions are warm. The sandbox is no AWS: the figures guard against
regressions, and say nothing of AWS's own latency.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from bench.report import Figure
from simulator.sandbox import Sandbox
from simulator.terraform import TerraformRoot

ACCOUNT, REGION, CLUSTER = "111111111111", "eu-central-1", "bench"
WARM_UP, MEASURED, DUPLICATES = 3, 40, 5
ROOT = Path(__file__).resolve().parent / "root"
WORK = ROOT.parents[1] / "build" / "bench"
COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
P50_BUDGET, P95_BUDGET = 0.150, 0.400


@dataclass(frozen=True, slots=True)
class Bench:
    """A running sandbox with hub, spoke and registered services."""

    sandbox: Sandbox
    bus: str
    state_table: str
    queues: tuple[str, ...]

    def client(self, service: Any) -> Any:  # noqa: ANN401 - each service has a client type of its own
        environment = self.sandbox.env(ACCOUNT, REGION)
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="sandbox",  # noqa: S106 - the sandbox asks for any
        )

    def idle(self) -> bool:
        """Whether no message is waiting or being worked on in any queue."""
        sqs = self.client("sqs")
        return all(
            count == "0"
            for url in self.queues
            for count in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTS)["Attributes"].values()
        )

    def calls(self, service: str) -> list[dict[str, Any]]:
        """Return the ECS calls of the hub about one service."""
        calls, _ = self.sandbox.control.calls()
        return [
            call
            for call in calls
            if ":role/" in call["principal"] and service in str(call["service"]).split(",")
        ]


def figures() -> list[Figure]:
    # Without ticks nothing but the event itself wakes a service.
    with Sandbox(time_factor=60, ticks=False, log=_log()) as sandbox:
        root = TerraformRoot(ROOT, WORK, sandbox.env(ACCOUNT, REGION))
        root.init()
        outputs = root.apply()
        bench = Bench(sandbox, outputs["event_bus_arn"], outputs["state_table"], tuple(outputs["queue_urls"]))
        names = [f"service-{number:02}" for number in range(WARM_UP + MEASURED)]
        _make_services(bench, names)
        sandbox.control.wait_for(bench.idle, seconds=300, what="the registrations to be dealt with")
        seconds, calls = [], []
        for name in names:
            seconds.append(_failover(bench, name))
            sandbox.control.wait_for(bench.idle, seconds=60, what="the queues to be empty")
            calls.append(len(bench.calls(name)))
        duplicates = _duplicates(bench, names[-1])
    del seconds[:WARM_UP], calls[:WARM_UP]
    seconds.sort()
    p50, p95 = statistics.median(seconds), seconds[int(len(seconds) * 0.95)]
    return [
        Figure(
            f"event on the hub's bus → UpdateService, sandbox, warm, P50 of {MEASURED}",
            f"{p50 * 1000:.0f} ms",
            "≤ 150 ms",
            p50 <= P50_BUDGET,
        ),
        Figure("… P95", f"{p95 * 1000:.0f} ms", "≤ 400 ms", p95 <= P95_BUDGET),
        Figure("ECS calls for one failover, most", str(max(calls)), "2", max(calls) == 2),  # noqa: PLR2004
        Figure(f"ECS calls for {DUPLICATES} duplicates of an event", str(duplicates), "0", duplicates == 0),
    ]


def _log() -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    return WORK / "sandbox.log"


def _make_services(bench: Bench, names: list[str]) -> None:
    ecs, ssm = bench.client("ecs"), bench.client("ssm")
    ecs.create_cluster(clusterName=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    ecs.register_task_definition(
        family="bench",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "app", "image": "app:1"}],
    )
    for name in names:
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition="bench",
            desiredCount=2,
            capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        )
        ssm.put_parameter(
            Name=f"/spot-failover/services/{CLUSTER}/{name}",
            Type="String",
            Value=json.dumps({"schema": 1, "mode": "switch"}),
        )
    for name in names:
        registered = partial(_is_steady, bench, name)
        bench.sandbox.control.wait_for(registered, seconds=120, what=f"{name} to be registered")


def _is_steady(bench: Bench, name: str) -> bool:
    key = {"id": {"S": f"{ACCOUNT}::{REGION}::{CLUSTER}::{name}"}}
    item = bench.client("dynamodb").get_item(TableName=bench.state_table, Key=key).get("Item", {})
    # `passed_at`: its first pass is over, so nothing but the event to come can wake it.
    return "passed_at" in item and item["phase"]["S"] == "steady"


def _drill(name: str, event_id: str) -> dict[str, Any]:
    """Return a drill's envelope, as the default bus of the service's account would carry it."""
    provider = f"arn:aws:ecs:{REGION}:{ACCOUNT}:capacity-provider/FARGATE_SPOT"
    return {
        "version": "0",
        "id": event_id,
        "source": "test.aws.ecs",
        "detail-type": "ECS Service Action",
        "account": ACCOUNT,
        "region": REGION,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{CLUSTER}/{name}"],
        "detail": {
            "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
            "reason": "RESOURCE:FARGATE",
            "capacityProviderArns": [provider],
        },
    }


def _failover(bench: Bench, name: str) -> float:
    """Put a drill on the hub's bus; return the seconds until ECS has answered UpdateService."""
    envelope = _drill(name, "")
    entry = {
        "EventBusName": bench.bus,
        "Source": envelope["source"],
        "DetailType": envelope["detail-type"],
        "Resources": envelope["resources"],
        "Detail": json.dumps(envelope["detail"]),
    }
    events = bench.client("events")
    bench.sandbox.control.clear()
    sent = time.time()
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"The hub's bus refused the drill for {name}: {answer['Entries']}")
    update = bench.sandbox.control.wait_for(
        lambda: _update(bench, name), seconds=60, what=f"the failover of {name}"
    )
    return datetime.fromisoformat(update["at"]).timestamp() - sent


def _update(bench: Bench, name: str) -> dict[str, Any] | None:
    return next((call for call in bench.calls(name) if call["action"] == "UpdateService"), None)


def _duplicates(bench: Bench, name: str) -> int:
    """Return the ECS calls that further deliveries of one event cost: the same event with the same id."""
    control = bench.sandbox.control
    envelope = _drill(name, "11111111-2222-3333-4444-555555555555")
    control.emit(envelope)
    control.wait_for(lambda: bench.calls(name) and bench.idle(), seconds=60, what="the event itself")
    before = len(bench.calls(name))
    seen = len(control.deliveries()[0])
    for _ in range(DUPLICATES):
        control.emit(envelope)
    control.wait_for(
        lambda: len(control.deliveries()[0]) >= seen + DUPLICATES and bench.idle(),
        seconds=60,
        what="the duplicates to be dealt with",
    )
    return len(bench.calls(name)) - before
