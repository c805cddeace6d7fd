"""The alarms as they are planned, held against what the functions write, for every `metrics.detail`.

The survey runs in memory over a hundred services, a minute after the other, its metrics are read as
CloudWatch reads them out of the log, and each alarm's state is worked out by CloudWatch's rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.fleet import prices
from simulator.sandbox.alarm_states import ALARM, OK, state_of
from simulator.sandbox.emf_metrics import data
from spot_failover.adapters.memory import InMemoryLedgers, InMemoryTaskDefinitions
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.domain.evidence import Evidence, EvidenceKind
from spot_failover.domain.metric import Detail, Metric
from spot_failover.domain.record import Operation, Phase, Record
from spot_failover.domain.savings import PriceList
from spot_failover.jobs.readings import Readings, Seen
from spot_failover.jobs.telling import Telling
from tests.terraform.fleet import Fleet
from tests.unit.jobs.stage import HERE, WEB, Stage

HUB = "spot-failover"
NAMESPACE = "Fargate/Failover"
SICK = WEB.beside("sick")
WELL = [WEB.beside(f"well-{number}") for number in range(99)]


@pytest.fixture(scope="module")
def alarms(fleet: Fleet) -> dict[str, dict[str, Any]]:
    """Return the alarms of the hub on its own metrics, by the end of their names, in CloudWatch's words."""
    return {
        resource.values["alarm_name"].removeprefix(f"{HUB}-"): {
            "".join(word.capitalize() for word in name.split("_")): value
            for name, value in resource.values.items()
        }
        for resource in fleet.of_type("aws_cloudwatch_metric_alarm")
        if resource.module == "hub" and resource.values["namespace"] == NAMESPACE
    }


class Minutes:
    """A hub that looks at its services once a minute, and what CloudWatch makes of it."""

    def __init__(self, detail: Detail, capsys: pytest.CaptureFixture[str]) -> None:
        self.stage = Stage()
        self.metrics = EmbeddedMetrics(NAMESPACE, HUB, detail)
        self.capsys = capsys
        self.points: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = defaultdict(
            list
        )
        self.records = {service: Record(service, self._policy, self.now) for service in [*WELL, SICK]}
        self.readings = Readings(
            InMemoryLedgers(),
            self.stage.evidence,
            InMemoryTaskDefinitions(),
            self.metrics,
            Telling(self.stage.outbox),
            PriceList(),
            Operation.ACTIVE,
        )

    @property
    def now(self) -> datetime:
        return self.stage.now

    @property
    def _policy(self) -> Any:
        self.stage.register(WEB)
        return self.stage.record(WEB).policy

    def be(self, **more: Any) -> None:
        self.records[SICK] = replace(self.records[SICK], **more)

    def fail(self, tasks: int) -> None:
        """Let Spot fail so many tasks of the one service now."""
        for task in range(tasks):
            name = f"{self.now} {task}"
            row = Evidence(EvidenceKind.SPOT_TASK_START_FAILED, self.now, name, name, lacks_capacity=True)
            self.stage.evidence.add(SICK, row)
        self.be(errors_at=self.now)

    def pass_by(self, minutes: int = 1, *, counted: Sequence[Metric] = (), pending: int = 0) -> None:
        for _ in range(minutes):
            self.stage.later(60)
            shown = self.stage.observation()
            seen = [
                Seen(record, replace(shown, pending=pending if service == SICK else 0))
                for service, record in self.records.items()
            ]
            with self.metrics.published():
                self.readings(HERE, seen, self.now)
                for metric in counted:
                    self.metrics.count(metric, of=HERE)
            self._hear()

    def _hear(self) -> None:
        for line in self.capsys.readouterr().out.splitlines():
            for datum in data(line):
                key = (datum.name, tuple(sorted(datum.dimensions.items())))
                self.points[key] += [(self.now.timestamp(), value) for value in datum.values]

    def raised(self, alarms: dict[str, dict[str, Any]]) -> set[str]:
        """Return the alarms that are raised just now."""
        return {name for name, alarm in alarms.items() if self._state(alarm) == ALARM}

    def _state(self, alarm: dict[str, Any]) -> str:
        assert alarm["Namespace"] == NAMESPACE
        points = self.points[alarm["MetricName"], tuple(sorted(alarm["Dimensions"].items()))]
        return state_of(alarm, points, self.now.timestamp(), OK)


