"""The port `Metrics`, in memory and as lines that CloudWatch reads."""

import json
from collections.abc import Iterator

import pytest
from aws_lambda_powertools.metrics import Metrics

from spot_failover.adapters.memory import InMemoryMetrics
from spot_failover.adapters.metrics import EmbeddedMetrics


@pytest.fixture
def metrics() -> Iterator[EmbeddedMetrics]:
    emitter = Metrics(service="dev-spot-failover", namespace="Fargate/Failover")
    yield EmbeddedMetrics(emitter)
    emitter.provider.clear_metrics()


def test_what_was_counted_is_published_once_under_namespace_and_service(
    metrics: EmbeddedMetrics, capsys: pytest.CaptureFixture[str]
) -> None:
    with metrics.published():
        metrics.count("RejectedEvents")
        metrics.count("RejectedEvents", 2)
    with metrics.published():
        pass

    (line,) = capsys.readouterr().out.splitlines()
    published = json.loads(line)
    assert published["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Fargate/Failover",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "RejectedEvents", "Unit": "Count"}],
        }
    ]
    assert (published["service"], sum(published["RejectedEvents"])) == ("dev-spot-failover", 3)


def test_what_was_counted_before_an_error_is_published_all_the_same(
    metrics: EmbeddedMetrics, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken_off() -> None:
        with metrics.published():
            metrics.count("FailedPasses")
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert "FailedPasses" in capsys.readouterr().out


def test_counters_in_memory_add_up() -> None:
    metrics = InMemoryMetrics()

    metrics.count("FailedPasses")
    metrics.count("FailedPasses", 2)

    assert metrics.counts == {"FailedPasses": 3}
