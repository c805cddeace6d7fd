"""Availability Zone rebalancing: tasks start in the emptier zones, then others stop in the fuller ones.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from simulator.world.census import is_settled, take_census
from simulator.world.ground import Ground
from simulator.world.model import FARGATE_SPOT, Service, Task
from simulator.world.placement import Placement
from simulator.world.sites import Site, Sites
from simulator.world.tasks import TaskLifecycle

_LOOKS_EVERY: Final = 300.0  # ECS says that it looks all the time, not how often


class Rebalancing:
    """Evens out the zones of services that are in a steady state and have it enabled."""

    def __init__(self, ground: Ground, placement: Placement, lifecycle: TaskLifecycle) -> None:
        self._schedule = ground.schedule
        self._latencies = ground.latencies
        self._events = ground.events
        self._messages = ground.messages
        self._pools = ground.pools
        self._placement = placement
        self._lifecycle = lifecycle

    def look(self, service: Service) -> datetime | None:
        """Take the next step; returns when to look again, or None where there is nothing to even out."""
        if service.settings.get("availabilityZoneRebalancing") != "ENABLED":
            return None
        if service.extra:
            self._finish(service)
            return None
        if not service.steady:
            return None
        sites = Sites(service, service.primary)
        tasks = take_census(service).new
        moves = _moves(Counter(task.zone for task in tasks), sites.zones)
        if not moves:
            return None
        upper = service.desired_count * service.deployment_configuration["maximumPercent"] // 100
        self._start(service, sites, tasks, min(moves, upper - service.desired_count))
        return self._schedule.now + self._latencies.scaled(_LOOKS_EVERY)

    def _start(self, service: Service, sites: Sites, tasks: list[Task], moves: int) -> None:
        started: list[Task] = []
        for _ in range(moves):
            # The replacement runs on what the task runs on that it replaces.
            provider = _fullest(tasks, sites.zones).provider
            site = sites.emptiest()
            if not self._pools.has_room(site.place, spot=provider == FARGATE_SPOT):
                break
            if not started:
                self._tell(service, "SERVICE_REBALANCING_STARTED", _uneven(tasks, sites.zones))
            started.append(self._launch(service, provider, site))
            sites.took(site)
        service.extra = len(started)
        if started:
            self._messages.tasks(service, "has started {count} tasks to AZ Rebalance:", started)

    def _launch(self, service: Service, provider: str | None, site: Site) -> Task:
        task = self._placement.new_task(service, service.primary, provider, site)
        self._lifecycle.launch(task)
        return task

    def _finish(self, service: Service) -> None:
        tasks = take_census(service).new
        if len(tasks) != service.desired_count + service.extra or not all(map(is_settled, tasks)):
            return
        zones = Sites(service, service.primary).zones
        stopped = []
        for _ in range(service.extra):
            task = _fullest(tasks, zones)
            tasks.remove(task)
            stopped.append(task)
            reason = f"Scaling activity initiated by (deployment {service.primary.id})"
            self._lifecycle.stop(task, "ServiceSchedulerInitiated", reason)
        service.extra = 0
        self._messages.tasks(service, "has stopped {count} running tasks due to AZ rebalancing:", stopped)
        even = f"is AZ balanced with {_by_zone(tasks, zones)}."
        self._tell(service, "SERVICE_REBALANCING_COMPLETED", even)

    def _tell(self, service: Service, event: str, message: str) -> None:
        self._messages.say(service, message)
        self._events.service_action(service, "INFO", event)


def _moves(tasks: Counter[str], zones: list[str]) -> int:
    """Return how many tasks must move until no zone has two more than another; 0 where none has."""
    counts = [tasks[zone] for zone in zones]
    if len(counts) < 2 or max(counts) - min(counts) < 2:  # noqa: PLR2004 - one more is as even as can be
        return 0
    least = sum(counts) // len(counts)
    return sum(max(0, least - count) for count in counts) or 1


def _fullest(tasks: list[Task], zones: list[str]) -> Task:
    counts = Counter(task.zone for task in tasks)
    fullest = max(zones, key=lambda zone: counts[zone])
    return next(task for task in tasks if task.zone == fullest)


def _uneven(tasks: list[Task], zones: list[str]) -> str:
    return f"is not AZ balanced with {_by_zone(tasks, zones)}. AZ Rebalancing in progress."


def _by_zone(tasks: list[Task], zones: list[str]) -> str:
    counts = Counter(task.zone for task in tasks)
    return ", ".join(f"{counts[zone]} tasks in {zone}" for zone in sorted(zones))
