"""The survey: registrations read, services looked at, spokes that fail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from spot_failover.adapters import wakeups
from spot_failover.domain.errors import AccessDeniedError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.policy import Policy
from spot_failover.domain.record import Hold, HoldKind, Message, Operation, Phase
from spot_failover.domain.registration import SPOKE_PARAMETER
from spot_failover.domain.scaling import Suspended
from tests.unit.jobs.stage import BUS, HERE, WEB, Stage

WEB_PARAMETER = "/spot-failover/services/shop/web"
POLICY = {"schema": 1, "mode": "switch"}


def spoke(**more: object) -> str:
    return json.dumps(
        {"contract": 1, "version": "0.1.0", "hub_bus_arn": BUS, "clusters": [], "operation": "active", **more}
    )


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.registry.values[HERE] = {SPOKE_PARAMETER: spoke(), WEB_PARAMETER: json.dumps(POLICY)}
    return made


def woken(stage: Stage) -> list[ServiceId]:
    return [message.service for message in stage.queue.take() if isinstance(message, wakeups.Reconcile)]


def test_a_registration_makes_a_service_known_and_wakes_it(stage: Stage) -> None:
    stage.tick("registration")
    assert stage.record().policy == Policy()
    assert woken(stage)[0] == WEB
    assert list(stage.spokes.all()) == [HERE]


def test_registrations_are_read_again_after_ten_minutes_and_not_before(stage: Stage) -> None:
    stage.tick("registration")
    stage.registry.values[HERE][WEB_PARAMETER] = json.dumps({**POLICY, "owner": "team"})
    stage.later(599)
    stage.tick()
    assert stage.record().policy.owner == ""
    stage.later(1)
    stage.tick()
    assert stage.record().policy.owner == "team"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "does not hold JSON"),
        ("[]", "must hold a JSON object"),
        (json.dumps({"schema": 9, "mode": "switch"}), "Upgrade the hub"),
        (json.dumps({**POLICY, "thresholds": {"interruptions": 0}}), "Wanted: a whole number from 1 to 1000"),
    ],
)
def test_a_bad_policy_keeps_the_last_good_one_and_is_told_once(
    stage: Stage, text: str, sentence: str
) -> None:
    stage.tick("registration")
    stage.registry.values[HERE][WEB_PARAMETER] = text
    for _ in range(3):
        stage.later(600)
        stage.tick()
    assert stage.record().policy == Policy()
    assert stage.record().leaving is None
    assert stage.told == ["Registration Rejected"]
    reason = stage.outbox.sent[0].detail["reason"]
    assert WEB_PARAMETER in reason
    assert sentence in reason
    assert stage.metrics.counts["RejectedRegistrations"] == 3


def test_a_service_in_a_cluster_that_the_spoke_does_not_cover_is_rejected(stage: Stage) -> None:
    stage.registry.values[HERE][SPOKE_PARAMETER] = spoke(clusters=["other"])
    stage.tick("registration")
    assert stage.services.load(WEB) is None
    assert "cluster shop is not among the clusters" in stage.outbox.sent[0].detail["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        json.dumps({"contract": 2}),
        spoke(hub_bus_arn=""),
        spoke(operation="rest"),
        spoke(clusters="shop"),
    ],
)
def test_a_bad_spoke_record_is_told_and_changes_nothing(stage: Stage, text: str) -> None:
    stage.tick("registration")
    stage.registry.values[HERE][SPOKE_PARAMETER] = text
    stage.tick("registration")
    assert stage.told == ["Registration Rejected"]
    assert stage.record().leaving is None


def test_the_spoke_of_another_hub_is_ignored(stage: Stage) -> None:
    stage.registry.values[HERE][SPOKE_PARAMETER] = spoke(hub_bus_arn=BUS + "-of-another-hub")
    stage.tick("registration")
    assert (list(stage.spokes.all()), list(stage.services.at(HERE)), stage.told) == ([], [], [])


def test_a_dry_run_of_the_spoke_reaches_its_services(stage: Stage) -> None:
    stage.tick("registration")
    stage.registry.values[HERE][SPOKE_PARAMETER] = spoke(operation="dry_run")
    stage.tick("registration")
    assert stage.record().operation is Operation.DRY_RUN


def test_a_kill_switch_of_the_spoke_reaches_a_service_whose_policy_is_rejected(stage: Stage) -> None:
    stage.tick("registration")
    stage.registry.values[HERE] |= {WEB_PARAMETER: "{", SPOKE_PARAMETER: spoke(operation="dry_run")}
    stage.tick("registration")
    assert stage.record().operation is Operation.DRY_RUN


def test_a_service_that_comes_back_with_a_bad_policy_does_not_leave(stage: Stage) -> None:
    stage.tick("registration")
    del stage.registry.values[HERE][WEB_PARAMETER]
    stage.tick("registration", deleted=WEB_PARAMETER)
    stage.registry.values[HERE][WEB_PARAMETER] = "{"
    stage.tick("registration")
    assert stage.record().leaving is None


# --- leaving ---


def test_a_deleted_parameter_confirmed_by_a_read_lets_the_service_leave(stage: Stage) -> None:
    stage.tick("registration")
    del stage.registry.values[HERE][WEB_PARAMETER]
    stage.later(5)
    stage.tick("registration", deleted=WEB_PARAMETER)
    assert stage.record().leaving == stage.now


def test_a_delete_event_that_the_read_contradicts_changes_nothing(stage: Stage) -> None:
    stage.tick("registration")
    stage.tick("registration", deleted=WEB_PARAMETER)
    assert stage.record().leaving is None


def test_without_an_event_it_takes_two_reads_ten_minutes_apart(stage: Stage) -> None:
    stage.tick("registration")
    del stage.registry.values[HERE][WEB_PARAMETER]
    stage.later(600)
    stage.tick()
    assert stage.record().leaving is None
    stage.later(600)
    stage.tick()
    assert stage.record().leaving == stage.now


def test_a_parameter_that_comes_back_ends_the_leaving(stage: Stage) -> None:
    stage.tick("registration")
    kept = stage.registry.values[HERE].pop(WEB_PARAMETER)
    stage.tick("registration", deleted=WEB_PARAMETER)
    stage.registry.values[HERE][WEB_PARAMETER] = kept
    stage.tick("registration")
    assert stage.record().leaving is None


def test_a_read_that_fails_never_unregisters_anything(stage: Stage) -> None:
    stage.tick("registration")

    class Denied:
        def read(self, location: object) -> dict[str, str]:
            raise AccessDeniedError("The spoke role cannot be assumed.")

    object.__setattr__(stage.survey, "registry", Denied())
    for _ in range(5):
        stage.later(600)
        stage.tick("heartbeat")
    assert stage.record().leaving is None
    assert stage.record().missing_since is None
    assert stage.told == ["Spoke Fault"]


def test_a_spoke_that_is_destroyed_lets_its_services_leave_and_is_forgotten_after_them(stage: Stage) -> None:
    stage.tick("registration")
    stage.registry.values[HERE] = {}
    stage.tick("registration", deleted=SPOKE_PARAMETER)
    assert stage.record().leaving == stage.now
    assert list(stage.spokes.all()) == [HERE]
    stage.services.forget(stage.record())
    stage.later(600)
    stage.tick()
    assert list(stage.spokes.all()) == []


# --- looking ---


def test_only_services_with_news_are_woken(stage: Stage) -> None:
    stage.tick("registration")
    stage.wake()
    stage.queue.take()
    stage.later(60)
    stage.tick()
    assert woken(stage) == []
    stage.ecs.shown[WEB] = stage.observation(running=3)
    stage.later(60)
    stage.tick()
    assert woken(stage) == [WEB]


def test_a_service_whose_autoscaling_is_still_off_is_woken(stage: Stage) -> None:
    stage.tick("registration")
    stage.wake()
    stage.services.save(replace(stage.record(), scaling=Suspended()))
    stage.queue.take()
    stage.later(60)
    stage.tick()
    assert woken(stage) == [WEB]


def test_a_service_on_its_way_is_woken_every_minute(stage: Stage) -> None:
    stage.tick("registration")
    stage.drought()
    stage.wake()
    stage.queue.take()
    stage.later(60)
    stage.tick()
    assert woken(stage) == [WEB]


def test_a_blocked_service_is_woken_only_when_the_reason_changes(stage: Stage) -> None:
    stage.tick("registration")
    blocked = stage.observation(controller="CODE_DEPLOY")
    stage.ecs.shown[WEB] = blocked
    stage.wake()
    assert stage.record().hold == Hold(HoldKind.BLOCKED, stage.record().reason, Phase.STEADY)
    stage.queue.take()
    stage.later(60)
    stage.tick()
    assert woken(stage) == []
    stage.ecs.shown[WEB] = replace(blocked, controller="EXTERNAL")
    stage.later(60)
    stage.tick()
    assert woken(stage) == [WEB]


def test_a_service_whose_retry_is_not_due_is_left_alone(stage: Stage) -> None:
    stage.tick("registration")
    stage.ecs.describe_faults = [AccessDeniedError("denied")]
    stage.wake()
    stage.queue.take()
    stage.later(29)
    stage.tick()
    assert woken(stage) == []
    stage.later(1)
    stage.tick()
    assert woken(stage) == [WEB]


class Denied:
    """A registry whose parameters cannot be read."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, location: object) -> dict[str, str]:
        self.asked += 1
        raise AccessDeniedError("The spoke role cannot be assumed.")


