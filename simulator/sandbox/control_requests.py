"""The sandbox's own requests, under `/_sandbox/` on the port where it also answers for AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from simulator.sandbox import emf_metrics, emulator, records
from simulator.sandbox.corrections import put_events, schedules
from simulator.sandbox.parts import Parts
from simulator.sandbox.records import utc_now
from simulator.sandbox.stored_policies import stored_policies
from simulator.sandbox.world_clock import WorldClock
from simulator.sandbox.world_requests import Answer, Arguments, ControlError, WorldRequests
from simulator.world import Sample

EVERY_MINUTE: Final = "rate(1 minute)"


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
            **WorldRequests(self.clock).changers(),
            "tick": lambda arguments: {
                "fired": schedules.fire(self.parts, str(arguments.get("expression") or EVERY_MINUTE))
            },
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
