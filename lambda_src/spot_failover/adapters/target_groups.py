"""Elastic Load Balancing in the workload accounts: how long a target group drains a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from spot_failover.adapters.faults import code_of, translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.identity import Location

_DELAY: Final = "deregistration_delay.timeout_seconds"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
_DEFAULT_SECONDS: Final = 300
_DENIED = (
    "The spoke role needs elasticloadbalancing:DescribeTargetGroupAttributes there: apply workload-spoke of "
    "this hub's version."
)


@dataclass(frozen=True, slots=True)
class SpokeTargetGroups:
    """The port `TargetGroups`."""

    sessions: SpokeSessions

    def deregistration_delay(self, location: Location, arn: str) -> int | None:
        with translated("elasticloadbalancing:DescribeTargetGroupAttributes", arn, denied=_DENIED):
            try:
                answer = self.sessions.elbv2(location).describe_target_group_attributes(TargetGroupArn=arn)
            except ClientError as error:
                if code_of(error) != "TargetGroupNotFound":
                    raise
                return None
        attributes = {each["Key"]: each["Value"] for each in answer["Attributes"]}
        return int(attributes.get(_DELAY, _DEFAULT_SECONDS))
