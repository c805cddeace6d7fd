"""What the other services of an account and region say about trying Spot now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from spot_failover.domain.identity import ServiceId
from spot_failover.domain.peers import WAITS_FOR_TURN, wait_for_peers
from spot_failover.domain.policy import Mode
from spot_failover.domain.record import Hold, HoldKind, Phase, Record
from tests.unit.domain.scene import NOW, Scene, ago


def record(name: str, phase: Phase = Phase.STEADY, mode: Mode = Mode.SWITCH, **more: Any) -> Record:
    known = Scene(mode).record(phase)
    own = replace(known, id=ServiceId("222233334444", "eu-west-1", "shop", name))
    return replace(own, **more)


A_MINUTE_AGO = ago(60)


def due(name: str, not_before: datetime = A_MINUTE_AGO, reason: str = WAITS_FOR_TURN) -> Record:
    return record(name, Phase.ON_DEMAND, not_before=not_before, reason=reason)


def test_a_service_alone_waits_for_nobody() -> None:
    assert wait_for_peers(due("web", reason="."), [due("web", reason=".")], NOW) is None


def test_with_others_it_says_first_that_it_is_due() -> None:
    calm = [record("a"), record("b")]
    assert wait_for_peers(due("web", reason="."), calm, NOW) == WAITS_FOR_TURN
    assert wait_for_peers(due("web"), calm, NOW) is None


@pytest.mark.parametrize(("services", "at_once"), [(2, 1), (10, 1), (19, 1), (20, 2), (100, 10)])
def test_a_tenth_of_a_place_restores_at_once(services: int, at_once: int) -> None:
    fleet = [due(f"web-{i:03}", ago(1000 - i)) for i in range(services)]
    go = [one.id.service for one in fleet if wait_for_peers(one, fleet, NOW) is None]
    assert go == [f"web-{i:03}" for i in range(at_once)]


def test_those_that_restore_already_count() -> None:
    fleet = [record("a", Phase.RESTORING), *(record(f"calm-{i}") for i in range(8))]
    assert wait_for_peers(due("web"), fleet, NOW) == WAITS_FOR_TURN


def test_a_restore_that_is_held_or_old_stops_nobody() -> None:
    restoring = record("a", Phase.RESTORING)
    hold = Hold(HoldKind.DRY_RUN, ".", Phase.RESTORING)
    for stuck in (
        replace(restoring, hold=hold),
        replace(restoring, last_error="denied"),
        replace(restoring, policy=replace(restoring.policy, dry_run=True)),
        replace(restoring, since=ago(1200)),
    ):
        assert wait_for_peers(due("web"), [stuck], NOW) is None


def test_one_that_cannot_go_loses_its_turn() -> None:
    ahead = due("a", ago(500))
    assert wait_for_peers(due("web"), [ahead], NOW) == WAITS_FOR_TURN
    for stuck in (replace(ahead, last_error="denied"), replace(ahead, reason="Waits for a rollout.")):
        assert wait_for_peers(due("web"), [stuck], NOW) is None


def test_a_peer_that_spot_has_just_failed_delays_it() -> None:
    failed = record("a", Phase.FAILING_OVER, since=ago(599))
    wait = wait_for_peers(due("web"), [failed], NOW)
    assert wait == "A restore is due, and waits: Spot has just failed a here."
    assert wait_for_peers(due("web"), [replace(failed, since=ago(600))], NOW) is None


def test_that_its_standby_came_up_fast_makes_nobody_forget_what_spot_did() -> None:
    latest = replace(Scene().evidence()[0], time=ago(599))
    moved = record("a", Phase.ON_DEMAND, since=ago(300), event=latest)
    assert wait_for_peers(due("web"), [moved], NOW) is not None
    older = replace(moved, event=replace(latest, time=ago(600)))
    assert wait_for_peers(due("web"), [older], NOW) is None


def test_a_drill_or_a_backfill_says_nothing_about_spot() -> None:
    drill = replace(Scene().evidence()[0], drill=True)
    drilled = record("a", Phase.FAILING_OVER, since=ago(5), event=drill)
    filled = record("b", Phase.FAILING_OVER, Mode.BACKFILL, since=ago(5))
    assert wait_for_peers(due("web"), [drilled, filled], NOW) is None
