"""A hub of an earlier commit, upgraded in the middle of a drought; the tests here share what comes of it.

Where the checkout has no earlier commit, the hub is of this one from the beginning.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.sandbox import Sandbox
from simulator.sandbox.counterfactual import as_list
from simulator.sandbox.evaluation import Question
from simulator.terraform import MODULES, REPOSITORY, Progress, Step, TerraformRoot
from tests.e2e.installation import Installation, Item
from tests.e2e.pairs import Pair
from tests.e2e.places import HUB, NORTH, SPOKE_ROLE
from tests.e2e.services import ON_DEMAND, Service
from tests.reliability.sandbox.history import earlier_commit, modules_of

HERE: Final = Path(__file__).parent
ROOTS: Final = HERE.parent / "terraform"
WORK: Final = REPOSITORY / "build" / "reliability"
TIME_FACTOR: Final = 60.0
TASKS: Final = 4
# Whichever test comes first has all of the upgrade in its setup.
TIMEOUT_SECONDS: Final = 900
# The first test finds the hub as it was upgraded, the last one destroys it.
FIRST: Final = "test_upgrade.py"
LAST: Final = "test_destroy.py"


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark all tests here as slow, and put them before all others, in the order that they need.

    One after the other they take longest of the slow ones: begun last, they would be all that still runs.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))
    yield
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if not item.path.is_relative_to(HERE):
        return 3
    return {FIRST: 0, LAST: 2}.get(item.path.name, 1)


@dataclass(slots=True)
class Stand:
    """Hub and spoke as Terraform has them, and a service in each mode."""

    installation: Installation
    hub: TerraformRoot
    workloads: TerraformRoot
    changed: list[Progress] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def web(self) -> Service:
        """The service of mode `switch`."""
        return Service(self.installation, NORTH, "web")

    @property
    def api(self) -> Pair:
        """The service of mode `standby`, with its standby."""
        return Pair.of(self.installation, NORTH, "api")

    @property
    def worker(self) -> Pair:
        """The service of mode `backfill`, with its standby."""
        return Pair.of(self.installation, NORTH, "worker")

    @property
    def protected(self) -> tuple[Service, ...]:
        """The services on Spot."""
        return (self.web, self.api.spot, self.worker.spot)

    def lowest(self, since: int) -> dict[str, int]:
        """Return how many tasks of each service and its standby served at least, from a sample on."""
        samples, _ = self.installation.control.log()
        serving: dict[str, int] = {}
        lowest: dict[str, int] = {}
        for index, sample in enumerate(samples):
            serving[sample["service"]] = sample["serving"]
            name = sample["service"].removesuffix("-on-demand")
            if index >= since:
                together = serving.get(name, 0) + serving.get(f"{name}-on-demand", 0)
                lowest[name] = min(together, lowest.get(name, together))
        return lowest

    def weather(self, capacity: int | str) -> None:
        """Set how many Spot tasks there may be."""
        self.installation.control.weather(NORTH.region, capacity, NORTH.account)

    def passed(self, service: Service, since: str) -> None:
        """Wait for the next pass over a service."""
        self.installation.until(
            lambda: service.record().get("passed_at", since) > since, what=f"a pass over {service.name}"
        )

    def moved(self) -> None:
        """Let Spot go, until everybody runs on demand."""
        self.weather("drought")
        for service in self.protected:
            service.in_phase("on_demand", seconds=120)

    def denied(self) -> list[Question]:
        """Return what anybody but the tests themselves was not allowed to do so far."""
        denied = (evaluation.question for evaluation in self.installation.control.denials())
        return [question for question in denied if question.principal_type != "Root"]

    def allowed(self) -> frozenset[str]:
        """Return the actions of the spoke role's policy."""
        return frozenset(
            action
            for statement in self.role_policy()[1]["Statement"]
            for action in as_list(statement["Action"])
        )

    def role_policy(self) -> tuple[str, Item]:
        """Return the name and the text of the spoke role's one policy."""
        iam = self.installation.client("iam", NORTH)
        [name] = iam.list_role_policies(RoleName=SPOKE_ROLE)["PolicyNames"]
        return name, iam.get_role_policy(RoleName=SPOKE_ROLE, PolicyName=name)["PolicyDocument"]

    def home(self) -> None:
        """Let Spot come back, until everybody is as their owners had them."""
        self.weather("calm")
        self.web.in_phase("steady", seconds=120)
        self.web.running()
        for pair in (self.api, self.worker):
            pair.at_rest(TASKS)

    @contextmanager
    def functions_off(self) -> Iterator[None]:
        """Let nobody work for a while, as when a region has no Lambda: messages wait in their queues."""
        client = self.installation.client("lambda", HUB)
        mappings = [
            mapping["UUID"]
            for mapping in client.list_event_source_mappings()["EventSourceMappings"]
            if ":function:spot-failover-" in mapping["FunctionArn"]
        ]
        assert mappings
        for mapping in mappings:
            client.update_event_source_mapping(UUID=mapping, Enabled=False)
        try:
            yield
        finally:
            for mapping in mappings:
                client.update_event_source_mapping(UUID=mapping, Enabled=True)

    def elapsed(self, seconds: float, since: datetime) -> None:
        """Wait until so much time has passed since a moment."""
        self.installation.until(
            lambda: datetime.now(UTC) - since > timedelta(seconds=seconds), what="time to pass", ticking=False
        )

    def tracebacks(self) -> list[str]:
        """Return what the functions logged with a stack trace."""
        logs = self.installation.client("logs", HUB)
        return [
            event["message"]
            for function in ("observe", "work")
            for event in logs.filter_log_events(
                logGroupName=f"/aws/lambda/spot-failover-{function}", limit=10_000
            )["events"]
            if "Traceback" in event["message"]
        ]

    def apply(self, **changes: Any) -> None:
        """Apply the workload account's root, with some variables changed."""
        self.workloads.apply({"hub": self.outputs["spoke"], **changes})


