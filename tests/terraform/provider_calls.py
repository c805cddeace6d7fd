"""What Terraform's AWS provider asks AWS for, resource by resource: its calls, and what IAM is told of each.

The calls were recorded in the sandbox, with an administrator's role, while hub and spoke were applied,
planned again and destroyed; those that only a change of tags or settings makes are what AWS's API has for it.
The emulator does not know the resource of each call: the ARNs here follow AWS's own table of actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.terraform.fleet import Resource


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls on one resource, for reading and for changing it; `{…}` in its ARN stand for its attributes."""

    arn: str
    read: str = ""
    change: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, as IAM sees it."""

    action: str
    arn: str
    changes: bool
    context: Mapping[str, str]


REGIONAL = "arn:aws:{service}:{region}:{account}:"
ROLE = "arn:aws:iam::{account}:role/{role}"
POLLED = {"lambda:FunctionArn": "arn:aws:lambda:{region}:{account}:function:{prefix}spot-failover-work"}
BOUNDARY = {"iam:PermissionsBoundary": "arn:aws:iam::{account}:policy/{prefix}spot-failover-boundary"}
OF_HUB = {"aws:ResourceTag/spot-failover": "hub"}

TAGS_OF_EVENTS = Calls(
    REGIONAL + "{events_name}", "events:ListTagsForResource", "events:TagResource events:UntagResource"
)
CALLS: dict[str, list[Calls]] = {
    "aws_cloudwatch_dashboard": [
        Calls(
            "arn:aws:cloudwatch::{account}:dashboard/{dashboard_name}",
            "cloudwatch:GetDashboard",
            "cloudwatch:PutDashboard cloudwatch:DeleteDashboards",
        )
    ],
    "aws_chatbot_slack_channel_configuration": [
        Calls(
            "*",
            "chatbot:DescribeSlackChannelConfigurations chatbot:ListTagsForResource",
            "chatbot:CreateSlackChannelConfiguration chatbot:UntagResource",
        ),
        Calls(
            "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{configuration_name}",
            change="chatbot:DeleteSlackChannelConfiguration chatbot:TagResource "
            "chatbot:UpdateSlackChannelConfiguration",
        ),
        Calls(ROLE, change="iam:PassRole", context={"iam:PassedToService": "chatbot.amazonaws.com"}),
    ],
    "aws_cloudwatch_event_archive": [
        Calls(
            REGIONAL + "archive/{name}",
            "events:DescribeArchive",
            "events:CreateArchive events:UpdateArchive events:DeleteArchive",
        ),
        Calls(REGIONAL + "event-bus/{name}", change="events:CreateArchive"),
    ],
    "aws_cloudwatch_event_bus": [
        TAGS_OF_EVENTS,
        Calls(
            REGIONAL + "event-bus/{name}",
            "events:DescribeEventBus",
            "events:CreateEventBus events:UpdateEventBus events:DeleteEventBus",
        ),
    ],
    "aws_cloudwatch_event_bus_policy": [
        Calls("*", change="events:PutPermission events:RemovePermission"),
        Calls(REGIONAL + "event-bus/{event_bus_name}", "events:DescribeEventBus"),
    ],
    "aws_cloudwatch_event_rule": [
        TAGS_OF_EVENTS,
        Calls(REGIONAL + "{events_name}", "events:DescribeRule", "events:PutRule events:DeleteRule"),
    ],
    "aws_cloudwatch_event_target": [
        Calls(
            REGIONAL + "{events_name}", "events:ListTargetsByRule", "events:PutTargets events:RemoveTargets"
        ),
        Calls(ROLE, change="iam:PassRole", context={"iam:PassedToService": "events.amazonaws.com"}),
    ],
    "aws_cloudwatch_log_group": [
        Calls("*", "logs:DescribeLogGroups"),
        Calls(
            REGIONAL + "log-group:{name}",
            "logs:ListTagsForResource",
            "logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy logs:TagResource "
            "logs:UntagResource",
        ),
    ],
    "aws_cloudwatch_metric_alarm": [
        Calls(
            REGIONAL + "alarm:{alarm_name}",
            "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:TagResource "
            "cloudwatch:UntagResource",
        )
    ],
    "aws_dynamodb_table": [
        Calls(
            REGIONAL + "table/{name}",
            "dynamodb:DescribeContinuousBackups dynamodb:DescribeTable dynamodb:DescribeTimeToLive "
            "dynamodb:ListTagsOfResource",
            "dynamodb:CreateTable dynamodb:DeleteTable dynamodb:UpdateTable dynamodb:UpdateContinuousBackups "
            "dynamodb:UpdateTimeToLive dynamodb:TagResource dynamodb:UntagResource",
        ),
        Calls(
            "arn:aws:kms:{region}:{account}:key/of-aws",
            "kms:DescribeKey",
            context={"kms:RequestAlias": "alias/aws/dynamodb"},
        ),
    ],
    "aws_iam_role": [
        Calls(
            ROLE,
            "iam:GetRole iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:ListRolePolicies",
            "iam:TagRole iam:UntagRole",
        ),
        Calls(
            ROLE,
            change="iam:CreateRole iam:DeleteRole iam:PutRolePermissionsBoundary iam:UpdateAssumeRolePolicy "
            "iam:UpdateRole iam:UpdateRoleDescription",
            context=BOUNDARY,
        ),
    ],
    "aws_iam_role_policy": [
        Calls(ROLE, "iam:GetRolePolicy"),
        Calls(ROLE, change="iam:DeleteRolePolicy iam:PutRolePolicy", context=BOUNDARY),
    ],
    "aws_kms_alias": [
        Calls("*", "kms:ListAliases"),
        Calls(REGIONAL + "{name}", change="kms:CreateAlias kms:DeleteAlias"),
        Calls(REGIONAL + "key/ours", change="kms:CreateAlias kms:DeleteAlias", context=OF_HUB),
    ],
    "aws_kms_key": [
        Calls("*", change="kms:CreateKey", context={"aws:RequestTag/spot-failover": "hub"}),
        Calls(
            REGIONAL + "key/new", change="kms:TagResource", context={"aws:RequestTag/spot-failover": "hub"}
        ),
        Calls(
            REGIONAL + "key/ours",
            "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
            "kms:EnableKeyRotation kms:PutKeyPolicy kms:ScheduleKeyDeletion kms:TagResource "
            "kms:UntagResource kms:UpdateKeyDescription",
            OF_HUB | {"kms:ResourceAliases": "alias/spot-failover-alerts"},
        ),
    ],
    "aws_lambda_event_source_mapping": [
        Calls("*", change="lambda:CreateEventSourceMapping", context=POLLED),
        Calls(
            REGIONAL + "event-source-mapping:00000000-0000-0000-0000-000000000000",
            "lambda:GetEventSourceMapping",
            "lambda:UpdateEventSourceMapping lambda:DeleteEventSourceMapping",
            POLLED,
        ),
        Calls(
            REGIONAL + "event-source-mapping:00000000-0000-0000-0000-000000000000",
            "lambda:ListTags",
            "lambda:TagResource lambda:UntagResource",
        ),
    ],
    "aws_lambda_function": [
        Calls(
            REGIONAL + "function:{function_name}",
            "lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListVersionsByFunction "
            "lambda:ListTags",
            "lambda:CreateFunction lambda:DeleteFunction lambda:UpdateFunctionCode "
            "lambda:UpdateFunctionConfiguration lambda:TagResource lambda:UntagResource",
        ),
        Calls(ROLE, change="iam:PassRole", context={"iam:PassedToService": "lambda.amazonaws.com"}),
    ],
    "aws_scheduler_schedule": [
        Calls(
            REGIONAL + "schedule/{group_name}/{name}",
            "scheduler:GetSchedule",
            "scheduler:CreateSchedule scheduler:UpdateSchedule scheduler:DeleteSchedule",
        ),
        Calls(ROLE, change="iam:PassRole", context={"iam:PassedToService": "scheduler.amazonaws.com"}),
    ],
    "aws_scheduler_schedule_group": [
        Calls(
            REGIONAL + "schedule-group/{name}",
            "scheduler:GetScheduleGroup scheduler:ListTagsForResource",
            "scheduler:CreateScheduleGroup scheduler:DeleteScheduleGroup scheduler:TagResource "
            "scheduler:UntagResource",
        )
    ],
    "aws_sns_topic": [
        Calls(
            REGIONAL + "{name}",
            "sns:GetTopicAttributes sns:ListTagsForResource",
            "sns:CreateTopic sns:DeleteTopic sns:SetTopicAttributes sns:TagResource sns:UntagResource",
        )
    ],
    # Of subscriptions AWS knows no resource.
    "aws_sns_topic_subscription": [
        Calls("{topic_arn}", change="sns:Subscribe"),
        Calls("*", "sns:GetSubscriptionAttributes", "sns:Unsubscribe"),
    ],
    "aws_sqs_queue": [
        Calls(
            REGIONAL + "{name}",
            "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListQueueTags",
            "sqs:CreateQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
        )
    ],
    "aws_ssm_parameter": [
        Calls("*", "ssm:DescribeParameters"),
        Calls(
            REGIONAL + "parameter{name}",
            "ssm:GetParameter ssm:GetParameters ssm:ListTagsForResource",
            "ssm:PutParameter ssm:DeleteParameter ssm:AddTagsToResource ssm:RemoveTagsFromResource",
        ),
        # the data source of protected-service
        Calls(REGIONAL + "parameter/spot-failover", "ssm:GetParametersByPath"),
    ],
}


def asked(resource: Resource, account: str, region: str, prefix: str) -> Iterator[Asked]:
    """Yield the calls for a resource as it is planned, of a hub or spoke with this name_prefix."""
    known = {"account": account, "region": region, "prefix": prefix, **names(resource)}
    for calls in CALLS[resource.type]:
        for actions, changes in ((calls.read, False), (calls.change, True)):
            for action in actions.split():
                if action == "iam:PassRole" and not known["role"]:
                    continue
                filled = known | {"service": action.split(":")[0]}
                context = {key: value.format(**filled) for key, value in calls.context.items()}
                yield Asked(action, calls.arn.format(**filled), changes, context)


def names(resource: Resource) -> dict[str, str]:
    """Return the attributes that ARNs are made of."""
    values: dict[str, Any] = resource.values
    found = {key: value for key, value in values.items() if isinstance(value, str)}
    bus, rule = found.get("event_bus_name", "default"), found.get("rule", found.get("name"))
    found["events_name"] = f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"
    if resource.type == "aws_cloudwatch_event_bus":
        found["events_name"] = f"event-bus/{found['name']}"
    if resource.type == "aws_iam_role":
        role = found["name"]
    else:
        [target] = values.get("target") or [{}] if resource.type == "aws_scheduler_schedule" else [{}]
        role = found.get("role") or found.get("role_arn") or target.get("role_arn") or ""
    return found | {"role": role.rpartition("/")[2]}
