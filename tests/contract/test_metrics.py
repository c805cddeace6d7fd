"""The port `Metrics`, in memory and as lines that CloudWatch reads."""

import json
from typing import Any

import pytest

from spot_failover.adapters.memory import InMemoryMetrics
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.domain.metric import Detail, Metric
from tests.contract.examples import HERE, WEB

API = WEB.beside("api")
FLEET = ["service"]
ACCOUNT = ["service", "account", "region"]
SERVICE = ["service", "account", "region", "cluster", "ecs_service"]


def embedded(detail: Detail = Detail.FLEET) -> EmbeddedMetrics:
    return EmbeddedMetrics("Fargate/Failover", "dev-spot-failover", detail)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def dimensions(line: dict[str, Any]) -> list[list[str]]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    found: list[list[str]] = directive["Dimensions"]
    return found


def test_what_was_counted_is_published_once_under_namespace_and_service(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = embedded()
    with metrics.published():
        metrics.count(Metric.REJECTED_EVENTS)
        metrics.count(Metric.REJECTED_EVENTS, 2)
    with metrics.published():
        pass

    (published,) = lines(capsys)
    assert published["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Fargate/Failover",
            "Dimensions": [FLEET],
            "Metrics": [{"Name": "RejectedEvents", "Unit": "Count"}],
        }
    ]
    assert (published["service"], sum(published["RejectedEvents"])) == ("dev-spot-failover", 3)


def test_what_was_counted_before_an_error_is_published_all_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = embedded()

    def broken_off() -> None:
        with metrics.published():
            metrics.count(Metric.FAILED_PASSES)
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert "FailedPasses" in capsys.readouterr().out


def test_a_fleet_has_one_metric_with_the_value_of_each_service(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = embedded()
    with metrics.published():
        metrics.measure(Metric.SPOT_HEALTH_SCORE, 100, WEB)
        metrics.measure(Metric.SPOT_HEALTH_SCORE, 10, API)

    (line,) = lines(capsys)
    assert dimensions(line) == [FLEET]
    assert line["SpotHealthScore"] == [100, 10]


def test_by_account_every_value_counts_for_the_fleet_and_for_its_account_and_region(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = embedded(Detail.ACCOUNT)
    with metrics.published():
        metrics.measure(Metric.SPOT_HEALTH_SCORE, 100, WEB)
        metrics.measure(Metric.SPOT_HEALTH_SCORE, 10, API)
        metrics.count(Metric.DENIED_SPOKES, of=HERE)
        metrics.count(Metric.REJECTED_EVENTS)

    of_place, of_fleet = lines(capsys)
    assert (dimensions(of_place), of_place["account"], of_place["region"]) == (
        [FLEET, ACCOUNT],
        HERE.account,
        HERE.region,
    )
    assert (of_place["SpotHealthScore"], of_place["DeniedSpokes"]) == ([100, 10], [1])
    assert (dimensions(of_fleet), of_fleet["RejectedEvents"]) == ([FLEET], [1])


def test_by_service_every_value_counts_for_the_fleet_and_for_its_service(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = embedded(Detail.SERVICE)
    with metrics.published():
        for service in (WEB, API):
            metrics.measure(Metric.SPOT_HEALTH_SCORE, 100, service)
            metrics.count(Metric.FAILOVER_COUNT, of=service)
        metrics.count(Metric.DENIED_SPOKES, of=HERE)

    web, api, place = lines(capsys)
    assert dimensions(web) == dimensions(api) == [FLEET, SERVICE]
    assert [line["ecs_service"] for line in (web, api)] == ["web", "api"]
    assert (web["SpotHealthScore"], web["FailoverCount"]) == ([100], [1])
    assert dimensions(place) == [FLEET, ACCOUNT]


def test_units_are_those_of_cloudwatch(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = embedded()
    with metrics.published():
        for metric in Metric:
            metrics.count(metric)

    (line,) = lines(capsys)
    units = {metric["Name"]: metric["Unit"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units["OnDemandSeconds"] == units["DetectionToActionSeconds"] == "Seconds"
    assert units["CostSavingsToday"] == units["SpotHealthScore"] == "None"
    assert units["FailoverCount"] == units["SpotTasks"] == "Count"


@pytest.mark.parametrize("services", [99, 100, 101, 250])
def test_no_value_is_lost_among_many_services(services: int, capsys: pytest.CaptureFixture[str]) -> None:
    metrics = embedded()
    with metrics.published():
        for number in range(services):
            for metric in (Metric.SPOT_TASKS, Metric.ON_DEMAND_TASKS):
                metrics.measure(metric, number, WEB.beside(f"service-{number}"))

    published = lines(capsys)
    for name in ("SpotTasks", "OnDemandTasks"):
        values = [value for line in published for value in line.get(name, [])]
        assert sorted(values) == list(range(services))
    # CloudWatch takes at most a hundred values of a metric in one line.
    assert max(len(line.get("SpotTasks", [])) for line in published) <= 100


def test_counters_and_gauges_in_memory() -> None:
    metrics = InMemoryMetrics()

    metrics.count(Metric.FAILED_PASSES)
    metrics.count(Metric.FAILED_PASSES, 2, WEB)
    metrics.measure(Metric.SPOT_TASKS, 3, WEB)
    metrics.measure(Metric.SPOT_TASKS, 4, WEB)

    assert metrics.counts == {"FailedPasses": 3}
    assert metrics.gauges == {Metric.SPOT_TASKS: {WEB: 4}}
