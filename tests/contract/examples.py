"""A service and its record, with every attribute set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.policy import Mode, Policy, Restore, Scale, Thresholds
from spot_failover.domain.record import (
    Applied,
    Held,
    Hold,
    HoldKind,
    Message,
    Operation,
    Original,
    Phase,
    Record,
)
from spot_failover.domain.registration import Registration
from spot_failover.domain.scaling import Suspended

NOW = datetime(2026, 3, 2, 9, 14, 5, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Location("222233334444", "eu-central-1")
WEB = ServiceId(HERE.account, HERE.region, "shop", "web")
TASK = f"arn:aws:ecs:{HERE.region}:{HERE.account}:task/shop/0b1c2d3e4f5061728394a5b6c7d8e9f0"
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 3), StrategyItem("FARGATE", 1, 2)))
POLICY = Policy(
    owner="checkout team",
    thresholds=Thresholds(interruptions=7, scale=Scale.CIRCUIT_BREAKER),
    restore=Restore(backoff_seconds=60),
)
REGISTRATION = Registration(WEB, POLICY, Operation.DRY_RUN)
INTERRUPTION = Evidence(
    kind=EvidenceKind.SPOT_INTERRUPTION,
    time=NOW.replace(microsecond=0),
    event_id="6b2a5c1e-0f4d-4c07-9a44-2f7d7a1f9b10",
    subject=TASK,
    reason="Your Spot Task was interrupted.",
    stopped=True,
)
PLACEMENT_FAILURE = Evidence(
    kind=EvidenceKind.SPOT_PLACEMENT_FAILURE,
    time=NOW.replace(microsecond=0),
    event_id="9f1d2c3b-5a68-4f7e-b0c1-d2e3f4a5b6c7",
    subject="9f1d2c3b-5a68-4f7e-b0c1-d2e3f4a5b6c7",
    reason="RESOURCE:FARGATE",
    lacks_capacity=True,
    drill=True,
)


def audit_event(number: int = 1) -> Message:
    detail = {
        "service_id": WEB.key,
        "account": WEB.account,
        "region": WEB.region,
        "cluster": WEB.cluster,
        "service": WEB.service,
        "desired": 4,
        "event": {"id": "1", "kind": "spot_interruption"},
    }
    return Message(f"message-{number}", "Service Failing Over", NOW, detail)


def full(record: Record) -> Record:
    """Return the record with everything set that a pass can set."""
    return Record(
        id=record.id,
        policy=record.policy,
        operation=record.operation,
        phase=Phase.RESTORING,
        reason="Trying Spot.",
        since=NOW - MINUTE,
        hold=Hold(HoldKind.BLOCKED, "ECS refused it.", Phase.FAILING_OVER),
        config=Original(SPOT, SPOT.on_demand(10), 4, Rolling(50, 150), Mode.STANDBY, "web-standby"),
        event=INTERRUPTION,
        not_before=NOW + MINUTE,
        attempt=2,
        restored_at=NOW - 2 * MINUTE,
        put_back=Rolling(50, 150),
        restores=(NOW - 2 * MINUTE, NOW - MINUTE),
        failovers=(NOW - 3 * MINUTE,),
        errors_at=NOW - MINUTE,
        demand=0,
        held=Held(0, 4, NOW - MINUTE, confirmed=True, spot_at=NOW - MINUTE),
        scaling=Suspended(scale_in=True, scheduled=True),
        claimed="web-standby",
        falls=(NOW,),
        fallen=True,
        told=frozenset({"The standby has other subnets.", "On-demand is short too."}),
        undone_at=NOW - MINUTE,
        applied=Applied("FARGATE=10+2", NOW, "ecs-svc/1", "ecs-svc/2", tries=2),
        service_created_at=NOW - 60 * MINUTE,
        passed_at=NOW,
        last_error="ecs:DescribeServices was throttled.",
        retry_at=NOW + MINUTE,
        outbox=(audit_event(1), replace(audit_event(2), delivered=frozenset({"bus", "history"}))),
        version=record.version,
    )
