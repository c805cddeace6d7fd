"""The control requests that change the world: its weather, its services' behaviour, its faults and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any

from simulator.sandbox.world_clock import Delivering, WorldClock
from simulator.world import Behaviour, ExitAt, ServiceKey, Victims

Answer = dict[str, Any]
Arguments = Mapping[str, Any]


class ControlError(ValueError):
    """A control request that makes no sense; the text goes back to whoever sent it."""


@dataclass(slots=True)
class WorldRequests:
    """Carries out requests by their names."""

    clock: WorldClock

    def changers(self) -> dict[str, Callable[[Arguments], Answer]]:
        """Return what carries out each request."""
        return {
            "weather": self._weather,
            "losses": self._losses,
            "interrupt": self._interrupt,
            "behave": self._behave,
            "victims": self._victims,
            "demand": self._demand,
            "faults": self._faults,
            "silence": self._silence,
            "events": self._events,
        }

    def _weather(self, arguments: Arguments) -> Answer:
        region, account = _text(arguments, "region"), arguments.get("account")
        capacity = _capacity(arguments.get("capacity"))
        pool: dict[str, Any] = {name: arguments.get(name) for name in ("zone", "architecture", "size")}
        with self.clock.using() as world:
            if arguments.get("on_demand"):
                world.weather.set_on_demand(_text(arguments, "account"), region, capacity=capacity)
            else:
                world.weather.set(account, region, capacity=capacity, **pool)
        return {"region": region, "account": account, "capacity": capacity}

    def _losses(self, arguments: Arguments) -> Answer:
        with self.clock.using() as world:
            if "stuck" in arguments:
                world.weather.set_stuck_share(float(arguments["stuck"]))
            if "unnoticed" in arguments:
                world.weather.set_unnoticed_share(float(arguments["unnoticed"]))
        return {}

    def _interrupt(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        where = (key.account, key.region, key.cluster, key.service)
        count, notice = int(arguments.get("count") or 1), bool(arguments.get("notice", True))
        with self.clock.using() as world:
            return {"tasks": world.weather.interrupt(*where, count, notice=notice)}

    def _behave(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        change = _behaviour(arguments.get("change") or {})
        with self.clock.using() as world:
            behaviour = replace(world.behaviours.of(key), **change)
            world.behaviours.set(key, behaviour)
        return asdict(behaviour)

    def _victims(self, arguments: Arguments) -> Answer:
        with self.clock.using() as world:
            world.behaviours.victims = Victims(_text(arguments, "victims"))
        return {}

    def _demand(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        with self.clock.using() as world:
            world.scaling(key.account, key.region).demand(key, int(arguments["desired"]))
        return {}

    def _faults(self, arguments: Arguments) -> Answer:
        with self.clock.using() as world:
            if "throttle" in arguments:
                world.faults.throttle(str(arguments["throttle"]), int(arguments.get("count") or 1))
            if "stale_reads" in arguments:
                world.faults.stale_reads(float(arguments["stale_reads"]), tasks=bool(arguments.get("tasks")))
        return {}

    def _silence(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        with self.clock.using() as world:
            world.faults.silence(key, world.now + timedelta(seconds=float(arguments["seconds"])))
        return {}

    def _events(self, arguments: Arguments) -> Answer:
        self.clock.delivering = Delivering(
            copies=int(arguments.get("copies") or 1),
            shuffle_seconds=float(arguments.get("shuffle_seconds") or 0.0),
            delay_seconds=float(arguments.get("delay_seconds") or 0.0),
            lost=float(arguments.get("lost") or 0.0),
        )
        return asdict(self.clock.delivering)


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"This request needs {name!r}.")
    return value


def _service(arguments: Arguments) -> ServiceKey:
    return ServiceKey(*(_text(arguments, name) for name in ("account", "region", "cluster", "service")))


def _behaviour(change: Arguments) -> dict[str, Any]:
    """Read what of a behaviour is to be different."""
    known = {each.name for each in fields(Behaviour)}
    unknown = set(change) - known
    if unknown:
        raise ControlError(
            f"A behaviour has no {', '.join(sorted(unknown))}. It has {', '.join(sorted(known))}."
        )
    return {name: ExitAt(value) if name == "exit_at" else value for name, value in change.items()}


def _capacity(value: object) -> int | None:
    """Read a capacity: a number of tasks, "drought" for none, "calm" (or null) for no limit."""
    if value is None or value == "calm":
        return None
    if value == "drought":
        return 0
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return int(value)
    raise ControlError(f"A capacity is a number of tasks, 'drought' or 'calm', not {value!r}.")
