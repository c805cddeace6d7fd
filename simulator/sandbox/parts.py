"""What every correction gets to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.sandbox.authorization import Authorizer
from simulator.sandbox.emulator import Emulator
from simulator.sandbox.organization import Organization
from simulator.sandbox.records import ApiCall, Records


@dataclass(frozen=True, slots=True)
class Parts:
    """The emulator, and what the sandbox adds to it."""

    emulator: Emulator
    organization: Organization
    records: Records
    authorizer: Authorizer

    def record_call(
        self, api: str, action: str, names: tuple[str, str], request: Mapping[str, Any], error: str
    ) -> None:
        """Note a call of the present caller; the names are those of the cluster and of the service."""
        account, region = self.emulator.here()
        cluster, service = names
        self.records.calls.append(
            ApiCall(
                api=api,
                principal=self.authorizer.principal_arn(str(self.emulator.evaluator.caller_arn())),
                account=account,
                region=region,
                action=action,
                cluster=cluster,
                service=service,
                error=error,
                request=dict(request),
            )
        )
