"""One sandbox and one installation for all tests here but the demo's: Terraform takes a minute and a half."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.sandbox import Sandbox
from simulator.terraform import REPOSITORY, TerraformRoot
from tests.e2e.drought import Drought
from tests.e2e.installation import Installation, new_client
from tests.e2e.places import FLEET, HUB, HUB_AS_SPOKES_KNOW_IT, NORTH, WEST
from tests.e2e.services import Service

# The sandbox's clock runs this much faster than AWS's: a task starts within two seconds.
TIME_FACTOR: Final = 60.0

# AWS promises at least one copy of an event and no order: what all tests here live with.
ANY_ORDER: Final[dict[str, Any]] = {"copies": 3, "shuffle_seconds": 1.0}

HERE: Final = Path(__file__).parent
WORK: Final = REPOSITORY / "build" / "e2e"
# Tests make services of their own and need no order, but for these: the first one uses what the hub has not
# seen yet, the last ones look back on everything.
FIRST: Final = ("test_demo.py", "test_late_hub.py")
LAST: Final = ("test_departed_spoke.py", "test_aftermath.py", "permissions")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put these tests first: they take longest, and other workers do the rest meanwhile."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if not item.path.is_relative_to(HERE):
        return 100
    name = item.path.relative_to(HERE).parts[0]
    if name in FIRST:
        return FIRST.index(name)
    return 10 + LAST.index(name) if name in LAST else len(FIRST)


class Fleet:
    """The Terraform of the workload accounts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._root = TerraformRoot(
            HERE / "terraform" / "fleet", WORK / "fleet", sandbox.env(NORTH.account, NORTH.region)
        )
        self._root.init()
        # By a call: Terraform's provider waits a minute for each load balancer.
        made = new_client(sandbox, "elbv2", WEST).create_load_balancer(Name="shop", Subnets=["subnet-1"])
        self._load_balancer = made["LoadBalancers"][0]["LoadBalancerArn"]

    def apply(self, **changes: Any) -> None:
        """Apply it with some variables changed."""
        unchanged = {"hub": HUB_AS_SPOKES_KNOW_IT, "load_balancer": self._load_balancer}
        web: dict[str, Any] = {"web": {}}
        registrations = {place.name: web for place in FLEET}
        registrations[NORTH.name] = {**web, "careful": {"dry_run": True}}
        self._root.apply({**unchanged, "registrations": registrations, **changes})


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    with Sandbox(time_factor=TIME_FACTOR, ticks=False, log=WORK / "sandbox.log") as started:
        started.control.events(**ANY_ORDER)
        yield started


@pytest.fixture(scope="session")
def fleet(sandbox: Sandbox) -> Fleet:
    """Apply the spokes and the registrations, before there is a hub."""
    fleet = Fleet(sandbox)
    fleet.apply()
    return fleet


@pytest.fixture(scope="session")
def installation(sandbox: Sandbox, fleet: Fleet) -> Installation:
    """Apply everything, the hub last: events flow before there is anything to take them."""
    installation = Installation(sandbox)
    for place in FLEET:
        Service(installation, place, "web").create()
    Service(installation, NORTH, "careful").create()
    stranger = Service(installation, NORTH, "stranger").create().running()
    stranger.interrupt(1)
    hub = TerraformRoot(HERE / "terraform" / "hub", WORK / "hub", sandbox.env(HUB.account, HUB.region))
    hub.init()
    installation.hub_outputs = hub.apply(
        {"workload_accounts": sorted({place.account for place in (*FLEET, WEST)})}
    )
    installation.subscribe()
    return installation


@pytest.fixture(scope="session")
def drought(installation: Installation) -> Drought:
    """Let a drought come and go in the account west, once for all tests about it."""
    return Drought.watched(installation)