def test_parameters_that_cannot_be_read_are_tried_less_and_less_often_and_told_once(stage: Stage) -> None:
    stage.tick("registration")
    working, denied = stage.registry, Denied()
    object.__setattr__(stage.survey, "registry", denied)
    stage.later(540)
    for _ in range(120):
        stage.later(60)
        stage.tick()
    # At once, then after 1, 2, 4, 8, 16, 32 and every 60 minutes.
    assert denied.asked == 7
    assert stage.told.count("Spoke Fault") == 1
    object.__setattr__(stage.survey, "registry", working)
    stage.later(3600)
    stage.tick("heartbeat")
    spoke_record = stage.spokes.load(HERE)
    assert spoke_record is not None
    assert (spoke_record.last_error, spoke_record.failures) == ("", 0)


def test_services_are_looked_at_every_minute_although_parameters_cannot_be_read(stage: Stage) -> None:
    stage.tick("registration")
    object.__setattr__(stage.survey, "registry", Denied())
    stage.later(3600)
    for _ in range(10):
        stage.later(60)
        before = stage.ecs.described
        stage.tick()
        assert stage.ecs.described == before + 1


def test_a_fault_of_ecs_is_looked_past_every_minute_and_told_once(stage: Stage) -> None:
    stage.tick("registration")
    for _ in range(5):
        stage.later(60)
        stage.ecs.describe_faults = [AccessDeniedError("No permission for cluster shop.")]
        before = stage.ecs.described
        stage.tick()
        assert stage.ecs.described == before + 1
    assert stage.told == ["Spoke Fault"]


