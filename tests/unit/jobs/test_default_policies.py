"""Accounts that opt in all their services, and spokes that are gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from spot_failover.adapters import wakeups
from spot_failover.domain.errors import AccessDeniedError, SpotFailoverError
from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Phase
from spot_failover.domain.registration import SPOKE_PARAMETER, parse_default
from spot_failover.domain.tasks import Task
from tests.unit.jobs.stage import BUS, HERE, SPOT, START, WEB, Stage

HUBS_OWN = parse_default({"owner": "hub"})
API = WEB.beside("api")


def spoke(**more: Any) -> str:
    return json.dumps({"contract": 1, "hub_bus_arn": BUS, "clusters": ["shop"], **more})


@pytest.fixture
def stage() -> Stage:
    made = Stage(default_policy=HUBS_OWN)
    made.registry.values[HERE] = {SPOKE_PARAMETER: spoke()}
    return made


def known(stage: Stage) -> dict[str, tuple[str, bool]]:
    return {
        record.id.service: (record.policy.owner, record.dry_run)
        for record in stage.services.at(HERE)
        if record.leaving is None
    }


def test_a_default_policy_takes_services_on_spot_in_as_a_dry_run(stage: Stage) -> None:
    stage.ecs.shown[API] = stage.observation(SPOT.on_demand(10))
    stage.tick("registration")
    assert known(stage) == {"web": ("hub", True)}


def test_the_spokes_default_goes_before_the_hubs_and_the_services_own_before_both(stage: Stage) -> None:
    default = {"owner": "spoke", "dry_run": False}
    stage.registry.values[HERE] = {
        SPOKE_PARAMETER: spoke(default_policy=default),
        "/spot-failover/services/shop/web": json.dumps({"schema": 1, "mode": "switch", "owner": "web"}),
    }
    stage.ecs.shown[API] = stage.observation()
    stage.tick("registration")
    assert known(stage) == {"api": ("spoke", False), "web": ("web", False)}


def test_the_tag_and_exclusions_keep_it_away_and_a_service_that_opts_out_leaves(stage: Stage) -> None:
    stage.tick("registration")
    stage.ecs.shown[WEB] = stage.observation(tags={"spot-failover": "off"})
    for _ in range(3):
        stage.later(600)
        stage.tick()
    assert known(stage) == {}


def test_a_service_that_we_moved_off_spot_stays_known(stage: Stage) -> None:
    stage.tick("registration")
    away = replace(stage.record(), phase=Phase.ON_DEMAND)
    stage.services.save(away)
    stage.ecs.shown[WEB] = stage.observation(SPOT.on_demand(10))
    for _ in range(3):
        stage.later(600)
        stage.tick()
    assert known(stage) == {"web": ("hub", True)}


def test_nobody_leaves_because_services_could_not_be_listed(stage: Stage) -> None:
    stage.tick("registration")
    for _ in range(4):
        stage.later(1200)
        stage.ecs.describe_faults = [AccessDeniedError("ecs:ListServices is denied.")]
        stage.tick("heartbeat")
    assert known(stage) == {"web": ("hub", True)}


def test_nobody_leaves_because_the_spokes_parameter_cannot_be_used(stage: Stage) -> None:
    stage.tick("registration")
    stage.registry.values[HERE][SPOKE_PARAMETER] = spoke(default_policy={"thresholds": {"windows": 1}})
    for _ in range(4):
        stage.later(1200)
        stage.tick("heartbeat")
    assert known(stage) == {"web": ("hub", True)}


def test_without_a_default_policy_nothing_is_taken_in() -> None:
    stage = Stage()
    stage.registry.values[HERE] = {SPOKE_PARAMETER: spoke()}
    stage.tick("registration")
    assert known(stage) == {}


# --- what the survey sees for itself ---


@pytest.fixture
def registered() -> Stage:
    made = Stage()
    made.register()
    made.ecs.shown[WEB] = made.observation(running=3)
    return made


def rows(stage: Stage) -> list[EvidenceKind]:
    return [row.kind for row in stage.evidence.read(WEB, START)]


def woken(stage: Stage) -> list[str]:
    return [one.service.service for one in stage.queue.take() if isinstance(one, wakeups.Reconcile)]


def test_a_task_that_waits_for_capacity_becomes_evidence_and_wakes_its_service(registered: Stage) -> None:
    waits = Task("t", "FARGATE_SPOT", "PENDING", registered.now)
    registered.later(181)
    registered.ecs.tasks_shown[WEB] = [waits]
    registered.ecs.shown[WEB] = registered.observation(pending=1)
    registered.tick()
    assert EvidenceKind.SPOT_TASK_WAITING in rows(registered)
    assert woken(registered) == ["web"]


def test_a_service_that_lacks_nothing_costs_no_look_at_its_tasks(registered: Stage) -> None:
    registered.ecs.shown[WEB] = registered.observation()
    registered.tick()
    assert registered.ecs.looked_at == []


def test_tasks_that_cannot_be_looked_at_do_not_hide_the_service(
    registered: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise AccessDeniedError("ecs:ListTasks is denied.")

    monkeypatch.setattr(registered.ecs, "tasks", denied)
    registered.tick()
    assert woken(registered) == ["web"]


# --- spokes that are gone ---


DENIED: SpotFailoverError = AccessDeniedError("sts:AssumeRole is denied.")


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return a spoke that has been silent for two hours, whose role refuses, and whose service is away."""
    made = Stage()
    made.registry.values[HERE] = {
        SPOKE_PARAMETER: spoke(),
        "/spot-failover/services/shop/web": json.dumps({"schema": 1, "mode": "switch"}),
    }
    made.tick("heartbeat")
    made.services.save(replace(made.record(), phase=Phase.ON_DEMAND))
    made.later(7200)

    def denied(*_: object) -> None:
        made.ecs.described += 1
        raise DENIED

    monkeypatch.setattr(made.registry, "read", denied)
    monkeypatch.setattr(made.ecs, "describe", denied)
    made.ecs.described = 0
    return made


