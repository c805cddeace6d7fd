"""The fleet: services in many accounts, registered and at rest, a third of them in each mode."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from bench.fleet.hub import BUS, EVIDENCE, REGION, STATE, Hub
from simulator.backtest.contender import STANDBY_SUFFIX
from simulator.backtest.services import ON_DEMAND_ONLY, SPOT_ONLY
from simulator.world import World
from simulator.world.names import arn
from spot_failover.adapters.items import from_spoke
from spot_failover.adapters.ledger import from_ledger
from spot_failover.adapters.record_items import (
    pass_attributes,
    readiness_attributes,
    registration_attributes,
)
from spot_failover.adapters.tables import encoded
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.ledger import Ledger, Usage
from spot_failover.domain.policy import Mode, Policy, Standby, policy_document
from spot_failover.domain.readiness import Check, Finding
from spot_failover.domain.record import Record, Spoke
from spot_failover.domain.registration import (
    CONTRACT,
    SERVICES_PREFIX,
    SPOKE_PARAMETER,
    Registration,
)
from spot_failover.domain.task_definition import TaskSize
from spot_failover.events.errors import EventError
from spot_failover.events.model import Ignored
from spot_failover.events.parser import parse

START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLUSTER: Final = "shop"
SIZE_OF_A_TASK: Final = TaskSize(256, 512)
# At most, by one service since midnight: task-seconds on Spot and on demand, and dollars saved.
USED: Final = (86_400, 864, 0.25)
# Tasks start within three minutes; after ten all services are at rest.
SETTLING: Final = timedelta(minutes=10)
# What many services lack: it makes every record that is read so much longer.
FINDINGS: Final = (
    Finding(Check.STOP_TIMEOUT, "Spot gives a task 120 s to finish its work. Set stopTimeout to 120." * 2),
    Finding(Check.CIRCUIT_BREAKER, "The deployment circuit breaker is off. Switch it on, with rollback." * 2),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many accounts, services of each, tasks of each service, and functions at once.

    The services take the modes in turn.
    """

    accounts: int = 200
    services: int = 50
    tasks: int = 4
    work_at_once: int = 50
    modes: tuple[Mode, ...] = tuple(Mode)

    @property
    def registered(self) -> int:
        """How many services are registered."""
        return self.accounts * self.services