def test_a_place_that_refuses_is_not_taken_into_the_fleet_by_events_alone(stage: Stage) -> None:
    object.__setattr__(stage.survey, "registry", Denied())
    stage.tick("discovery")
    assert list(stage.spokes.all()) == []
    stage.tick("registration")
    assert list(stage.spokes.all()) == [HERE]


def test_a_spoke_that_falls_silent_is_told_once_and_counted_until_it_is_heard_again(stage: Stage) -> None:
    stage.tick("registration")
    stage.later(7199)
    stage.tick()
    assert stage.told == []
    for _ in range(3):
        stage.later(60)
        stage.tick()
    assert stage.told == ["Spoke Silent"]
    assert stage.metrics.counts["SilentSpokes"] == 3
    stage.tick("heartbeat")
    stage.later(60)
    stage.tick()
    assert stage.metrics.counts["SilentSpokes"] == 3


def all_but_people(messages: Sequence[Message]) -> Sequence[Message]:
    return [replace(message, delivered=frozenset({"bus"})) for message in messages]


def nobody(messages: Sequence[Message]) -> Sequence[Message]:
    return messages


@pytest.mark.parametrize("taken_by", [all_but_people, nobody])
def test_what_not_everybody_got_is_told_again(
    stage: Stage, taken_by: Callable[[Sequence[Message]], Sequence[Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.tick("registration")
    monkeypatch.setattr(stage.outbox, "send", taken_by)
    stage.registry.values[HERE][WEB_PARAMETER] = "{"
    stage.tick("registration")
    monkeypatch.undo()
    stage.tick("registration")
    stage.tick("registration")
    assert stage.told == ["Registration Rejected"]


def test_a_fault_in_one_cluster_does_not_hide_the_others(stage: Stage) -> None:
    other = ServiceId(HERE.account, HERE.region, "tools", "job")
    stage.registry.values[HERE]["/spot-failover/services/tools/job"] = json.dumps(POLICY)
    stage.ecs.shown[other] = stage.observation(running=1)
    stage.tick("registration")
    stage.queue.take()
    stage.ecs.describe_faults = [AccessDeniedError("No permission for cluster shop.")]
    stage.later(60)
    stage.tick()
    assert woken(stage) == [other]
    assert stage.told == ["Spoke Fault"]
