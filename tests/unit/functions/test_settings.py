"""The functions' settings: all that is wrong is told at once, and nothing is guessed."""

import pytest

from spot_failover.domain.metric import Detail
from spot_failover.domain.policy import Policy, Thresholds
from spot_failover.domain.record import Operation
from spot_failover.domain.registration import DefaultPolicy
from spot_failover.domain.savings import Prices
from spot_failover.functions.settings import (
    ObserveSettings,
    Settings,
    SettingsError,
    WorkSettings,
    console_settings,
    observe_settings,
    work_settings,
)

SHARED = {
    "EVIDENCE_TABLE": "spot-failover-evidence",
    "STATE_TABLE": "ecs_cp_restore_state",
    "WORK_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/spot-failover-work.fifo",
    "POWERTOOLS_SERVICE_NAME": "spot-failover",
}
OBSERVE = {**SHARED, "DRILLS": "false"}
WORK = {
    **SHARED,
    "EVENT_BUS_ARN": "arn:aws:events:eu-west-1:111122223333:event-bus/spot-failover",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:spot-failover-alerts",
    "ARCHIVE_DAYS": "90",
    "SPOKE_ROLE_NAME": "CentralSpotAutomationRole",
    "EXTERNAL_ID": "spot-failover",
    "OPERATION": "dry_run",
}


def test_console_reads_only_what_all_functions_need() -> None:
    told = {name: SHARED[name] for name in ("STATE_TABLE", "POWERTOOLS_SERVICE_NAME")}
    assert console_settings(told) == Settings(
        state_table="ecs_cp_restore_state",
        log_level="INFO",
        service_name="spot-failover",
    )


def test_observe_reads_its_settings_with_defaults_for_log_and_metrics() -> None:
    assert observe_settings(OBSERVE) == ObserveSettings(
        evidence_table="spot-failover-evidence",
        state_table="ecs_cp_restore_state",
        work_queue_url=SHARED["WORK_QUEUE_URL"],
        log_level="INFO",
        metrics_namespace="Fargate/Failover",
        metrics_detail=Detail.FLEET,
        service_name="spot-failover",
        drills=False,
    )


def test_work_reads_its_settings() -> None:
    settings = work_settings(
        {**WORK, "LOG_LEVEL": "DEBUG", "METRICS_NAMESPACE": "Dev", "METRICS_DETAIL": "account"}
    )

    assert settings == WorkSettings(
        evidence_table="spot-failover-evidence",
        state_table="ecs_cp_restore_state",
        work_queue_url=SHARED["WORK_QUEUE_URL"],
        log_level="DEBUG",
        metrics_namespace="Dev",
        metrics_detail=Detail.ACCOUNT,
        service_name="spot-failover",
        event_bus_arn=WORK["EVENT_BUS_ARN"],
        alert_topic_arn=WORK["ALERT_TOPIC_ARN"],
        archive_days=90,
        spoke_role_name="CentralSpotAutomationRole",
        external_id="spot-failover",
        operation=Operation.DRY_RUN,
    )


@pytest.mark.parametrize("operation", list(Operation))
def test_the_kill_switch_has_three_positions(operation: Operation) -> None:
    assert work_settings({**WORK, "OPERATION": operation.value}).operation is operation


def test_a_default_policy_is_a_dry_run_unless_told_otherwise() -> None:
    text = '{"thresholds": {"interruptions": 7}, "exclude": ["batch/*"]}'

    default = work_settings({**WORK, "DEFAULT_POLICY": text}).default_policy

    assert default == DefaultPolicy(
        Policy(dry_run=True, thresholds=Thresholds(interruptions=7)), exclude=("batch/*",)
    )


@pytest.mark.parametrize("environment", [WORK, {**WORK, "DEFAULT_POLICY": ""}])
def test_without_a_default_policy_there_is_none(environment: dict[str, str]) -> None:
    assert work_settings(environment).default_policy is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "DEFAULT_POLICY does not hold JSON: "),
        ("[]", "DEFAULT_POLICY holds no default policy: A default policy must be a JSON object."),
        ('{"mode": "standby", "standby": {"service_name": "x"}}', "DEFAULT_POLICY holds no default policy: "),
        ('{"thresholds": {"interruptions": 0}}', "thresholds.interruptions is 0"),
    ],
)
def test_a_default_policy_that_cannot_be_used_is_told_with_everything_else(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        work_settings({**WORK, "DEFAULT_POLICY": text, "EXTERNAL_ID": ""})

    assert said in str(raised.value)
    assert "EXTERNAL_ID is missing or empty." in str(raised.value)


@pytest.mark.parametrize(("text", "drills"), [("true", True), ("false", False)])
def test_drills_are_on_or_off(text: str, drills: bool) -> None:
    assert observe_settings({**OBSERVE, "DRILLS": text}).drills is drills


def test_every_missing_variable_of_observe_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        observe_settings({})

    told = str(raised.value)
    assert [name for name in OBSERVE if f"{name} is missing or empty." not in told] == []


def test_every_missing_and_wrong_variable_of_work_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        work_settings({"OPERATION": "asleep", "LOG_LEVEL": "LOUD", "STATE_TABLE": ""})

    told = str(raised.value)
    missing = [name for name in WORK if name != "OPERATION"]
    assert [
        name for name in missing if f"The environment variable {name} is missing or empty." not in told
    ] == []
    assert (
        'The environment variable OPERATION is "asleep"; it must be "active", "drain" or "dry_run".' in told
    )
    assert (
        'The environment variable LOG_LEVEL is "LOUD"; it must be "DEBUG", "INFO", "WARNING" or "ERROR".'
        in told
    )
    assert told.endswith("Set them on the function; the module central-hub does.")


def test_a_flag_is_neither_yes_nor_one() -> None:
    with pytest.raises(SettingsError, match='DRILLS is "yes"; it must be "true" or "false"'):
        observe_settings({**OBSERVE, "DRILLS": "yes"})


def test_prices_are_those_given_and_the_documented_defaults_else() -> None:
    text = (
        '{"eu-west-1": {"ARM64": '
        '{"on_demand_vcpu": 0.04, "on_demand_gb": 0.004, "spot_vcpu": 0.01, "spot_gb": 0.001}}}'
    )

    prices = work_settings({**WORK, "PRICES": text}).prices

    assert prices.of("eu-west-1", "ARM64") == Prices(0.04, 0.004, 0.01, 0.001)
    assert prices.of("eu-west-1", "X86_64") == work_settings(WORK).prices.of("any", "ARM64") == Prices()


@pytest.mark.parametrize("text", ["cheap", "[]", '{"eu-west-1": {"ARM64": {"an_hour": 1}}}'])
def test_prices_that_cannot_be_used_are_named(text: str) -> None:
    with pytest.raises(SettingsError, match="The environment variable PRICES holds no prices: "):
        work_settings({**WORK, "PRICES": text})


def test_the_process_s_own_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OBSERVE.items():
        monkeypatch.setenv(name, value)

    assert observe_settings() == observe_settings(OBSERVE)
