"""Spreading a service's tasks over its zones, as far as there is capacity.

ECS spreads by default, and as well as it can
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from simulator.world.model import Deployment, Service
from simulator.world.places import Place, zones_in


@dataclass(frozen=True, slots=True)
class Site:
    """One subnet that a task may run in."""

    subnet: str
    zone: str
    place: Place


class Sites:
    """The subnets of a deployment, and how many of its tasks run in each zone."""

    def __init__(self, service: Service, deployment: Deployment) -> None:
        definition = deployment.revision.task_definition
        cluster = service.cluster
        architecture, size = ("", "") if definition is None else (definition.architecture, definition.size)
        sites = [
            Site(subnet, zone, Place(cluster.account, cluster.region, zone, architecture, size))
            for subnet, zone in zones_in(cluster.region, deployment.revision.settings).items()
        ]
        # Of equal zones another one comes first for each service, or the first zone would be the fullest.
        turn = crc32(service.name.encode()) % len(sites)
        self._sites = sites[turn:] + sites[:turn]
        self._tasks = dict.fromkeys((site.zone for site in sites), 0)
        if len(self._tasks) > 1:
            for task in service.tasks.values():
                if task.deployment is deployment and task.is_wanted and task.zone in self._tasks:
                    self._tasks[task.zone] += 1

    def next(self, has_room: Callable[[Place], bool]) -> Site | None:
        """Return where the next task goes: the emptiest zone that has room; None without any."""
        if len(self._sites) == 1:
            return self._sites[0] if has_room(self._sites[0].place) else None
        for site in sorted(self._sites, key=lambda site: self._tasks[site.zone]):
            if has_room(site.place):
                return site
        return None

    def emptiest(self) -> Site:
        """Return where a task would go if there were room everywhere."""
        return min(self._sites, key=lambda site: self._tasks[site.zone])

    @property
    def zones(self) -> list[str]:
        """The zones that tasks may run in."""
        return list(self._tasks)

    def took(self, site: Site) -> None:
        """Count a task that was launched."""
        self._tasks[site.zone] += 1
