"""The bound: who knows the weather, pays for Spot wherever it holds and for on-demand only where it does not.

A Spot service and an on-demand twin. On-demand tasks are asked for just early enough to serve when Spot
tasks stop serving, even with the slowest start there is, and each ends when a Spot task that holds has
taken its place. Spot that is gone again before it would pay is left alone. Nothing real can do this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.rivals.forecast import Forecast, forecasts
from simulator.backtest.rivals.readings import Envelope, later, patiently
from simulator.backtest.rivals.rival import TwinRival
from simulator.backtest.services import SPOT_ONLY, Calls, create_service, create_twin, service_of
from simulator.backtest.weather import WeatherPlan
from simulator.world import ExitAt, ServiceKey, World
from simulator.world.throttles import LAUNCHES

_SLACK_SECONDS: Final = 5.0
_TELLING: Final = frozenset({"RUNNING", "DEACTIVATING", "STOPPING"})
# A noticed task counts as running for some seconds yet.
_SHOWN: Final = timedelta(seconds=10)


@dataclass(slots=True)
class _Pair:
    spec: ServiceSpec
    forecast: Forecast
    lead: timedelta  # from asking for on-demand to the end of what Spot tasks still do after their notice
    health_seconds: float
    spot_desired: int
    twin_desired: int = 0
    came_up: bool = False  # all on Spot for the first time: before, nothing is missing


class Clairvoyant(TwinRival):
    """Follows a forecast. It is given the weather that the others have to find out."""

    name = "clairvoyant"

    def __init__(self, plan: WeatherPlan) -> None:
        self._plan = plan
        self._pairs: dict[ServiceKey, _Pair] = {}
        self._woken: dict[ServiceKey, _Pair] = {}
        self._failovers = self._restores = 0

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create the pairs and plan when each has to be looked at."""
        self._world, self._calls = world, Calls(world)
        leads = {spec.key: self._lead(spec, specs) for spec in specs}
        found = forecasts(
            self._plan,
            specs,
            worth=2 * max(leads.values(), default=timedelta(0)),
            release={spec.key: self._release(spec) for spec in specs},
        )
        for spec in specs:
            spot = create_service(world, spec, SPOT_ONLY)
            twin = create_twin(world, spec)
            health = world.behaviours.of(spot).health_seconds if spec.load_balancer else 0.0
            grace = timedelta(seconds=_grace(spec))
            pair = _Pair(
                spec, found[spot], leads[spot] + timedelta(seconds=health) - grace, health, spec.desired
            )
            self._pairs[spot] = self._pairs[twin] = pair
            self._plan_looks(pair)

    @override
    def event(self, envelope: Envelope, now: datetime) -> None:
        if envelope["detail"].get("lastStatus") not in _TELLING:
            return
        key = service_of(envelope)
        if key is None or key not in self._pairs:
            return
        pair = self._pairs[key]
        self._woken[pair.spec.key] = pair
        if pair.health_seconds and envelope["detail"]["desiredStatus"] == "RUNNING":
            later(self._world, pair.health_seconds + 1, lambda: self._look(pair))

    @override
    def work(self, now: datetime) -> None:
        woken, self._woken = self._woken, {}
        for pair in woken.values():
            self._try(pair)

    @property
    @override
    def counts(self) -> Counts:
        return Counts(self._calls.count, self._failovers, self._restores)

    def _plan_looks(self, pair: _Pair) -> None:
        second = timedelta(seconds=1)
        for at in pair.forecast.times[1:]:
            for moment in (at - pair.lead, at + second):
                self._world.at(moment, lambda: self._try(pair))
        for at in pair.forecast.hit_at:
            for moment in (at - pair.lead, at + _SHOWN + second):
                self._world.at(moment, lambda: self._try(pair))

    def _try(self, pair: _Pair) -> None:
        patiently(self._world, lambda: self._look(pair))

    def _look(self, pair: _Pair) -> None:
        spec, now = pair.spec, self._world.now
        spot_wanted = pair.forecast.at(now)
        if spot_wanted != pair.spot_desired:
            self._calls.update(spec.key, desiredCount=spot_wanted)
            pair.spot_desired = spot_wanted
        until = now + pair.lead
        sure = pair.forecast.least(now, until) - pair.forecast.lost(now - _SHOWN, until)
        spot, twin = self._world.log.last(spec.key), self._world.log.last(spec.standby_key)
        if spot is None or twin is None:
            return
        pair.came_up = pair.came_up or spot.spot_running == spec.desired
        if not pair.came_up:
            return
        wanted = spec.desired - max(0, min(spot.spot_running, spot.serving, sure))
        grows = wanted > pair.twin_desired
        # While tasks of the twin are starting, a scale-in could take those that run.
        if grows or (wanted < pair.twin_desired and twin.on_demand_running >= pair.twin_desired):
            self._calls.update(spec.standby_key, desiredCount=wanted)
            self._failovers += not pair.twin_desired
            self._restores += not wanted
            pair.twin_desired = wanted

    def _lead(self, spec: ServiceSpec, specs: Sequence[ServiceSpec]) -> timedelta:
        """Return the time in which all on-demand tasks of an account and region are up for certain."""
        latencies = self._world.latencies
        together = sum(o.desired for o in specs if (o.account, o.region) == (spec.account, spec.region))
        launches = max(0, together - LAUNCHES.burst) / LAUNCHES.per_second
        seconds = latencies.longest_start(spec.desired) + latencies.scheduler + launches + _SLACK_SECONDS
        return timedelta(seconds=seconds)

    def _release(self, spec: ServiceSpec) -> timedelta:
        """Return how long a task that is scaled in keeps its place in the pool."""
        latencies = self._world.latencies
        before = (
            self._world.behaviours.default.deregistration_delay if spec.load_balancer else latencies.stopping
        )
        exits = float(spec.stop_timeout)
        if spec.exit_at is ExitAt.SIGTERM:
            exits = min(exits, latencies.longest_exit())
        gone = latencies.deprovisioning + latencies.network_release
        return timedelta(seconds=before + exits + gone + _SLACK_SECONDS)


def _grace(spec: ServiceSpec) -> float:
    """Return the seconds for which a task certainly serves after its notice."""
    if spec.load_balancer or spec.exit_at is not ExitAt.STOP_TIMEOUT:
        return 0.0
    return min(float(spec.stop_timeout), 120.0)
