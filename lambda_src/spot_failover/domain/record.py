"""What we recorded about a service before and after we acted: one item of the state table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from spot_failover.domain.policy import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from spot_failover.domain.capacity import Rolling, Strategy
    from spot_failover.domain.evidence import Evidence
    from spot_failover.domain.identity import Location, ServiceId
    from spot_failover.domain.policy import Policy
    from spot_failover.domain.readiness import Finding
    from spot_failover.domain.scaling import Suspended


class Phase(StrEnum):
    """Where a service stands on its way to on-demand capacity and back."""

    STEADY = "steady"
    FAILING_OVER = "failing_over"
    ON_DEMAND = "on_demand"
    RESTORING = "restoring"


class Operation(StrEnum):
    """What hub and spoke allow; the more careful of the two wins."""

    ACTIVE = "active"
    DRAIN = "drain"
    DRY_RUN = "dry_run"


class HoldKind(StrEnum):
    """Why a service is not acted on although there would be something to do."""

    DRY_RUN = "dry_run"
    BLOCKED = "blocked"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Hold:
    """An attribute beside the phase: the decision is made and told, but nothing is changed."""

    kind: HoldKind
    reason: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class Pause:
    """An operator's word that nothing is to be changed: of one service, or of all (`fleet`: frozen).

    until: when it ends by itself; None: when an operator ends it.
    """

    until: datetime | None
    author: str
    reason: str = ""
    fleet: bool = False

    def in_force(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return self.until is None or now < self.until

    @property
    def sentence(self) -> str:
        """Who asked for it, until when and why."""
        what = "The fleet is frozen by" if self.fleet else "Paused by"
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{what} {self.author}{until}{f' ({self.reason})' if self.reason else ''}."


@dataclass(frozen=True, slots=True)
class Original:
    """The service as its owners had it when it left `steady`; `on_demand` is what replaced it.

    mode and standby: how the failover was begun, and is ended, whatever the policy says by then.
    """

    strategy: Strategy
    on_demand: Strategy
    desired: int
    rolling: Rolling
    mode: Mode = Mode.SWITCH
    standby: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """Our last UpdateService: saved before the call, completed with the deployment's id after it.

    `replaces` is the primary deployment seen before the call, `task_definition` what it deploys. `deployment`
    stays empty when the call's outcome is not known. `tries` counts how often the same change was made to the
    same task definition. A deployment of someone else's that we only watch has no `change`.
    """

    change: str
    at: datetime
    replaces: str
    deployment: str = ""
    task_definition: str = ""
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """The desired counts that we last gave the service and its standby: saved before the calls.

    Once `confirmed` (the calls were answered), counts that differ are someone else's wish. spot_at: since
    when the service's own count has been held.
    """

    spot: int
    standby: int
    at: datetime
    confirmed: bool = False
    spot_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """An audit event that is saved with the state and sent after it.

    delivered: where it is already, while it waits for the rest.
    """

    id: str
    detail_type: str
    time: datetime
    detail: Mapping[str, Any]
    delivered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """One registered service.

    `policy`, `operation`, `leaving` and `missing_since` belong to the registration (the survey writes them),
    `findings` and `checked_at` to the readiness checks, `paused` to operators; everything else belongs to the
    passes over the service, which write under the optimistic lock `version` (0: never saved).

    since: when the present phase began. not_before: a restore waits until then. attempt: failovers and
    failed restores in a row. restored_at: when Spot was last verified. restores: when restores were tried
    within the last day. demand: the desired count that users and autoscaling ask for, while we hold the
    count of either service (`held`). scaling: the scalable target as it was before we suspended it.
    failovers: when it left steady, within the last day. errors_at: the newest evidence against Spot.
    claimed: the standby that is ours. falls: when Spot came to lack half of the tasks or more, within the
    last day, and fallen: that it does now (mode `backfill`). told: what was remarked and still holds.
    undone_at: when someone else last took a change of ours back soon after it, as an apply of Terraform does.
    put_back: rolling settings to give back once a rollout of ours is over. passed_at: the beginning of
    the last completed pass. leaving: when the registration was withdrawn. missing_since: since when
    complete reads have not found it. findings: what the service lacked at `checked_at`.
    """

    id: ServiceId
    policy: Policy
    since: datetime
    operation: Operation = Operation.ACTIVE
    leaving: datetime | None = None
    missing_since: datetime | None = None
    phase: Phase = Phase.STEADY
    reason: str = ""
    hold: Hold | None = None
    config: Original | None = None
    event: Evidence | None = None
    not_before: datetime | None = None
    attempt: int = 0
    restored_at: datetime | None = None
    put_back: Rolling | None = None
    restores: tuple[datetime, ...] = ()
    failovers: tuple[datetime, ...] = ()
    errors_at: datetime | None = None
    demand: int | None = None
    held: Held | None = None
    scaling: Suspended | None = None
    claimed: str = ""
    falls: tuple[datetime, ...] = ()
    fallen: bool = False
    told: frozenset[str] = frozenset()
    undone_at: datetime | None = None
    applied: Applied | None = None
    service_created_at: datetime | None = None
    passed_at: datetime | None = None
    last_error: str = ""
    retry_at: datetime | None = None
    outbox: tuple[Message, ...] = ()
    paused: Pause | None = None
    findings: tuple[Finding, ...] = ()
    checked_at: datetime | None = None
    version: int = 0

    @property
    def scheduled(self) -> bool:
        """Whether a restore is due, now or later: the seed's attribute of this name."""
        return self.config is not None and self.phase is not Phase.STEADY

    @property
    def drilled(self) -> bool:
        """Whether a drill or an operator moved the service, and not Spot."""
        return self.event is not None and (self.event.drill or self.event.is_command)

    @property
    def dry_run(self) -> bool:
        """Whether the owners, the account or the hub only want to be told what would be done."""
        return self.policy.dry_run or self.operation is Operation.DRY_RUN

    def paused_at(self, now: datetime) -> Pause | None:
        """Return the pause that is in force."""
        return self.paused if self.paused and self.paused.in_force(now) else None

    def hands_off(self, now: datetime) -> bool:
        """Whether everything is decided and told, and nothing changed."""
        return self.dry_run or self.paused_at(now) is not None

    def registered_as(self, policy: Policy, operation: Operation) -> bool:
        """Whether the registration is already written down like this."""
        return (self.policy, self.operation, self.leaving, self.missing_since) == (
            policy,
            operation,
            None,
            None,
        )

    def fresh(self, now: datetime) -> Record:
        """Return the record as if the service had just been registered: it was deleted and created again.

        What we hold of its standby stays known: those tasks serve until the new service's do.
        """
        return Record(
            id=self.id,
            policy=self.policy,
            since=now,
            operation=self.operation,
            leaving=self.leaving,
            missing_since=self.missing_since,
            held=self.held,
            scaling=self.scaling,
            claimed=self.claimed,
            outbox=self.outbox,
            paused=self.paused,
            findings=self.findings,
            checked_at=self.checked_at,
            version=self.version,
        )

    def failed(self, error: str, retry_at: datetime) -> Record:
        """Return the record with a fault noted; the next tick after `retry_at` tries again."""
        return replace(self, last_error=error, retry_at=retry_at)


@dataclass(frozen=True, slots=True)
class Spoke:
    """One account and region that forwards its events to this hub.

    heard_at: when an event of its own, such as its hourly heartbeat, last came through; silent: that it was
    told of as silent. refreshed_at: when its parameters were last read completely; None: never.
    missing_since: since when a complete read has not found its own parameter. rejected: registrations that
    could not be used, by parameter name, with the reason. failures: faults in a row. gone_at: since when its
    role refuses although nothing is heard of it. looked_at: when a spoke that is gone was last asked.
    reported_at: when it was last told what its services lack.
    """

    location: Location
    refreshed_at: datetime | None = None
    missing_since: datetime | None = None
    rejected: Mapping[str, str] = field(default_factory=dict)
    heard_at: datetime | None = None
    silent: bool = False
    last_error: str = ""
    failures: int = 0
    retry_at: datetime | None = None
    gone_at: datetime | None = None
    looked_at: datetime | None = None
    reported_at: datetime | None = None
