"""Scenes: one service, what is recorded of it and what ECS shows, each a small change of a calm one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Mode, Policy, Standby
from spot_failover.domain.record import Applied, Original, Phase, Record
from spot_failover.domain.service import Deployment, Observation, Rollout

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 1),))
ON_DEMAND = SPOT.on_demand(10)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


class Scene:
    """A service of ten tasks on Spot, registered an hour ago."""

    now = NOW
    spot = SPOT
    on_demand = ON_DEMAND
    ago = staticmethod(ago)

    def __init__(self, mode: Mode = Mode.SWITCH) -> None:
        self.id = ServiceId("222233334444", "eu-west-1", "shop", "web")
        self.standby = "" if mode is Mode.SWITCH else "web-on-demand"
        self.policy = Policy(mode, standby=Standby(self.standby))

    def deployment(self, strategy: Strategy = SPOT, running: int = 10, **more: Any) -> Deployment:
        values = {"id": "ecs-svc/1", "created_at": ago(7200), "desired": 10, "rollout": Rollout.COMPLETED}
        return Deployment(strategy=strategy, running=running, **{**values, **more})

    def observation(self, *deployments: Deployment, **more: Any) -> Observation:
        shown = deployments or (self.deployment(),)
        values = {
            "status": "ACTIVE",
            "created_at": ago(86400),
            "desired": 10,
            "running": sum(deployment.running for deployment in shown),
            "pending": 0,
        }
        return Observation(deployments=tuple(shown), **{**values, **more})

    def twins(
        self, desired: int = 10, running: int = 10, standby: int = 0, on_demand: int = 0, **more: Any
    ) -> Observation:
        """Return the service with its standby: counts that ECS wants, and that run, of either."""
        twin = self.observation(
            self.deployment(ON_DEMAND, running=on_demand, desired=standby),
            desired=standby,
            service_name="web-on-demand",
        )
        own = self.deployment(running=running, desired=desired)
        return self.observation(own, **{"desired": desired, "standby": twin, **more})

    def record(self, phase: Phase = Phase.STEADY, **more: Any) -> Record:
        record = Record(
            self.id,
            self.policy,
            since=ago(3600),
            service_created_at=ago(86400),
            claimed=self.standby,
            version=1,
        )
        if phase is not Phase.STEADY:
            original = Original(SPOT, ON_DEMAND, 10, Rolling(), self.policy.mode, self.standby)
            record = replace(record, phase=phase, since=ago(60), config=original, reason="As before.")
        return replace(record, **more)

    def evidence(
        self,
        kind: EvidenceKind = EvidenceKind.SPOT_PLACEMENT_FAILURE,
        seconds: float = 10,
        count: int = 1,
        **more: Any,
    ) -> list[Evidence]:
        return [
            Evidence(
                **{
                    "kind": kind,
                    "time": ago(seconds),
                    "event_id": f"{kind} {i}",
                    "subject": f"task {i}",
                    **more,
                }
            )
            for i in range(count)
        ]

    def applied(self, seconds: float, deployment: str = "ecs-svc/2", **more: Any) -> Applied:
        return Applied(
            **{"change": "c", "at": ago(seconds), "replaces": "ecs-svc/1", "deployment": deployment, **more}
        )
