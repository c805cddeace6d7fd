"""Permissions by AWS's names and resources, where ministack has others."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.parsers import QueryParser

from tests.sandbox.acting import HUB, REGION, Aws, allow, document

PREFIX = "/spot-failover"
PARAMETERS = f"arn:aws:ssm:{REGION}:{HUB}:parameter"


def test_batches_need_the_permission_of_the_single_operation(aws: Aws) -> None:
    url, queue = aws.queue(HUB)
    role = aws.role(HUB, allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], queue))
    sqs = aws.client("sqs", aws.assume(role))
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "hello"}])
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    entry = {"Id": "1", "ReceiptHandle": message["ReceiptHandle"]}
    assert sqs.delete_message_batch(QueueUrl=url, Entries=[entry])["Successful"]
    reading = aws.client("sqs", aws.assume(aws.role(HUB, allow("sqs:ReceiveMessage", queue))))
    with pytest.raises(ClientError, match="AccessDenied"):
        reading.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "hello"}])


@pytest.mark.parametrize(
    ("resource", "path", "allowed"),
    [
        (f"{PARAMETERS}/spot-failover", PREFIX, True),
        (f"{PARAMETERS}/spot-failover/*", PREFIX, False),
        (f"{PARAMETERS}/spot-failover/*", f"{PREFIX}/services", True),
        (f"{PARAMETERS}/other", PREFIX, False),
    ],
)
def test_reading_by_path_is_checked_against_the_path(
    aws: Aws, resource: str, path: str, allowed: bool
) -> None:
    ssm = aws.client("ssm", aws.assume(aws.role(HUB, allow("ssm:GetParametersByPath", resource))))
    if allowed:
        assert "Parameters" in ssm.get_parameters_by_path(Path=path, Recursive=True)
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.get_parameters_by_path(Path=path, Recursive=True)


def test_each_of_several_parameters_has_to_be_allowed(aws: Aws) -> None:
    role = aws.role(HUB, allow("ssm:GetParameters", f"{PARAMETERS}{PREFIX}/a"))
    ssm = aws.client("ssm", aws.assume(role))
    assert ssm.get_parameters(Names=[f"{PREFIX}/a"])["InvalidParameters"]
    with pytest.raises(ClientError, match="AccessDenied"):
        ssm.get_parameters(Names=[f"{PREFIX}/a", f"{PREFIX}/b"])


def encrypted_topic(aws: Aws, *services: str) -> str:
    """Make a topic whose policy admits EventBridge, encrypted with a key that admits the given services."""
    root = {"AWS": f"arn:aws:iam::{HUB}:root"}
    statements: list[dict[str, Any]] = [allow("kms:*", Principal=root)]
    if services:
        statements.append(
            allow(["kms:GenerateDataKey*", "kms:Decrypt"], Principal={"Service": list(services)})
        )
    key = aws.client("kms", HUB).create_key(Policy=json.dumps(document(*statements)))["KeyMetadata"]["KeyId"]
    return topic_with_key(aws, key)


def topic_with_key(aws: Aws, key: str) -> str:
    sns = aws.client("sns", HUB)
    topic = str(sns.create_topic(Name=aws.name("topic"), Attributes={"KmsMasterKeyId": key})["TopicArn"])
    policy = document(allow("sns:Publish", topic, Principal={"Service": "events.amazonaws.com"}))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    return topic


def outcome(aws: Aws, topic: str) -> str:
    source = aws.name("app")
    rule = aws.rule(HUB, {"Arn": topic}, pattern={"source": [source]})
    aws.put_event(HUB, source)
    deliveries, _ = aws.control.deliveries()
    [delivery] = [each for each in deliveries if each["source"] == rule]
    return str(delivery["outcome"])


def test_the_key_of_an_encrypted_topic_has_to_admit_who_delivers(aws: Aws) -> None:
    assert outcome(aws, encrypted_topic(aws, "events.amazonaws.com")) == "delivered"
    assert outcome(aws, encrypted_topic(aws, "cloudwatch.amazonaws.com")) == "dropped"
    assert outcome(aws, encrypted_topic(aws)) == "dropped"


def test_the_key_that_aws_manages_admits_no_service(aws: Aws) -> None:
    assert outcome(aws, topic_with_key(aws, "alias/aws/sns")) == "dropped"


def test_alarms_are_described_in_full(aws: Aws) -> None:
    """Terraform's provider compares all of it."""
    name = aws.name("alarm")
    topic = f"arn:aws:sns:{REGION}:{HUB}:topic"
    aws.client("cloudwatch", HUB).put_metric_alarm(
        AlarmName=name,
        AlarmDescription="Messages & more",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "queue"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )
    body = urlencode({"Action": "DescribeAlarms", "Version": "2010-08-01", "AlarmNames.member.1": name})
    request = AWSRequest("POST", aws.sandbox.endpoint, data=body)
    request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    SigV4Auth(Credentials(HUB, "sandbox"), "monitoring", REGION).add_auth(request)
    prepared = urllib.request.Request(aws.sandbox.endpoint, body.encode(), dict(request.headers.items()))
    with urllib.request.urlopen(prepared) as answer:
        content = answer.read()
    model = aws.client("cloudwatch", HUB).meta.service_model.operation_model("DescribeAlarms")
    parsed = QueryParser().parse({"body": content, "headers": {}, "status_code": 200}, model.output_shape)
    [alarm] = parsed["MetricAlarms"]
    assert alarm["AlarmActions"] == [topic]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "queue"}]
    assert (alarm["Statistic"], alarm["Period"], alarm["ActionsEnabled"]) == ("Maximum", 60, True)
    assert (alarm["TreatMissingData"], alarm["AlarmDescription"]) == ("notBreaching", "Messages & more")
