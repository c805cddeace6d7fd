"""What Terraform tells the functions through their environment. Nothing else reads the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from spot_failover.domain.metric import Detail
from spot_failover.domain.policy import InvalidPolicyError
from spot_failover.domain.record import Operation
from spot_failover.domain.registration import DefaultPolicy, parse_default
from spot_failover.domain.savings import PriceList, parse_prices

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_FLAGS = ("true", "false")


class SettingsError(Exception):
    """Variables are missing or wrong: a sentence for each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every function needs, and all that `console` does."""

    state_table: str
    log_level: str
    service_name: str


@dataclass(frozen=True, slots=True)
class QueueSettings(Settings):
    """What the functions need that work on queues."""

    evidence_table: str
    work_queue_url: str
    metrics_namespace: str
    metrics_detail: Detail


@dataclass(frozen=True, slots=True)
class ObserveSettings(QueueSettings):
    """What `observe` needs; `drills` says whether synthetic events count."""

    drills: bool


@dataclass(frozen=True, slots=True)
class WorkSettings(QueueSettings):
    """What `work` needs.

    `operation` is the hub's kill switch, `default_policy` its word for all services; savings are estimated by
    `prices`. The history of services is kept for `archive_days`.
    """

    event_bus_arn: str
    alert_topic_arn: str
    archive_days: int
    spoke_role_name: str
    external_id: str
    operation: Operation
    default_policy: DefaultPolicy | None = None
    prices: PriceList = field(default_factory=PriceList)


def console_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read what `console` needs; raise SettingsError naming every variable that is missing or wrong."""
    read = _Environment(environment)
    settings = Settings(*_shared(read))
    read.complain()
    return settings


def observe_settings(environment: Mapping[str, str] = os.environ) -> ObserveSettings:
    """Read what `observe` needs; raise SettingsError naming every variable that is missing or wrong."""
    read = _Environment(environment)
    shared = (*_shared(read), *_of_queues(read))
    settings = ObserveSettings(*shared, drills=read.choice("DRILLS", _FLAGS) == "true")
    read.complain()
    return settings


def work_settings(environment: Mapping[str, str] = os.environ) -> WorkSettings:
    """Read what `work` needs; raise SettingsError naming every variable that is missing or wrong."""
    read = _Environment(environment)
    shared = (*_shared(read), *_of_queues(read))
    event_bus_arn = read.text("EVENT_BUS_ARN")
    alert_topic_arn = read.text("ALERT_TOPIC_ARN")
    archive_days = read.days("ARCHIVE_DAYS")
    spoke_role_name = read.text("SPOKE_ROLE_NAME")
    external_id = read.text("EXTERNAL_ID")
    operation = read.choice("OPERATION", tuple(Operation))
    default_policy = read.default_policy("DEFAULT_POLICY")
    prices = read.prices("PRICES")
    read.complain()
    return WorkSettings(
        *shared,
        event_bus_arn,
        alert_topic_arn,
        archive_days,
        spoke_role_name,
        external_id,
        Operation(operation),
        default_policy,
        prices,
    )


def _shared(read: _Environment) -> tuple[str, str, str]:
    return (
        read.text("STATE_TABLE"),
        read.choice("LOG_LEVEL", _LOG_LEVELS, "INFO"),
        read.text("POWERTOOLS_SERVICE_NAME"),
    )


def _of_queues(read: _Environment) -> tuple[str, str, str, Detail]:
    return (
        read.text("EVIDENCE_TABLE"),
        read.text("WORK_QUEUE_URL"),
        read.text("METRICS_NAMESPACE", "Fargate/Failover"),
        read.detail("METRICS_DETAIL"),
    )


@dataclass(frozen=True, slots=True)
class _Environment:
    """Reads variables and keeps what is wrong with them, so that all of it can be told at once."""

    variables: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        value = self.variables.get(name, "") or default
        if not value:
            self.problems.append(f"The environment variable {name} is missing or empty.")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str = "") -> str:
        value = self.text(name, default)
        if value and value not in choices:
            self.problems.append(
                f'The environment variable {name} is "{value}"; it must be {_listed(choices)}.'
            )
        return value

    def days(self, name: str) -> int:
        value = self.text(name)
        if value and not (value.isascii() and value.isdigit() and int(value)):
            self.problems.append(
                f'The environment variable {name} is "{value}"; it must be a whole number from 1.'
            )
            return 0
        return int(value or 0)

    def detail(self, name: str) -> Detail:
        value = self.choice(name, tuple(Detail), Detail.FLEET)
        return Detail(value) if value in set(Detail) else Detail.FLEET

    def default_policy(self, name: str) -> DefaultPolicy | None:
        text = self.variables.get(name, "")
        if not text:
            return None
        try:
            return parse_default(json.loads(text))
        except InvalidPolicyError as error:
            self.problems.append(f"The environment variable {name} holds no default policy: {error}")
        except ValueError as error:
            self.problems.append(f"The environment variable {name} does not hold JSON: {error}.")
        return None

    def prices(self, name: str) -> PriceList:
        text = self.variables.get(name, "")
        if not text:
            return PriceList()
        try:
            return parse_prices(json.loads(text))
        except (AttributeError, TypeError, ValueError) as error:
            self.problems.append(f"The environment variable {name} holds no prices: {error}.")
        return PriceList()

    def complain(self) -> None:
        if self.problems:
            self.problems.append("Set them on the function; the module central-hub does.")
            raise SettingsError(" ".join(self.problems))


def _listed(choices: tuple[str, ...]) -> str:
    *most, last = (f'"{choice}"' for choice in choices)
    return f"{', '.join(most)} or {last}"
