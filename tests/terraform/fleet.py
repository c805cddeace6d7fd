"""One plan of everything that may stand side by side in an account, by the real provider, and how to read it.

There are two hubs in one region, one of them with a prefix, and a spoke of a hub in another account; in a
second region, of another partition to boot, there are a hub and the account's second spoke.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.terraform.answers import answering, provider
from tests.terraform.workspace import Workspace

ACCOUNT, CENTRAL_ACCOUNT = "111122223333", "444455556666"
REGIONS = {"home": "eu-west-1", "china": "cn-north-1"}

PACKAGE = {"s3_bucket": "example-artifacts", "s3_key": "spot_failover.zip"}
SERVICE = {"service_name": "web", "mode": "switch", "ignores_strategy_changes": True}
OTHER_HUB = {
    "contract": 1,
    "event_bus_arn": f"arn:aws:events:us-east-1:{CENTRAL_ACCOUNT}:event-bus/spot-failover",
    "work_role_arn": f"arn:aws:iam::{CENTRAL_ACCOUNT}:role/spot-failover-work-us-east-1",
    "external_id": "spot-failover",
    "spoke_role_name": "CentralSpotAutomationRole",
    "organization_id": "o-a1b2c3d4e5",
    "operation": "active",
    "drills": True,
}

# The module calls, by the region they are made in.
CALLS: dict[str, dict[str, dict[str, Any]]] = {
    "home": {
        "hub": {
            "organization_id": "o-a1b2c3d4e5",
            "allow_drills": True,
            "default_policy": {},
            "alerts": {
                "emails": ["platform@example.com"],
                "slack": {"workspace_id": "T0123ABCD", "channel_id": "C0456EFGH"},
            },
            "package": PACKAGE,
        },
        "dev_hub": {
            "name_prefix": "dev-",
            "workload_accounts": ["444455556666"],
            "metrics": {"detail": "service"},
            "package": PACKAGE,
        },
        "spoke": {
            "hub": OTHER_HUB,
            "clusters": ["web", "batch"],
            "default_policy": {},
            "pass_role_arns": [f"arn:aws:iam::{ACCOUNT}:role/web-task"],
            "alarm_actions": ["${module.hub.alert_topic_arn}"],
        },
        "service": {"cluster_name": "production", **SERVICE},
        "other_service": {"cluster_name": "other", **SERVICE},
        "standby_service": {
            "cluster_name": "production",
            "service_name": "shop",
            "mode": "standby",
            "standby": {"service_name": "shop-on-demand"},
            "ignores_strategy_changes": True,
        },
        "backfill_service": {
            "cluster_name": "production",
            "service_name": "worker",
            "mode": "backfill",
            "standby": {"service_name": "worker-on-demand", "reserve": 1},
        },
    },
    "china": {
        "china_hub": {"metrics": {"detail": "account"}, "package": PACKAGE},
        "china_spoke": {"hub": "${module.hub.spoke}", "account": "${module.spoke.account}"},
        "china_service": {"cluster_name": "production", **SERVICE},
    },
}
SOURCES = {
    "hub": "../modules/central-hub",
    "spoke": "../modules/workload-spoke",
    "service": "../modules/protected-service",
}


# Whose names are those of an account, whatever the region.
GLOBAL = ("aws_chatbot_", "aws_cloudwatch_dashboard", "aws_iam_")
# Named by what they belong to.
NAMELESS = {
    "aws_cloudwatch_event_bus_policy",
    "aws_cloudwatch_event_target",
    "aws_kms_key",
    "aws_lambda_event_source_mapping",
    "aws_sns_topic_subscription",
}
NAMES = {
    "aws_chatbot_slack_channel_configuration": "configuration_name",
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_lambda_function": "function_name",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it is planned, or a data source as it was read."""

    module: str
    address: str
    type: str
    values: dict[str, Any]

    def policy(self, attribute: str = "policy") -> dict[str, dict[str, Any]]:
        """Return the statements of a policy by their sid, each without it."""
        document = json.loads(self.values[attribute])
        return {statement.pop("Sid"): statement for statement in document["Statement"]}


@dataclass(frozen=True, slots=True)
class Fleet:
    """The plan, and what Terraform said of its checks."""

    resources: dict[str, Resource]
    checks: dict[str, str]

    def __getitem__(self, address: str) -> Resource:
        return self.resources[address]

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.type in types]


def identify(resource: Resource, region: str) -> tuple[str, ...] | None:
    """Return what no two resources of an account and region may share; some, of an account."""
    if resource.type in NAMELESS:
        return None
    name = resource.values[NAMES.get(resource.type, "name")]
    belongs_to = resource.values.get("event_bus_name") or resource.values.get("role") or ""
    return ("" if resource.type.startswith(GLOBAL) else region, resource.type, belongs_to, name)


def plan_fleet(workspace: Workspace) -> Fleet:
    """Plan all module calls at once, where a spoke listens in the first region and none in the second."""
    with answering({REGIONS["home"]: {"contract": 1, "clusters": ["production"]}}) as url:
        plan = workspace.plan("fleet", _configuration(url))
    return Fleet({resource.address: resource for resource in resources_of(plan)}, _checks(plan))


def _configuration(url: str) -> dict[str, Any]:
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {
            "aws": [provider(ACCOUNT, region, url, alias=alias) for alias, region in REGIONS.items()],
        },
        "module": {
            name: {
                "source": SOURCES[name.split("_")[-1]],
                "providers": {"aws": f"aws.{alias}"},
                **variables,
            }
            for alias, calls in CALLS.items()
            for name, variables in calls.items()
        },
    }


def resources_of(plan: dict[str, Any]) -> Iterator[Resource]:
    """Yield the resources that a plan's modules manage, and the modules that those call."""
    for module in _below(plan["planned_values"]["root_module"]):
        for resource in module.get("resources", []):
            if resource["mode"] == "managed":
                name = module["address"].removeprefix("module.")
                address = resource["address"].removeprefix("module.")
                yield Resource(name, address, resource["type"], resource["values"])


def _below(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in module.get("child_modules", []):
        yield child
        yield from _below(child)


def _checks(plan: dict[str, Any]) -> dict[str, str]:
    """Return what the checks of each module say; nothing where all is well."""
    said: dict[str, list[str]] = defaultdict(list)
    for check in plan["checks"]:
        if check["address"]["kind"] == "check":
            for instance in check["instances"]:
                module = instance["address"]["module"].removeprefix("module.")
                said[module] += [problem["message"] for problem in instance.get("problems", [])]
    return {module: " ".join(problems) for module, problems in said.items()}
