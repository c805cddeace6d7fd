"""The sandbox's own requests, under `/_sandbox/` on the port where it also answers for AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from simulator.sandbox import emf_metrics, emulator, records
from simulator.sandbox.corrections import put_events, schedules
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import utc_now
from simulator.sandbox.stored_policies import stored_policies
from simulator.sandbox.world_clock import Delivering, WorldClock
from simulator.world import Behaviour, ExitAt, Sample, ServiceKey

Answer = dict[str, Any]
Arguments = Mapping[str, Any]

EVERY_MINUTE: Final = "rate(1 minute)"


class ControlError(ValueError):
    """A control request that makes no sense; the text goes back to whoever sent it."""


@dataclass(slots=True)
class ControlRequests:
    """Answers control requests: `read` those that look, `change` those that do something."""

    parts: Parts
    clock: WorldClock
    time_factor: float
    seed: int
    port: int
    started: float = field(default_factory=lambda: utc_now().timestamp())

    def read(self, name: str, arguments: Arguments) -> Answer:
        """Answer a GET request."""
        reader = self._readers().get(name)
        if reader is None:
            raise ControlError(
                f"There is nothing to read at {name!r}. Choose one of: {', '.join(sorted(self._readers()))}."
            )
        return reader(arguments)

    def change(self, name: str, arguments: Arguments) -> Answer:
        """Carry out a POST request."""
        changer = self._changers().get(name)
        if changer is None:
            known = ", ".join(sorted(self._changers()))
            raise ControlError(f"There is nothing to change at {name!r}. Choose one of: {known}.")
        return changer(arguments)

    def _readers(self) -> dict[str, Callable[[Arguments], Answer]]:
        kept = self.parts.records
        return {
            "status": lambda _: self._status(),
            "services": lambda _: {"entries": self._services()},
            "log": self._log,
            "calls": lambda arguments: records.page(kept.calls, _since(arguments)),
            "deliveries": lambda arguments: records.page(kept.deliveries, _since(arguments)),
            "denials": lambda _: {"entries": records.as_json(kept.denials())},
            "decisions": lambda _: {"entries": records.as_json(kept.evaluations())},
            "policies": lambda _: stored_policies(self.parts.emulator),
            "metrics": lambda _: {"entries": emf_metrics.sums(self.parts.emulator)},
        }

    def _changers(self) -> dict[str, Callable[[Arguments], Answer]]:
        return {
            "weather": self._weather,
            "interrupt": self._interrupt,
            "behave": self._behave,
            "demand": self._demand,
            "tick": lambda arguments: {
                "fired": schedules.fire(self.parts, str(arguments.get("expression") or EVERY_MINUTE))
            },
            "faults": self._faults,
            "events": self._events,
            "emit": self._emit,
            "clear": self._clear,
        }

    def _status(self) -> Answer:
        return {
            "ministack": emulator.version(),
            "port": self.port,
            "time_factor": self.time_factor,
            "seed": self.seed,
            "now": utc_now().isoformat(),
            "up_seconds": round(utc_now().timestamp() - self.started, 1),
            "services": len(self._services()),
            "ecs_calls": sum(call.api == "ecs" for call in self.parts.records.calls),
            "deliveries": len(self.parts.records.deliveries),
            "denials": len(self.parts.records.denials()),
        }

    def _services(self) -> list[Answer]:
        with self.clock.using() as world:
            samples = [world.log.last(key) for key in sorted(self.clock.services)]
        return [_sample(sample) for sample in samples if sample is not None]

    def _log(self, arguments: Arguments) -> Answer:
        since = _since(arguments)
        with self.clock.using() as world:
            samples = world.log.since(since)
        return {"entries": [_sample(sample) for sample in samples], "next": since + len(samples)}

    def _weather(self, arguments: Arguments) -> Answer:
        region, account = _text(arguments, "region"), arguments.get("account")
        capacity = _capacity(arguments.get("capacity"))
        with self.clock.using() as world:
            if arguments.get("on_demand"):
                world.weather.set_on_demand(_text(arguments, "account"), region, capacity=capacity)
            else:
                world.weather.set(account, region, capacity=capacity)
        return {"region": region, "account": account, "capacity": capacity}

    def _interrupt(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        count = int(arguments.get("count") or 1)
        with self.clock.using() as world:
            tasks = world.weather.interrupt(key.account, key.region, key.cluster, key.service, count)
        return {"tasks": tasks}

    def _behave(self, arguments: Arguments) -> Answer:
        key = _service(arguments)
        change = _behaviour(arguments.get("change") or {})
        with self.clock.using() as world:
            behaviour = replace(world.behaviours.of(key), **change)
            world.behaviours.set(key, behaviour)
        return asdict(behaviour)

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
                world.faults.stale_reads(float(arguments["stale_reads"]))
        return {}

    def _events(self, arguments: Arguments) -> Answer:
        self.clock.delivering = Delivering(
            copies=int(arguments.get("copies") or 1),
            shuffle_seconds=float(arguments.get("shuffle_seconds") or 0.0),
            delay_seconds=float(arguments.get("delay_seconds") or 0.0),
            lost=float(arguments.get("lost") or 0.0),
        )
        return asdict(self.clock.delivering)

    def _emit(self, arguments: Arguments) -> Answer:
        missing = {"id", "source", "account", "region", "time", "resources", "detail-type", "detail"} - set(
            arguments
        )
        if missing:
            raise ControlError(f"An event envelope needs {', '.join(sorted(missing))} too.")
        put_events.emit(self.parts, arguments)
        return {"id": arguments["id"]}

    def _clear(self, _: Arguments) -> Answer:
        self.parts.records.clear()
        return {}


def _since(arguments: Arguments) -> int:
    return int(arguments.get("since") or 0)


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"This request needs {name!r}.")
    return value


def _service(arguments: Arguments) -> ServiceKey:
    names = ("account", "region", "cluster", "service")
    return ServiceKey(*(_text(arguments, name) for name in names))


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


def _sample(sample: Sample) -> Answer:
    key = sample.key
    return {
        "at": sample.at.isoformat(),
        "account": key.account,
        "region": key.region,
        "cluster": key.cluster,
        "service": key.service,
        "spot_running": sample.spot_running,
        "on_demand_running": sample.on_demand_running,
        "serving": sample.serving,
        "desired": sample.desired,
    }
