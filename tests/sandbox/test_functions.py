"""Functions: what they see, how long they may run, and who may poll queues for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulator.sandbox import Sandbox
from tests.sandbox.acting import HUB, REGION, Aws, allow

LAMBDA = {"Service": "lambda.amazonaws.com"}
LOGGING = ["logs:CreateLogStream", "logs:PutLogEvents"]
POLLING = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]

# Sends each record's body on with the time it took, by the endpoint and credentials that the environment
# gives.
RELAY = """
import json, os, time, boto3
def handler(event, context):
    sqs = boto3.client("sqs")
    for record in event["Records"]:
        started = time.time()
        time.sleep(float(os.environ["PAUSE"]))
        done = {"body": record["body"], "from": started, "to": time.time()}
        sqs.send_message(QueueUrl=os.environ["TARGET"], MessageBody=json.dumps(done))
    return {"batchItemFailures": []}
"""
SELF = """
import os
def handler(event, context):
    return {
        "pid": os.getpid(),
        "endpoint": os.environ.get("AWS_ENDPOINT_URL"),
        "region": os.environ["AWS_REGION"],
        "profile": os.environ.get("AWS_CONFIG_FILE"),
        "remaining": context.get_remaining_time_in_millis(),
        "arn": context.invoked_function_arn,
    }
"""
SLOW = """
import time
def handler(event, context):
    time.sleep(event["seconds"])
    return "done"
"""
METRICS = """
import json
def handler(event, context):
    print(json.dumps({
        "_aws": {"Timestamp": 0, "CloudWatchMetrics": [{
            "Namespace": "Fargate/Failover", "Dimensions": [["service"]],
            "Metrics": [{"Name": "RejectedEvents", "Unit": "Count"}]}]},
        "service": event["service"], "RejectedEvents": [1.0, 1.0]}))
