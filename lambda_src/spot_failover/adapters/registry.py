"""The parameters of the workload accounts, as protected-service and workload-spoke write them."""

from __future__ import annotations

from dataclasses import dataclass

from spot_failover.adapters.faults import translated
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.identity import Location
from spot_failover.domain.registration import PARAMETER_ROOT, Parameters

_DENIED = "The spoke role needs ssm:GetParametersByPath there: apply workload-spoke of this hub's version."


@dataclass(frozen=True, slots=True)
class SsmRegistry:
    """The port `Registry`."""

    sessions: SpokeSessions

    def read(self, location: Location) -> Parameters:
        subject = f"{PARAMETER_ROOT} in account {location.account}, region {location.region}"
        with translated("ssm:GetParametersByPath", subject, denied=_DENIED):
            # A page that fails raises: half a list would read like withdrawn registrations.
            pages = self.sessions.ssm(location).get_paginator("get_parameters_by_path")
            return {
                parameter["Name"]: parameter["Value"]
                for page in pages.paginate(Path=PARAMETER_ROOT, Recursive=True)
                for parameter in page["Parameters"]
            }
