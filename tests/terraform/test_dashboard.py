"""The dashboard is one that CloudWatch takes, and shows nothing but what the code and AWS write.

Structure: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import spot_failover
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.metric import Detail, Metric
from tests.terraform.fleet import Fleet

COLUMNS = 24
# Module calls of the planned fleet, by what their metrics are told apart by.
HUBS = {Detail.FLEET: "hub", Detail.SERVICE: "dev_hub", Detail.ACCOUNT: "china_hub"}
ALLOWED = {
    "metric": {
        "title",
        "view",
        "region",
        "metrics",
        "period",
        "stat",
        "yAxis",
        "annotations",
        "stacked",
        "sparkline",
    },
    "custom": {"title", "endpoint", "updateOn", "params"},
}
OPTIONS = {"id", "stat", "label", "visible", "period", "expression"}
STATISTICS = re.compile(r"Minimum|Maximum|Average|Sum|p\d\d")
# What AWS itself writes of queues and functions, of what is shown here.
OF_AWS = {
    "AWS/SQS": ({"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}, ["QueueName"]),
    "AWS/Lambda": ({"Errors", "Throttles", "Duration", "ConcurrentExecutions"}, ["FunctionName"]),
}
INSIGHTS = re.compile(
    r'SELECT (?:MIN|MAX)\((?P<metric>\w+)\) FROM SCHEMA\("(?P<namespace>[^"]+)", (?P<schema>[\w, ]+)\) '
    r"WHERE service = '(?P<hub>[^']+)' GROUP BY (?P<by>[\w, ]+) "
    r"ORDER BY (?:MIN\(\) ASC|MAX\(\) DESC) LIMIT 10"
)


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of a widget: its namespace, name and dimensions, and its options."""

    namespace: str
    metric: str
    dimensions: dict[str, str]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A planned dashboard."""

    body: dict[str, Any]

    @property
    def widgets(self) -> list[dict[str, Any]]:
        return list(self.body["widgets"])

    @property
    def graphs(self) -> list[dict[str, Any]]:
        return [widget["properties"] for widget in self.widgets if widget["type"] == "metric"]

    @property
    def series(self) -> list[Series]:
        return [series for graph in self.graphs for series in plain(graph)]

    @property
    def expressions(self) -> list[str]:
        return [
            part["expression"]
            for graph in self.graphs
            for [*_, part] in graph["metrics"]
            if is_expression(part)
        ]

    @property
    def queries(self) -> list[re.Match[str]]:
        """The queries of Metrics Insights."""
        found = {text: INSIGHTS.fullmatch(text) for text in self.expressions if text.startswith("SELECT")}
        unknown = [text for text, match in found.items() if match is None]
        assert unknown == []
        return [match for match in found.values() if match]


def is_expression(part: object) -> bool:
    return isinstance(part, dict) and "expression" in part


def plain(graph: dict[str, Any]) -> Iterator[Series]:
    """Read `[namespace, metric, name, value, …, {options}]`."""
    for entry in graph["metrics"]:
        *names, last = entry
        if is_expression(last):
            assert names == []
            continue
        options = last if isinstance(last, dict) else {}
        namespace, metric, *pairs = names if isinstance(last, dict) else entry
        assert len(pairs) % 2 == 0
        yield Series(namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True)), options)


@pytest.fixture(params=list(HUBS))
def detail(request: pytest.FixtureRequest) -> Detail:
    return Detail(request.param)


@pytest.fixture
def dashboard(fleet: Fleet, detail: Detail) -> Dashboard:
    resource = fleet[f"{HUBS[detail]}.aws_cloudwatch_dashboard.main"]
    return Dashboard(json.loads(resource.values["dashboard_body"]))


@pytest.fixture
def hub(fleet: Fleet, detail: Detail) -> str:
    """Return the hub's name, which all its metrics carry."""
    function = fleet[f'{HUBS[detail]}.aws_lambda_function.main["work"]']
    name: str = function.values["environment"][0]["variables"]["POWERTOOLS_SERVICE_NAME"]
    return name


def emitted(detail: Detail, capsys: pytest.CaptureFixture[str]) -> set[frozenset[str]]:
    """Return the sets of dimensions that the functions write a metric under."""
    metrics = EmbeddedMetrics("Fargate/Failover", "spot-failover", detail)
    service = ServiceId("222233334444", "eu-west-1", "shop", "web")
    with metrics.published():
        metrics.measure(Metric.SPOT_HEALTH_SCORE, 100, service)
        metrics.count(Metric.REJECTED_EVENTS)
        metrics.count(Metric.DENIED_SPOKES, of=Location(service.account, service.region))
    return {
        frozenset(dimensions)
        for line in capsys.readouterr().out.splitlines()
        for written in json.loads(line)["_aws"]["CloudWatchMetrics"]
        for dimensions in written["Dimensions"]
    }


def written_metrics() -> set[str]:
    """Return the metrics that any code of the package counts or measures."""
    root = Path(spot_failover.__file__).parent
    defining = {root / "domain/metric.py", root / "adapters/metrics.py"}
    return {
        Metric[node.attr].value
        for path in set(root.rglob("*.py")) - defining
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric"
    }


def test_the_body_is_one_that_cloudwatch_takes(dashboard: Dashboard) -> None:
    assert set(dashboard.body) == {"start", "periodOverride", "widgets"}
    for widget in dashboard.widgets:
        assert set(widget) == {"type", "x", "y", "width", "height", "properties"}
        assert set(widget["properties"]) <= ALLOWED[widget["type"]]
        assert widget["properties"]["title"]


