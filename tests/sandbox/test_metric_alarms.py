"""Metrics out of functions' logs, and the alarms on them."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.sandbox.acting import HUB, REGION, Aws, allow
from tests.sandbox.test_functions import LAMBDA, LOGGING, invoke

WRITES = """
import json, time
def handler(event, context):
    print(json.dumps({
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [{
            "Namespace": "Fargate/Failover", "Dimensions": [["service"], ["service", "account"]],
            "Metrics": [{"Name": "SpotHealthScore", "Unit": "None"}]}]},
        "service": event["service"], "account": "222233334444", "SpotHealthScore": event["scores"]}))
"""


def writer(aws: Aws) -> str:
    return aws.function(HUB, aws.role(HUB, allow(LOGGING), trust=LAMBDA), WRITES)


def alarm(aws: Aws, service: str, **more: Any) -> tuple[str, str]:
    """Make an alarm that tells a queue; returns its name and the queue's URL."""
    name = aws.name("alarm")
    sns = aws.client("sns", HUB)
    topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
    statement = allow("sns:Publish", topic, Principal={"Service": "cloudwatch.amazonaws.com"})
    sns.set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    url, arn = aws.queue(HUB, allow("sqs:SendMessage", "{arn}", Principal={"Service": "sns.amazonaws.com"}))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    asked = {
        "Namespace": "Fargate/Failover",
        "MetricName": "SpotHealthScore",
        "Dimensions": [{"Name": "service", "Value": service}],
        "Statistic": "Minimum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": 30.0,
        "TreatMissingData": "notBreaching",
    }
    aws.client("cloudwatch", HUB).put_metric_alarm(AlarmName=name, AlarmActions=[topic], **{**asked, **more})
    return name, url


def state(aws: Aws, name: str) -> str:
    [found] = aws.client("cloudwatch", HUB).describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["StateValue"])


def becomes(aws: Aws, name: str, wanted: str) -> None:
    aws.control.wait_for(lambda: state(aws, name) == wanted, seconds=5, what=f"alarm {name} to be {wanted}")


def test_a_line_in_the_log_is_a_metric_under_each_of_its_sets_of_dimensions(aws: Aws) -> None:
    function, service = writer(aws), aws.name("service")
    invoke(aws, function, {"service": service, "scores": [100.0, 20.0, 90.0]})

    def found(*dimensions: tuple[str, str]) -> Any:
        now = time.time()
        return aws.client("cloudwatch", HUB).get_metric_statistics(
            Namespace="Fargate/Failover",
            MetricName="SpotHealthScore",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions],
            StartTime=now - 60,
            EndTime=now + 60,
            Period=60,
            Statistics=["Minimum", "SampleCount", "Sum"],
        )["Datapoints"]

    of_service = ("service", service)
    aws.control.wait_for(lambda: found(of_service), seconds=5, what="the metric")
    for dimensions in ([of_service], [of_service, ("account", "222233334444")]):
        [point] = found(*dimensions)
        assert (point["Minimum"], point["SampleCount"], point["Sum"]) == (20, 3, 210)
    assert found(of_service, ("account", "another")) == []


def test_one_low_value_among_many_raises_an_alarm_on_the_minimum_and_tells_of_it(aws: Aws) -> None:
    function, service = writer(aws), aws.name("service")
    name, url = alarm(aws, service)
    assert state(aws, name) == "INSUFFICIENT_DATA"

    invoke(aws, function, {"service": service, "scores": [100.0] * 99 + [20.0]})
    becomes(aws, name, "ALARM")

    told = aws.control.wait_for(lambda: aws.messages(HUB, url), seconds=5, what="the message")
    assert json.loads(told[0]["Body"])["AlarmName"] == name


def test_what_another_service_writes_is_nothing_to_an_alarm(aws: Aws) -> None:
    function, service = writer(aws), aws.name("service")
    name, _ = alarm(aws, service)
    invoke(aws, function, {"service": aws.name("service"), "scores": [0.0]})
    invoke(aws, function, {"service": service, "scores": [100.0]})

    becomes(aws, name, "OK")


def test_an_alarm_over_several_periods_wants_each_of_them(aws: Aws) -> None:
    function, service = writer(aws), aws.name("service")
    name, _ = alarm(aws, service, EvaluationPeriods=2)
    invoke(aws, function, {"service": service, "scores": [0.0]})

    becomes(aws, name, "OK")  # the minute before has no value, which is no breach


def test_alarms_of_another_account_or_region_do_not_hear_it(aws: Aws) -> None:
    function, service = writer(aws), aws.name("service")
    elsewhere = aws.client("cloudwatch", HUB, "us-east-1" if REGION != "us-east-1" else "eu-west-1")
    elsewhere.put_metric_alarm(
        AlarmName=service,
        Namespace="Fargate/Failover",
        MetricName="SpotHealthScore",
        Dimensions=[{"Name": "service", "Value": service}],
        Statistic="Minimum",
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="LessThanThreshold",
        Threshold=30.0,
    )
    name, _ = alarm(aws, service)
    invoke(aws, function, {"service": service, "scores": [0.0]})
    becomes(aws, name, "ALARM")

    [other] = elsewhere.describe_alarms(AlarmNames=[service])["MetricAlarms"]
    assert other["StateValue"] == "INSUFFICIENT_DATA"
