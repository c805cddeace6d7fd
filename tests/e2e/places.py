"""Where the installation under test stands: a hub, a spoke beside it, and spokes in three accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Place:
    """A region of an account; `name` is what tests/e2e/terraform/fleet calls it."""

    name: str
    account: str
    region: str

    @property
    def key(self) -> str:
        """How the hub's tables name it."""
        return f"{self.account}::{self.region}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something that lies here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role of the account."""
        return f"arn:aws:iam::{self.account}:role/{name}"


HUB: Final = Place("hub", "111111111111", "eu-central-1")
NORTH: Final = Place("north", "222222222222", "eu-central-1")
NORTH_US: Final = Place("north_us", "222222222222", "us-east-1")
SOUTH: Final = Place("south", "333333333333", "eu-central-1")
# Its spoke is in dry run, and it leaves at the end.
EAST: Final = Place("east", "444444444444", "eu-central-1")
# All its services are looked after: some have standbys, a default policy covers the others.
WEST: Final = Place("west", "555555555555", "eu-west-1")
# A spoke in the hub's own account and region.
HOME: Final = Place("home", HUB.account, HUB.region)
# Where a service "web" runs, that moves itself.
FLEET: Final = (NORTH, NORTH_US, SOUTH, EAST)
STAYING: Final = (NORTH, NORTH_US, SOUTH, WEST, HOME)

HUB_BUS: Final = HUB.arn("events", "event-bus/spot-failover")
TOPIC: Final = HUB.arn("sns", "spot-failover-alerts")
WORK_ROLE: Final = HUB.role_arn("spot-failover-work-eu-central-1")
SPOKE_ROLE: Final = "CentralSpotAutomationRole"
# What that role could not do before there were readiness checks. A test takes it away from SOUTH's.
NEW_IN_ROLES: Final = frozenset(
    {"elasticloadbalancing:DescribeTargetGroupAttributes", "servicequotas:GetServiceQuota"}
)
FORWARDING_QUEUE: Final = "spot-failover-forwarding-dlq"
CLUSTER: Final = "shop"

# What the hub's output `spoke` says, known before there is a hub: it is all that a workload account needs.
HUB_AS_SPOKES_KNOW_IT: Final[dict[str, Any]] = {
    "contract": 1,
    "event_bus_arn": HUB_BUS,
    "work_role_arn": WORK_ROLE,
    "external_id": "spot-failover",
    "spoke_role_name": SPOKE_ROLE,
    "organization_id": "o-sandbox000",
    "operation": "active",
    "drills": True,
}
