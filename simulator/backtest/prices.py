"""What tasks cost: prices are inputs, because AWS changes them and every company has its own."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.backtest.contender import ServiceSpec
from simulator.backtest.score import Score

_HOUR = 3600.0
_CPU_UNITS = 1024.0  # of one vCPU
_MIB = 1024.0  # of one GB, as Fargate counts it


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars an hour. The defaults are what an operator of 200 Spot tasks in one region paid."""

    on_demand_vcpu: float = 0.04656
    on_demand_gb: float = 0.00511
    spot_vcpu: float = 0.02049
    spot_gb: float = 0.00225

    def on_demand_task(self, spec: ServiceSpec) -> float:
        """Return the dollars an hour of one on-demand task."""
        return self.on_demand_vcpu * _vcpu(spec) + self.on_demand_gb * _gb(spec)

    def spot_task(self, spec: ServiceSpec) -> float:
        """Return the dollars an hour of one Spot task."""
        return self.spot_vcpu * _vcpu(spec) + self.spot_gb * _gb(spec)

    def cost(self, spec: ServiceSpec, score: Score) -> float:
        """Return the dollars for what a spec ran on."""
        spot = score.spot_seconds * self.spot_task(spec)
        return (spot + score.on_demand_seconds * self.on_demand_task(spec)) / _HOUR

    def cost_on_demand(self, spec: ServiceSpec, score: Score) -> float:
        """Return the dollars for its whole demand, on-demand."""
        return score.demand_seconds * self.on_demand_task(spec) / _HOUR


def _vcpu(spec: ServiceSpec) -> float:
    return int(spec.cpu) / _CPU_UNITS


def _gb(spec: ServiceSpec) -> float:
    return int(spec.memory) / _MIB