def interruptions(service: Service) -> set[str]:
    """Return the tasks of whose interruption there is a row."""
    return {row["task_arn"] for row in service.evidence() if row["kind"] == "spot_interruption"}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    with Sandbox(time_factor=TIME_FACTOR, ticks=False, log=WORK / "sandbox.log") as started:
        yield started


@pytest.fixture(scope="session")
def earlier() -> str | None:
    return earlier_commit()


@pytest.fixture(scope="session")
def installed(sandbox: Sandbox, earlier: str | None) -> Stand:
    """Apply hub and spoke as the earlier commit has them; services run on Spot, registered."""
    modules = modules_of(earlier, WORK / "earlier") if earlier else MODULES
    changed: list[Progress] = []

    def note(progress: Progress) -> None:
        if progress.step is Step.FINISHED:
            changed.append(progress)

    hub = TerraformRoot(ROOTS / "hub", WORK / "hub", sandbox.env(HUB.account, HUB.region), note, modules)
    spoke = TerraformRoot(
        ROOTS / "workloads", WORK / "workloads", sandbox.env(NORTH.account, NORTH.region), modules=modules
    )
    stand = Stand(Installation(sandbox), hub, spoke, changed)
    stand.web.create(desired=TASKS)
    for pair in (stand.api, stand.worker):
        pair.spot.create(desired=TASKS)
        pair.standby.create(desired=0, strategy=ON_DEMAND)
    hub.init()
    stand.outputs = hub.apply({"workload_accounts": [NORTH.account]})
    spoke.init()
    stand.apply()
    for service in stand.protected:
        service.running().protected()
    changed.clear()
    return stand


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was there before the upgrade, what Terraform changed of the hub, and what became of it.

    allowed: what the earlier spoke's role may do. denied: what anybody was denied while only the hub was new.
    """

    before: Mapping[str, Item]
    changes: Mapping[str, str]
    lowest: Mapping[str, int]
    allowed: frozenset[str]
    denied: Sequence[Question]


@pytest.fixture(scope="session")
def upgrade(installed: Stand, earlier: str | None) -> Upgrade | None:
    """Apply this commit's hub while everybody is failed over."""
    if earlier is None:
        return None
    installed.moved()
    before = {service.name: service.record() for service in installed.protected}
    since = len(installed.installation.control.log()[0])
    installed.hub.upgrade()
    installed.outputs = installed.hub.apply()
    changes = {change.address: change.action for change in installed.changed}
    # A pass of the new hub over each.
    for service in installed.protected:
        installed.passed(service, since=before[service.name]["passed_at"])
    lowest = installed.lowest(since)
    installed.home()
    denied = installed.denied()
    allowed = installed.allowed()
    installed.workloads.upgrade()
    installed.apply()
    return Upgrade(before, changes, lowest, allowed, denied)


@pytest.fixture(scope="session")
def stand(installed: Stand, upgrade: Upgrade | None) -> Stand:
    """Return the installation as this commit has it: by an upgrade where there is something to upgrade."""
    assert upgrade is None or upgrade.changes
    return installed


@pytest.fixture(autouse=True)
def _calm_again(installed: Stand) -> Iterator[None]:
    """Leave calm weather to the next test, however this one ends."""
    yield
    installed.weather("calm")