def test_a_silent_spoke_whose_role_refuses_is_gone_and_said_so_once(silent: Stage) -> None:
    for _ in range(180):
        silent.tick()
        silent.later(60)
    assert silent.told == ["Spoke Silent", "Spoke Gone"]
    reason = silent.outbox.sent[-1].detail["reason"]
    assert "Left as they are, on demand: web." in reason
    # Two calls at first and two in each hour after.
    assert silent.ecs.described == 2 * 3


def test_a_spoke_that_only_refuses_is_not_gone(silent: Stage) -> None:
    silent.tick("heartbeat")
    assert "Spoke Gone" not in silent.told
    location = silent.spokes.load(HERE)
    assert location is not None
    assert location.gone_at is None


def test_a_deleted_spoke_whose_role_refuses_is_gone_at_once(silent: Stage) -> None:
    silent.now = START
    silent.tick("registration", deleted=SPOKE_PARAMETER)
    assert silent.told == ["Spoke Gone"]


def test_a_spoke_that_is_heard_again_is_back(silent: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    silent.tick()
    silent.later(300)
    monkeypatch.undo()
    silent.tick("heartbeat")
    spoke_now = silent.spokes.load(HERE)
    assert spoke_now is not None
    assert (spoke_now.gone_at, spoke_now.last_error, spoke_now.silent) == (None, "", False)


def test_after_seven_days_a_spoke_that_is_gone_is_forgotten(silent: Stage) -> None:
    silent.tick()
    silent.later(6.9 * 86400)
    silent.tick()
    assert silent.services.load(WEB) is not None
    silent.later(0.2 * 86400)
    silent.tick()
    assert (silent.services.load(WEB), list(silent.spokes.all())) == (None, [])


def test_a_policy_of_the_default_kind_is_not_the_plain_default() -> None:
    assert HUBS_OWN.policy != Policy()