def test_widgets_lie_beside_each_other_within_the_columns(dashboard: Dashboard) -> None:
    def cells(widget: dict[str, Any]) -> set[tuple[int, int]]:
        return {
            (widget["x"] + x, widget["y"] + y)
            for x in range(widget["width"])
            for y in range(widget["height"])
        }

    assert all(widget["x"] >= 0 and widget["x"] + widget["width"] <= COLUMNS for widget in dashboard.widgets)
    assert [
        (one["properties"]["title"], other["properties"]["title"])
        for one, other in combinations(dashboard.widgets, 2)
        if cells(one) & cells(other)
    ] == []


def test_a_graph_has_metrics_in_cloudwatch_s_form(dashboard: Dashboard) -> None:
    for graph in dashboard.graphs:
        options = [part for entry in graph["metrics"] for part in entry if isinstance(part, dict)]
        assert 1 <= len(graph["metrics"]) <= 500
        assert all(set(each) <= OPTIONS for each in options)
        assert all(STATISTICS.fullmatch(each["stat"]) for each in [graph, *options] if "stat" in each)
        assert graph["view"] in {"timeSeries", "singleValue"}
        assert graph["period"] % 60 == 0
        assert all(
            isinstance(line["value"], int) for line in graph.get("annotations", {}).get("horizontal", [])
        )


def test_an_expression_speaks_of_metrics_of_its_own_graph(dashboard: Dashboard) -> None:
    counted = 0
    for graph in dashboard.graphs:
        ids = [series.options["id"] for series in plain(graph) if "id" in series.options]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[a-z][a-zA-Z0-9_]*", each) for each in ids)
        expressions = [part["expression"] for [*_, part] in graph["metrics"] if is_expression(part)]
        sums = [text for text in expressions if not text.startswith("SELECT")]
        spoken_of = {word for text in sums for word in re.findall(r"\b[a-z]\w*", text)}
        assert spoken_of == set(ids)
        counted += len(sums)
    assert counted > 0


def test_every_metric_of_the_fleet_is_one_that_the_code_writes(
    dashboard: Dashboard, detail: Detail, hub: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = [series for series in dashboard.series if not series.namespace.startswith("AWS/")]
    shown = {series.metric for series in ours} | {query["metric"] for query in dashboard.queries}

    assert {series.namespace for series in ours} == {"Fargate/Failover"}
    assert shown - written_metrics() == set()
    assert {tuple(series.dimensions.items()) for series in ours} == {(("service", hub),)}
    assert frozenset({"service"}) in emitted(detail, capsys)


def test_a_query_finds_services_or_accounts_by_the_dimensions_that_the_code_writes(
    dashboard: Dashboard, detail: Detail, hub: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dimensions = emitted(detail, capsys)

    assert len(dashboard.queries) == (0 if detail is Detail.FLEET else 3)
    for query in dashboard.queries:
        schema = frozenset(query["schema"].split(", "))
        assert schema in dimensions
        assert schema == max(dimensions, key=len)
        assert frozenset(query["by"].split(", ")) == schema - {"service"}
        assert (query["namespace"], query["hub"]) == ("Fargate/Failover", hub)


def test_what_aws_writes_is_shown_of_every_queue_and_function(
    fleet: Fleet, dashboard: Dashboard, detail: Detail
) -> None:
    kinds = {"AWS/SQS": ("aws_sqs_queue", "name"), "AWS/Lambda": ("aws_lambda_function", "function_name")}
    of_aws = [series for series in dashboard.series if series.namespace.startswith("AWS/")]
    for namespace, (metrics, dimensions) in OF_AWS.items():
        shown = [series for series in of_aws if series.namespace == namespace]
        kind, name = kinds[namespace]
        there = {each.values[name] for each in fleet.of_type(kind) if each.module == HUBS[detail]}
        assert {series.metric for series in shown} == metrics
        assert all(list(series.dimensions) == dimensions for series in shown)
        assert {series.dimensions[dimensions[0]] for series in shown} == there


def test_the_table_of_services_is_the_function_s_answer(
    fleet: Fleet, dashboard: Dashboard, detail: Detail
) -> None:
    function = fleet[f'{HUBS[detail]}.aws_lambda_function.main["console"]'].values["function_name"]
    [widget] = [widget for widget in dashboard.widgets if widget["type"] == "custom"]

    assert widget["properties"]["endpoint"].endswith(f":function:{function}")
    assert widget["properties"]["updateOn"] == {"refresh": True, "resize": False, "timeRange": False}


def test_health_has_its_lines_at_30_and_60(dashboard: Dashboard) -> None:
    graphs = [graph for graph in dashboard.graphs if graph["title"].startswith("Spot health")]

    assert graphs
    for graph in graphs:
        assert sorted(line["value"] for line in graph["annotations"]["horizontal"]) == [30, 60]
        assert graph["yAxis"] == {"left": {"min": 0, "max": 100}}


def test_all_that_was_asked_for_is_shown(dashboard: Dashboard) -> None:
    shown = {series.metric for series in dashboard.series}

    assert shown >= {
        "SpotHealthScore",
        "FailoverActive",
        "ErrorCount5min",
        "FailoverCount",
        "CostSavingsToday",
        "SpotTasks",
        "OnDemandTasks",
    }


def test_nobody_else_may_invoke_the_console(fleet: Fleet) -> None:
    assert fleet.of_type("aws_lambda_permission") == []