@pytest.fixture(params=list(Detail))
def minutes(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Minutes:
    return Minutes(request.param, capsys)


Alarms = dict[str, dict[str, Any]]


def test_a_fleet_in_good_health_raises_none(minutes: Minutes, alarms: Alarms) -> None:
    minutes.pass_by(12)
    assert minutes.raised(alarms) == set()


def test_one_sick_service_among_a_hundred_raises_the_alarm_though_the_average_is_fine(
    minutes: Minutes, alarms: Alarms
) -> None:
    for _ in range(5):
        minutes.fail(2)
        minutes.pass_by()
    assert minutes.raised(alarms) == set()  # it takes ten minutes

    for _ in range(10):
        minutes.fail(2)
        minutes.pass_by()
    health = minutes.points["SpotHealthScore", (("service", HUB),)]
    latest = [value for at, value in health if at == minutes.now.timestamp()]
    assert (len(latest), min(latest)) == (100, 20)
    assert sum(latest) / 100 == pytest.approx(99.2)
    assert minutes.raised(alarms) == {"spot-health-low"}

    minutes.pass_by(6)  # five minutes later its errors are history
    assert minutes.raised(alarms) == set()


def test_a_rollout_whose_tasks_are_pending_for_minutes_is_no_sickness(
    minutes: Minutes, alarms: Alarms
) -> None:
    minutes.pass_by(4)
    for _ in range(3):
        minutes.pass_by(3, pending=30)
        assert min(value for _, value in minutes.points["SpotHealthScore", (("service", HUB),)]) == 0
        minutes.pass_by(2)
        assert minutes.raised(alarms) == set()


@pytest.mark.parametrize(("failovers", "raised"), [(5, set()), (6, {"failovers-too-frequent"})])
def test_more_than_five_failovers_of_one_service_within_a_day_raise_the_alarm(
    minutes: Minutes, alarms: Alarms, failovers: int, raised: set[str]
) -> None:
    minutes.be(failovers=tuple(minutes.now - timedelta(hours=number) for number in range(failovers)))
    minutes.pass_by(2)
    assert minutes.raised(alarms) == raised


def test_one_failover_of_each_of_a_hundred_services_raises_none(minutes: Minutes, alarms: Alarms) -> None:
    minutes.records = {
        service: replace(record, failovers=(minutes.now,)) for service, record in minutes.records.items()
    }
    minutes.pass_by(2, counted=[Metric.FAILOVER_COUNT] * 100)
    assert minutes.raised(alarms) == set()


def test_a_service_whose_tries_are_used_up_raises_the_alarm_until_it_may_try_again(
    minutes: Minutes, alarms: Alarms
) -> None:
    tries = tuple(minutes.now - timedelta(hours=23, minutes=50 - number) for number in range(4))
    minutes.be(phase=Phase.ON_DEMAND, restores=tries)
    minutes.pass_by(2)
    assert minutes.raised(alarms) == {"restores-used-up"}

    minutes.pass_by(15)
    assert minutes.raised(alarms) == set()


@pytest.mark.parametrize(
    ("metric", "lasts", "raised"),
    [
        (Metric.REJECTED_EVENTS, 1, "rejected-events"),
        (Metric.SILENT_SPOKES, 1, "silent-spokes"),
        (Metric.FAILED_PASSES, 11, "failed-passes"),
        (Metric.FAILED_READINGS, 11, "failed-readings"),
        (Metric.UNDELIVERED_MESSAGES, 11, "undelivered-messages"),
        (Metric.DENIED_SPOKES, 11, "denied-spokes"),
    ],
)
def test_a_fault_raises_its_alarm_at_once_or_when_it_lasts(
    minutes: Minutes, alarms: Alarms, metric: Metric, lasts: int, raised: str
) -> None:
    minutes.pass_by(2)
    if lasts > 1:
        minutes.pass_by(1, counted=[metric])
        assert minutes.raised(alarms) == set()
    minutes.pass_by(lasts, counted=[metric])
    assert minutes.raised(alarms) == {raised}


def test_every_alarm_on_a_metric_of_the_hub_is_on_one_that_the_functions_write(alarms: Alarms) -> None:
    assert {alarm["MetricName"] for alarm in alarms.values()} <= set(Metric)
    assert {tuple(alarm["Dimensions"].items()) for alarm in alarms.values()} == {(("service", HUB),)}


def test_the_cost_of_a_month_counts_every_alarm(fleet: Fleet) -> None:
    planned = [each for each in fleet.of_type("aws_cloudwatch_metric_alarm") if each.module == "hub"]
    assert len(planned) == prices.ALARMS
