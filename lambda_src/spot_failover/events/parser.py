"""One message in, one signal out: the only way into the package for anything that comes from outside.

What is wrong raises an `EventError`; what is right but asks for nothing is `Ignored`. The two are never mixed
up: the first is counted and alarmed, the second is the ordinary noise of ECS.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.events import (
    command,
    heartbeat,
    parameter_store_change,
    service_action,
    task_state_change,
    tick,
)
from spot_failover.events.claim import Claim, accept, accept_drill
from spot_failover.events.envelope import DetailType, Envelope, Source, read_envelope
from spot_failover.events.errors import RejectedEventError, quoted
from spot_failover.events.fields import JsonObject
from spot_failover.events.model import EvidenceSignal, Ignored, OtherKind, Signal, TickSignal
from spot_failover.events.spot import names_lack_of_capacity

DRILL_LIFETIME = timedelta(minutes=5)
# ECS's reasons are a sentence or two. A drill's can be anything, and it is stored and sent to people.
REASON_LENGTH = 1024

_REASONS = {
    OtherKind.STEADY_STATE: "The service is in a steady state.",
    OtherKind.OTHER_SERVICE_ACTION: "This service action says nothing about Fargate's capacity.",
    OtherKind.DEPLOYMENT: "Deployments are observed, never guessed from events.",
    OtherKind.IRRELEVANT: "This event says nothing about Spot capacity.",
}


def classify(raw: JsonObject) -> EvidenceKind | OtherKind:
    """Return what an event is about, whoever sent it and whichever service it names.

    Raises MalformedEventError.
    """
    if tick.is_tick(raw):
        return OtherKind.IRRELEVANT
    return _classify(read_envelope(raw))


def parse(raw: JsonObject, *, drills: bool, hub_account: str, now: datetime) -> Signal:
    """Return what an event asks for.

    `drills` says whether synthetic events count at all, `hub_account` who may send them for others. An event
    without a time is taken to have happened `now`. Raises an EventError whose message is a sentence.
    """
    if tick.is_tick(raw):
        return TickSignal()
    envelope = read_envelope(raw)
    if envelope.replay_name is not None:
        return Ignored(
            f"This is a replay ({quoted(envelope.replay_name)}) of what has been dealt with already."
        )
    match envelope.source, envelope.detail_type:
        case Source.SPOKE, DetailType.HEARTBEAT:
            return heartbeat.parse(envelope)
        case Source.SSM, DetailType.PARAMETER_STORE_CHANGE:
            return parameter_store_change.parse(envelope)
        case Source.OPERATOR, DetailType.COMMAND:
            return command.parse(envelope, hub_account=hub_account, now=now)
        case Source.ECS, _:
            return _ecs_event(envelope, now)
        case Source.DRILL, _:
            return _drill(envelope, now, drills=drills, hub_account=hub_account)
        case source, detail_type:
            return Ignored(f"There is nothing to do for {quoted(detail_type)} from {quoted(source)}.")


def _ecs_event(envelope: Envelope, now: datetime) -> EvidenceSignal | Ignored:
    kind = _classify(envelope)
    if isinstance(kind, OtherKind):
        return Ignored(_REASONS[kind])
    claim = _claim(envelope)
    if isinstance(claim, Ignored):
        return claim
    service = accept(claim, envelope.origin)
    return EvidenceSignal(service, _evidence(kind, envelope, claim, now, drill=False))


def _drill(envelope: Envelope, now: datetime, *, drills: bool, hub_account: str) -> EvidenceSignal | Ignored:
    origin = envelope.origin
    if not drills:
        raise RejectedEventError(
            f"Account {origin.account} sent a drill ({Source.DRILL}), but this hub takes none:"
            " set allow_drills to change that."
        )
    kind = _classify(envelope)
    if isinstance(kind, OtherKind):
        return Ignored(_REASONS[kind])
    if kind is EvidenceKind.SPOT_TASK_STARTED:
        return Ignored("A drill can feign that Spot fails, never that it works.")
    claim = _claim(envelope)
    if isinstance(claim, Ignored):
        return claim
    service = accept_drill(claim, origin, hub_account=hub_account)
    # PutEvents lets the sender set the time, so a drill may lie in the future too.
    if envelope.time is not None and abs(now - envelope.time) > DRILL_LIFETIME:
        return Ignored(f"The drill is of {envelope.time.isoformat()}, more than five minutes from now.")
    return EvidenceSignal(service, _evidence(kind, envelope, claim, now, drill=True))


def _classify(envelope: Envelope) -> EvidenceKind | OtherKind:
    match envelope.source, envelope.detail_type:
        case Source.ECS | Source.DRILL, DetailType.TASK_STATE_CHANGE:
            return task_state_change.classify(task_state_change.read_state(envelope))
        case Source.ECS | Source.DRILL, DetailType.SERVICE_ACTION:
            return service_action.classify(envelope)
        case Source.ECS | Source.DRILL, DetailType.DEPLOYMENT_STATE_CHANGE:
            return OtherKind.DEPLOYMENT
        case _:
            return OtherKind.IRRELEVANT


def _claim(envelope: Envelope) -> Claim | Ignored:
    if envelope.detail_type == DetailType.SERVICE_ACTION:
        return service_action.claim(envelope)
    return task_state_change.claim(envelope)


def _evidence(
    kind: EvidenceKind, envelope: Envelope, claim: Claim, now: datetime, *, drill: bool
) -> Evidence:
    if envelope.detail_type == DetailType.SERVICE_ACTION:
        reason, ended = service_action.reason(envelope), False
    else:
        state = task_state_change.read_state(envelope)
        reason, ended = state.reason, state.ended
    return Evidence(
        kind=kind,
        time=envelope.time or now,
        event_id=envelope.event_id,
        subject=claim.task_arn or envelope.event_id,
        reason=reason[:REASON_LENGTH].encode(errors="replace").decode(),
        lacks_capacity=names_lack_of_capacity(reason),
        stopped=ended,
        drill=drill,
    )