class Fleet:
    """A world of services with its hub; `forwarded` holds the events that came to it."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.world = World(seed=1, start=START, emit=self._emit, observe=lambda _: None)
        self.world.throttles.enabled = False  # the owners took their time to create all this
        self.hub = Hub(self.world, size.work_at_once)
        self.ecs_services = 0
        self.forwarded: list[str] = []
        self._listening = False
        self._records = [record for account in self.accounts for record in self._services(account)]
        self.world.advance(to=START + SETTLING)
        self.register()
        self.world.throttles.enabled = True
        self._listening = True

    @property
    def accounts(self) -> list[str]:
        """The workload accounts."""
        return [str(200_000_000_000 + number) for number in range(self.size.accounts)]

    @property
    def services(self) -> list[ServiceId]:
        """The registered services."""
        return [record.id for record in self._records]

    def interrupt(self, services: list[ServiceId], count: int) -> None:
        """Give notice to so many Spot tasks of each service."""
        for id_ in services:
            self.world.weather.interrupt(id_.account, id_.region, id_.cluster, id_.service, count)

    def forget_checks(self) -> None:
        """Let every service be due for a check of its readiness, until all are registered anew."""
        for service in self.services:
            item = self.hub.aws.dynamodb.tables[STATE].item(service.key)
            self.hub.aws.dynamodb.tables[STATE].put(
                {name: value for name, value in item.items() if name != "checked_at"}
            )

    def wait(self, seconds: float) -> None:
        """Let time pass, with all that it brings."""
        self.hub.time.run(until=self.world.now + timedelta(seconds=seconds))

    def close(self) -> None:
        """End the hub's threads."""
        self.hub.time.close()

    def phases(self) -> Counter[str]:
        """Return how many services are in each phase."""
        return Counter(item["phase"]["S"] for item in self._items())

    def faults(self) -> list[str]:
        """Return what went wrong in passes."""
        return [item["last_error"]["S"] for item in self._items() if "last_error" in item]

    def _items(self) -> Iterator[dict[str, Any]]:
        table = self.hub.aws.dynamodb.tables[STATE]
        return (table.item(service.key) for service in self.services)

    def _emit(self, envelope: dict[str, Any]) -> None:
        """Let the rules forward what means something to the hub."""
        if not self._listening:
            return
        try:
            signal = parse(envelope, drills=False, hub_account="", now=self.world.now)
        except EventError:
            return
        if not isinstance(signal, Ignored):
            self.hub.aws.book.count("events")
            self.hub.aws.book.count("events forwarded")
            self.forwarded.append(json.dumps(envelope))
            self.hub.event(self.forwarded[-1])

    def _services(self, account: str) -> Iterator[Record]:
        self.world.register_cluster(account, REGION, CLUSTER)
        create = self.world.api(account, REGION).create_service
        for number in range(self.size.services):
            service = ServiceId(account, REGION, CLUSTER, f"service-{number:03}")
            definition = _definition(service)
            self.world.register_task_definition(account, REGION, definition)
            created_at = self._create(create, service.service, definition, SPOT_ONLY, self.size.tasks)
            mode = self.size.modes[number % len(self.size.modes)]
            standby = "" if mode is Mode.SWITCH else service.service + STANDBY_SUFFIX
            if standby:
                self._create(create, standby, definition, ON_DEMAND_ONLY, 0)
            yield Record(
                service,
                Policy(mode=mode, owner="platform", standby=Standby(standby)),
                since=START,
                reason="Spot serves the service.",
                claimed=standby,
                service_created_at=created_at,
                version=1,
            )

    def _ledger(self, account: str, now: datetime, chance: Random) -> Ledger:
        """Return what is counted of a day so far: no two services ran alike."""
        services = [record.id for record in self._records if record.id.account == account]
        return Ledger(
            Location(account, REGION),
            now,
            now.date(),
            usage={service: Usage(*(most * chance.random() for most in USED)) for service in services},
            sizes={_definition(service): SIZE_OF_A_TASK for service in services},
        )

    def _create(
        self,
        create: Callable[[dict[str, Any]], dict[str, Any]],
        name: str,
        definition: str,
        strategy: tuple[dict[str, Any], ...],
        desired: int,
    ) -> datetime:
        self.ecs_services += 1
        answer = create(
            {
                "cluster": CLUSTER,
                "serviceName": name,
                "taskDefinition": definition,
                "desiredCount": desired,
                "capacityProviderStrategy": [dict(item) for item in strategy],
            }
        )
        created_at: datetime = answer["service"]["createdAt"]
        return whole_milliseconds(created_at)

    def register(self) -> None:
        """Write everything down as passes in the past have left it."""
        now, aws = self.hub.time.now, self.hub.aws
        state = aws.dynamodb.tables[STATE]
        aws.dynamodb.tables[EVIDENCE]
        for record in self._records:
            passed = replace(record, passed_at=now)
            registration = registration_attributes(Registration(record.id, record.policy))
            checked = readiness_attributes(FINDINGS, now)
            item = {"id": record.id.key, **registration, **checked, **pass_attributes(passed)}
            state.put(encoded({name: value for name, value in item.items() if value not in (None, "", [])}))
            name = f"{SERVICES_PREFIX}{CLUSTER}/{record.id.service}"
            parameters = aws.parameters.setdefault((record.id.account, REGION), {})
            parameters[name] = json.dumps(policy_document(record.policy))
        chance = Random(1)
        for account in self.accounts:
            state.put(encoded(from_ledger(self._ledger(account, now, chance))))
            spoke = Spoke(Location(account, REGION), refreshed_at=now, heard_at=now)
            state.put(encoded(from_spoke(spoke)))
            settings = {
                "contract": CONTRACT,
                "hub_bus_arn": BUS,
                "clusters": [CLUSTER],
                "operation": "active",
            }
            aws.parameters[account, REGION][SPOKE_PARAMETER] = json.dumps(settings)


def _definition(service: ServiceId) -> str:
    """Return the ARN of the task definition that a service has to itself."""
    return arn(service.account, service.region, f"task-definition/{service.service}:7")