"""


def invoke(aws: Aws, name: str, payload: dict[str, Any] | None = None) -> Any:
    answer = aws.client("lambda", HUB).invoke(FunctionName=name, Payload=json.dumps(payload or {}))
    return json.loads(answer["Payload"].read())


def mapping(aws: Aws, queue: str, function: str, **more: Any) -> str:
    created = aws.client("lambda", HUB).create_event_source_mapping(
        EventSourceArn=queue, FunctionName=function, FunctionResponseTypes=["ReportBatchItemFailures"], **more
    )
    return str(created["UUID"])


def relay(aws: Aws, role: str, target_url: str, pause: float = 0) -> str:
    name = aws.function(HUB, role, RELAY)
    aws.client("lambda", HUB).update_function_configuration(
        FunctionName=name, Environment={"Variables": {"TARGET": target_url, "PAUSE": str(pause)}}
    )
    return name


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text()


def test_a_warm_worker_serves_again_and_reaches_the_sandbox(aws: Aws) -> None:
    function = aws.function(HUB, aws.role(HUB, trust=LAMBDA), SELF)
    first, second = invoke(aws, function), invoke(aws, function)
    assert first["pid"] == second["pid"]
    assert first["endpoint"] == aws.sandbox.endpoint
    assert (first["region"], first["profile"]) == (REGION, os.devnull)
    assert first["arn"] == f"arn:aws:lambda:{REGION}:{HUB}:function:{function}"
    assert 9_000 < first["remaining"] <= 10_000


def test_a_function_that_runs_too_long_is_ended(aws: Aws) -> None:
    function = aws.function(HUB, aws.role(HUB, trust=LAMBDA), SLOW, timeout=1)
    assert "timed out after 1.00 seconds" in invoke(aws, function, {"seconds": 30})["errorMessage"]
    assert invoke(aws, function, {"seconds": 0}) == "done"


def test_metrics_in_the_log_are_summed(aws: Aws) -> None:
    function = aws.function(HUB, aws.role(HUB, allow(LOGGING), trust=LAMBDA), METRICS)
    service = aws.name("service")
    for _ in range(2):
        invoke(aws, function, {"service": service})

    def found() -> list[tuple[str, str, float]]:
        entries = [each for each in aws.control.metrics() if each["dimensions"] == {"service": service}]
        return [(each["namespace"], each["name"], each["sum"]) for each in entries if each["count"] == 4]

    counted = aws.control.wait_for(found, seconds=5, what="the metrics of two invocations")
    assert counted == [("Fargate/Failover", "RejectedEvents", 4.0)]


@pytest.mark.parametrize("missing", [None, *LOGGING])
def test_a_log_is_written_with_the_function_s_role(aws: Aws, missing: str | None) -> None:
    allowed = [action for action in LOGGING if action != missing]
    function = aws.function(HUB, aws.role(HUB, allow(allowed), trust=LAMBDA), SELF)
    invoke(aws, function)
    logs = aws.client("logs", HUB)
    groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
    assert len(groups) == (1 if missing is None else 0)
    denied = [each.question for each in aws.control.denials() if f"{function}:" in each.question.resource]
    assert [each.action for each in denied] == ([] if missing is None else [missing])


def test_a_role_that_does_not_trust_lambda_makes_no_function(aws: Aws) -> None:
    role = aws.role(HUB, trust={"Service": "events.amazonaws.com"})
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        aws.function(HUB, role, SELF)


@pytest.mark.parametrize("service", ["events.amazonaws.com", "sns.amazonaws.com"])
def test_a_function_has_to_admit_the_rule_or_topic(aws: Aws, service: str) -> None:
    function = aws.function(HUB, aws.role(HUB, trust=LAMBDA), SLOW)
    arn = f"arn:aws:lambda:{REGION}:{HUB}:function:{function}"
    source = aws.name("app")
    if service == "events.amazonaws.com":
        origin = aws.rule(HUB, {"Arn": arn}, pattern={"source": [source]})
    else:
        sns = aws.client("sns", HUB)
        origin = sns.create_topic(Name=source)["TopicArn"]
        sns.subscribe(TopicArn=origin, Protocol="lambda", Endpoint=arn)

    def send() -> str:
        before = len(outcomes())
        if service == "events.amazonaws.com":
            aws.put_event(HUB, source)
        else:
            aws.client("sns", HUB).publish(TopicArn=origin, Message="hello")
        found = aws.control.wait_for(lambda: outcomes()[before:], seconds=5, what="a delivery")
        return found[0]

    def outcomes() -> list[str]:
        return [each["outcome"] for each in aws.control.deliveries()[0] if each["source"] == origin]

    assert send() == "dropped"
    aws.client("lambda", HUB).add_permission(
        FunctionName=function,
        StatementId="Deliver",
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=origin,
    )
    assert send() == "delivered"


def test_a_mapping_polls_with_the_function_s_role(aws: Aws) -> None:
    source_url, source = aws.queue(HUB, VisibilityTimeout="60")
    target_url, target = aws.queue(HUB)
    role = aws.role(HUB, allow(POLLING, source), allow("sqs:SendMessage", target), trust=LAMBDA)
    mapping(aws, source, relay(aws, role, target_url))
    aws.client("sqs", HUB).send_message(QueueUrl=source_url, MessageBody="hello")
    assert [done["body"] for done in aws.events_in(HUB, target_url, wait=10)] == ["hello"]
    asked = {each.question.action for each in aws.control.decisions() if each.question.resource == source}
    assert set(POLLING) <= asked


@pytest.mark.parametrize("missing", POLLING)
def test_a_role_that_may_not_poll_gets_no_mapping(aws: Aws, missing: str) -> None:
    _, queue = aws.queue(HUB, VisibilityTimeout="60")
    role = aws.role(HUB, allow([action for action in POLLING if action != missing], queue), trust=LAMBDA)
    function = aws.function(HUB, role, SELF)
    with pytest.raises(ClientError, match=f"may not do {missing}"):
        mapping(aws, queue, function)


def test_a_mapping_stops_polling_when_the_role_loses_the_permission(aws: Aws) -> None:
    source_url, source = aws.queue(HUB, VisibilityTimeout="60")
    target_url, target = aws.queue(HUB)
    role = aws.role(HUB, allow(POLLING, source), allow("sqs:SendMessage", target), trust=LAMBDA)
    mapping(aws, source, relay(aws, role, target_url))
    aws.client("iam", HUB).delete_role_policy(RoleName=role.rsplit("/", 1)[-1], PolicyName="inline")
    aws.client("sqs", HUB).send_message(QueueUrl=source_url, MessageBody="hello")
    refused = aws.control.wait_for(
        lambda: [each for each in aws.control.denials() if each.question.resource == source],
        seconds=5,
        what="a refused poll",
    )
    assert refused[0].question.role == role
    assert aws.messages(HUB, target_url) == []


def test_groups_of_a_fifo_queue_are_worked_on_at_once_and_each_in_order(aws: Aws) -> None:
    fifo = {"FifoQueue": "true", "VisibilityTimeout": "60"}
    source_url, source = aws.queue(HUB, **fifo)
    target_url, target = aws.queue(HUB)
    role = aws.role(HUB, allow(POLLING, source), allow("sqs:SendMessage", target), trust=LAMBDA)
    function = relay(aws, role, target_url, pause=0.5)
    sqs = aws.client("sqs", HUB)
    for number, group in enumerate(("a", "b", "a", "b")):
        body = f"{group}{number}"
        sqs.send_message(
            QueueUrl=source_url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
        )
    mapping(aws, source, function, BatchSize=1, ScalingConfig={"MaximumConcurrency": 4})
    done: list[dict[str, Any]] = []
    while len(done) < 4:
        done += aws.events_in(HUB, target_url, wait=5)
    times = {each["body"]: (each["from"], each["to"]) for each in done}
    assert times["a0"][1] <= times["a2"][0]
    assert times["b1"][1] <= times["b3"][0]
    overlaps = [
        times[a][0] < times[b][1] and times[b][0] < times[a][1] for a in ("a0", "a2") for b in ("b1", "b3")
    ]
    assert any(overlaps)


def test_workers_end_with_the_sandbox() -> None:
    with Sandbox(ticks=False) as sandbox:
        aws = Aws(sandbox)
        worker = invoke(aws, aws.function(HUB, aws.role(HUB, trust=LAMBDA), SELF))["pid"]
        pid = sandbox.pid
        assert alive(pid)
        assert alive(worker)
    assert not alive(pid)
    assert not alive(worker)


def test_workers_end_even_if_the_sandbox_is_killed() -> None:
    sandbox = Sandbox(ticks=False)
    sandbox.start()
    aws = Aws(sandbox)
    worker = invoke(aws, aws.function(HUB, aws.role(HUB, trust=LAMBDA), SELF))["pid"]
    os.kill(sandbox.pid, 9)
    sandbox.control.wait_for(lambda: not alive(worker), seconds=5, what="the worker's end")
    sandbox.stop()
