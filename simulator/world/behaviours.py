"""How a service's containers behave: what ECS cannot decide for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from simulator.world.names import ServiceKey


class ExitAt(StrEnum):
    """When a container that is asked to stop really exits."""

    SIGTERM = "sigterm"
    STOP_TIMEOUT = "stop_timeout"
    SEEDED = "seeded"  # one of the two, drawn once per service


class Victims(StrEnum):
    """Which tasks ECS stops at a scale-in, of a provider that has too many."""

    STARTING_FIRST = "starting_first"
    ANY = "any"
    OLDEST = "oldest"
    NEWEST = "newest"
    SEEDED = "seeded"  # one of the others, drawn once per service


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The containers of one service. Seconds are real ones: the time factor divides them."""

    exit_at: ExitAt = ExitAt.SEEDED
    deregistration_delay: float = 300.0  # of its target group, if it has one; AWS's default
    pull_seconds: float = 0.0  # added by a large image
    # From RUNNING to the first health check passed; a new target needs one only, of 30 s apart by default
    # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html).
    health_seconds: float = 15.0
    health_fails: bool = False  # it never passes one, and ECS replaces it
    start_fails: bool = False  # the image cannot be pulled: the task never reaches RUNNING
    crash_after: float | None = None  # the essential container exits that long after RUNNING
    exit_code: int = 1


@dataclass(slots=True)
class Behaviours:
    """The behaviour of every service, the default or its own; and ECS's where none is documented."""

    random: Random
    default: Behaviour = Behaviour()
    victims: Victims = Victims.SEEDED
    _set: dict[ServiceKey, Behaviour] = field(default_factory=dict)
    _drawn: dict[ServiceKey, ExitAt] = field(default_factory=dict)
    _victims: dict[ServiceKey, Victims] = field(default_factory=dict)

    def set(self, key: ServiceKey, behaviour: Behaviour) -> None:
        """Give one service its own behaviour; tasks that stop or start from now on follow it."""
        self._set[key] = behaviour

    def of(self, key: ServiceKey | None) -> Behaviour:
        """Return a service's behaviour, or the default for a standalone task."""
        return self.default if key is None else self._set.get(key, self.default)

    def exit_at(self, key: ServiceKey | None) -> ExitAt:
        """Return when a service's containers exit, drawing it at first sight where it is left to the seed."""
        chosen = self.of(key).exit_at
        if chosen is not ExitAt.SEEDED:
            return chosen
        if key is None:
            return ExitAt.SIGTERM
        if key not in self._drawn:
            self._drawn[key] = self.random.choice((ExitAt.SIGTERM, ExitAt.STOP_TIMEOUT))
        return self._drawn[key]

    def victims_of(self, key: ServiceKey) -> Victims:
        """Return which of a service's tasks go first, drawing it once where it is left to the seed."""
        if self.victims is not Victims.SEEDED:
            return self.victims
        if key not in self._victims:
            choices = [victims for victims in Victims if victims is not Victims.SEEDED]
            self._victims[key] = self.random.choice(choices)
        return self._victims[key]
