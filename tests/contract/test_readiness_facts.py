"""What readiness asks of load balancers and quotas, on AWS's answers."""

from __future__ import annotations

from typing import Any

import pytest

from spot_failover.adapters.quotas import SpokeQuotas
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.target_groups import SpokeTargetGroups
from spot_failover.domain.errors import AccessDeniedError, RefusedError, UnreachableError
from tests.contract.ecs_answers import TARGET_GROUP
from tests.contract.examples import HERE
from tests.contract.wire import Answer, Answers, refusal, refusal_of_query

ATTRIBUTES = "elastic-load-balancing-v2.DescribeTargetGroupAttributes"
QUOTA = "service-quotas.GetServiceQuota"


def attributes(**shown: str) -> Answer:
    members = "".join(
        f"<member><Key>{key.replace('__', '.')}</Key><Value>{value}</Value></member>"
        for key, value in shown.items()
    )
    return Answer(
        "<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult>"
        f"<Attributes>{members}</Attributes>"
        "</DescribeTargetGroupAttributesResult></DescribeTargetGroupAttributesResponse>"
    )


@pytest.fixture
def target_groups(sessions: SpokeSessions) -> SpokeTargetGroups:
    return SpokeTargetGroups(sessions)


@pytest.fixture
def quotas(sessions: SpokeSessions) -> SpokeQuotas:
    return SpokeQuotas(sessions)


def test_the_deregistration_delay_is_one_of_the_attributes(
    target_groups: SpokeTargetGroups, answers: Answers
) -> None:
    shown = {"stickiness__enabled": "false", "deregistration_delay__timeout_seconds": "75"}
    wire = answers(ATTRIBUTES, attributes(**shown))

    assert target_groups.deregistration_delay(HERE, TARGET_GROUP) == 75
    assert wire.sent[0]["TargetGroupArn"] == TARGET_GROUP


def test_elastic_load_balancing_drains_for_five_minutes_unless_told_otherwise(
    target_groups: SpokeTargetGroups, answers: Answers
) -> None:
    answers(ATTRIBUTES, attributes(stickiness__enabled="false"))

    assert target_groups.deregistration_delay(HERE, TARGET_GROUP) == 300


def test_a_target_group_that_was_deleted_drains_nothing(
    target_groups: SpokeTargetGroups, answers: Answers
) -> None:
    answers(ATTRIBUTES, refusal_of_query("TargetGroupNotFound", "Not found.", 400))

    assert target_groups.deregistration_delay(HERE, TARGET_GROUP) is None


def test_a_role_that_may_not_look_at_target_groups_is_told_what_it_lacks(
    target_groups: SpokeTargetGroups, answers: Answers
) -> None:
    answers(ATTRIBUTES, refusal_of_query("AccessDenied", "No."))

    with pytest.raises(AccessDeniedError, match="DescribeTargetGroupAttributes there: apply workload-spoke"):
        target_groups.deregistration_delay(HERE, TARGET_GROUP)


def test_the_quota_is_fargates_on_demand_vcpus(quotas: SpokeQuotas, answers: Answers) -> None:
    wire = answers(QUOTA, {"Quota": {"ServiceCode": "fargate", "QuotaCode": "L-3032A538", "Value": 140.0}})

    assert quotas.on_demand_vcpus(HERE) == 140.0
    assert wire.sent == [{"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}]


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (refusal("AccessDeniedException", "No."), AccessDeniedError, "needs servicequotas:GetServiceQuota"),
        (refusal("NoSuchResourceException", "No such quota."), RefusedError, "No such quota."),
        (Answer({"message": "down"}, 500), UnreachableError, "GetServiceQuota"),
    ],
)
def test_a_quota_that_cannot_be_read(
    quotas: SpokeQuotas, answers: Answers, answer: Any, error: type[Exception], told: str
) -> None:
    answers(QUOTA, *[answer] * 3)

    with pytest.raises(error, match=told):
        quotas.on_demand_vcpus(HERE)
