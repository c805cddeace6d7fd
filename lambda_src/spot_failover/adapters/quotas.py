"""Service Quotas in the workload accounts: how much Fargate may run on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spot_failover.adapters.faults import translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.identity import Location
from spot_failover.domain.readiness import QUOTA_CODE

_FARGATE: Final = "fargate"
_DENIED = (
    "The spoke role needs servicequotas:GetServiceQuota there: apply workload-spoke of this hub's version."
)


@dataclass(frozen=True, slots=True)
class SpokeQuotas:
    """The port `Quotas`."""

    sessions: SpokeSessions

    def on_demand_vcpus(self, location: Location) -> float:
        what = f"quota {QUOTA_CODE} in account {location.account}, region {location.region}"
        with translated("servicequotas:GetServiceQuota", what, denied=_DENIED):
            answer = self.sessions.quotas(location).get_service_quota(
                ServiceCode=_FARGATE, QuotaCode=QUOTA_CODE
            )
        return float(answer["Quota"]["Value"])
