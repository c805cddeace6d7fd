"""A quick policy of each mode, for services in the world."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from spot_failover.domain.policy import Mode, Policy, Restore, Standby
from tests.unit.jobs.place import STANDBY

SWITCH: Final = Policy(restore=Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200))
IN_STANDBY: Final = replace(SWITCH, mode=Mode.STANDBY, standby=Standby(service_name=STANDBY))
BACKFILL: Final = replace(IN_STANDBY, mode=Mode.BACKFILL)
POLICIES: Final = {policy.mode: policy for policy in (SWITCH, IN_STANDBY, BACKFILL)}

every_mode = pytest.mark.parametrize(
    "policy", [pytest.param(policy, id=mode) for mode, policy in POLICIES.items()]
)
