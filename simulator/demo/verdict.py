"""Whether the story really held: each check names what it found, and one that fails fails the demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from simulator.demo.cast import (
    API,
    DRILLED,
    PROTECTED,
    REPORTS,
    SPOKE_ROLE,
    STANDBYS,
    TOKYO_WEB,
    WEB,
    WORKER,
    mode_name,
    name,
)
from simulator.demo.ending import Ending
from simulator.demo.figures import Cause, Failover, Felt
from simulator.demo.promises import Check, promises
from simulator.demo.recording import Recording
from simulator.world import ServiceKey
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Phase

EXPECTED = {
    WEB: [Cause.DROUGHT],
    API: [Cause.DROUGHT],
    WORKER: [Cause.DROUGHT],
    TOKYO_WEB: [Cause.DROUGHT, Cause.FAILED_RESTORE],
    DRILLED: [Cause.DRILL],
}


def checks(
    recording: Recording,
    failovers: Sequence[Failover],
    rows: Sequence[Felt],
    ending: Ending,
    start: datetime,
    end: datetime,
) -> list[Check]:
    """Return all checks with their outcomes, for a story from `start` to `end`."""
    return [
        *(_failed_over(key, failovers) for key in PROTECTED),
        *promises(recording, rows, start, end),
        _without_loss(
            "The restore that met a second drought went back without losing a task",
            Cause.FAILED_RESTORE,
            failovers,
        ),
        _without_loss("The drill cost nobody a task", Cause.DRILL, failovers),
        _back_as_before(recording, ending),
        _nobody_else_touched(recording),
        _elsewhere_untouched(recording, failovers),
        _all_told(recording),
        _no_dead_letters(ending),
        _nothing_denied(ending),
    ]


def _failed_over(key: ServiceKey, failovers: Sequence[Failover]) -> Check:
    mine = [failover for failover in failovers if failover.key == key]
    causes = [failover.cause for failover in mine]
    expected = EXPECTED[key]
    limit = Policy().failover.timeout_seconds
    in_time = all(failover.up_seconds is not None and failover.up_seconds <= limit for failover in mine)
    arrived = all(failover.called is not None and failover.on_demand is not None for failover in mine)
    restored = bool(mine) and mine[-1].restored is not None
    up = ", ".join(
        f"{failover.cause} in {failover.up_seconds:.0f} s"
        if failover.up_seconds is not None
        else f"{failover.cause}, not all tasks ever ran on demand"
        for failover in mine
    )
    return Check(
        f"{name(key)} ({mode_name(key)}) failed over within {limit} s and came back",
        ok=causes == expected and arrived and in_time and restored,
        found=f"{up or 'no failover'}; {'restored' if restored else 'not restored'}"
        + ("" if causes == expected else f"; expected: {', '.join(expected)}"),
    )


def _without_loss(what: str, cause: Cause, failovers: Sequence[Failover]) -> Check:
    missing = [failover.degraded_seconds for failover in failovers if failover.cause is cause]
    found = ", ".join(f"tasks were missing for {seconds:.0f} s" for seconds in missing) or "it did not happen"
    return Check(what, ok=bool(missing) and not any(missing), found=found)


def _back_as_before(recording: Recording, ending: Ending) -> Check:
    wrong = [
        f"{name(key)} is {ending.after[key]}, was {shape}"
        for key, shape in ending.before.items()
        if ending.after[key] != shape
    ]
    for key in PROTECTED:
        state = recording.state(key)
        if (
            state is None
            or state.phase is not Phase.STEADY
            or state.scheduled
            or state.holds
            or state.hold
            or state.last_error
        ):
            wrong.append(f"{name(key)} is recorded as {state}")
    return Check(
        "Everything came home: strategies, desired counts, rolling settings, autoscaling as found",
        ok=not wrong,
        found="; ".join(wrong) or f"{len(ending.before)} services compared",
    )


def _nobody_else_touched(recording: Recording) -> Check:
    by_hub = [call for call in recording.calls if SPOKE_ROLE in call.principal]
    updated = Counter(call.key for call in by_hub if call.action == "UpdateService" and not call.error)
    strangers = [name(key) for key in updated if key not in (*PROTECTED, *STANDBYS.values())]
    looked = any(call.key == REPORTS for call in by_hub)
    return Check(
        f"{name(REPORTS)}, which nobody registered, was left alone",
        ok=not strangers and not looked,
        found=f"the hub changed {', '.join(strangers)}"
        if strangers
        else f"{updated.total()} updates, all of registered services",
    )


def _elsewhere_untouched(recording: Recording, failovers: Sequence[Failover]) -> Check:
    short: dict[ServiceKey, datetime] = {}
    for weather in recording.weather:
        for key in PROTECTED:
            if weather.concerns(key):
                short.setdefault(key, weather.at)
    early = [
        name(failover.key)
        for failover in failovers
        if failover.cause is not Cause.DRILL
        and (failover.key not in short or failover.began < short[failover.key])
    ]
    return Check(
        "A drought moved only services of its own region",
        ok=not early,
        found=f"moved without a drought: {', '.join(early)}" if early else f"{len(short)} services met one",
    )


def _all_told(recording: Recording) -> Check:
    entered = Counter((key, state.phase) for key in PROTECTED for state in recording.phases(key)[1:])
    told = Counter((message.key, message.phase) for message in recording.messages if message.phase)
    untold = [f"{name(key)} {phase}" for (key, phase), count in entered.items() if told[key, phase] < count]
    return Check(
        "Every change of phase came through the alert topic",
        ok=not untold,
        found=f"missing: {', '.join(untold)}"
        if untold
        else f"{entered.total()} changes, {told.total()} messages",
    )


def _no_dead_letters(ending: Ending) -> Check:
    filled = [f"{queue}: {count}" for queue, count in ending.dead_letters.items() if count]
    return Check(
        "Every dead-letter queue is empty",
        ok=not filled,
        found=", ".join(filled) or f"{len(ending.dead_letters)} queues",
    )


def _nothing_denied(ending: Ending) -> Check:
    return Check(
        "IAM had nothing to refuse",
        ok=not ending.denials,
        found="; ".join(ending.denials) or "no denied call",
    )


def failures(checked: Sequence[Check]) -> Iterator[str]:
    """Return a sentence for each check that failed."""
    return (f"{check.name}: no, {check.found}." for check in checked if not check.ok)
