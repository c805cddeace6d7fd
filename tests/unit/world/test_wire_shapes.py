"""Requests and responses fit ECS's model as botocore has it."""

from datetime import datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)
from botocore.validate import ParamValidator

from simulator.world import Behaviour, EcsError
from tests.unit.world.stage import CLUSTER, ON_DEMAND, SPOT, TARGET_GROUP, Stage, key

SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
    "timestamp": datetime,
}


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")


def shape_of(operation: OperationModel, side: str) -> StructureShape:
    shape = operation.input_shape if side == "input" else operation.output_shape
    assert isinstance(shape, StructureShape)
    return shape


def misfits(value: Any, shape: Shape, path: str = "") -> list[str]:
    """Name everything in a value that the shape does not know or has with another type."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no structure"]
        unknown = [f"{path}.{name}: not in {shape.name}" for name in value if name not in shape.members]
        return unknown + [
            problem
            for name, member in shape.members.items()
            if name in value
            for problem in misfits(value[name], member, f"{path}.{name}")
        ]
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [
            problem for at, one in enumerate(value) for problem in misfits(one, shape.member, f"{path}[{at}]")
        ]
    if isinstance(shape, MapShape):
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is no map"]
    if not isinstance(value, SCALARS[shape.type_name]) or (
        isinstance(value, bool) and shape.type_name != "boolean"
    ):
        return [f"{path}: {value!r} is no {shape.type_name}"]
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        return [f"{path}: {value!r} is none of {shape.enum}"]
    return []


class Watched:
    """A stage of which every request and every response is compared with the model."""

    def __init__(self, model: ServiceModel) -> None:
        self.stage = Stage(throttled=False)
        self.operations: set[str] = set()
        self.problems: list[str] = []
        call = self.stage.api.call

        def watched(operation: str, request: dict[str, Any]) -> dict[str, Any]:
            operation_model = model.operation_model(operation)
            report = ParamValidator().validate(request, shape_of(operation_model, "input"))
            if report.has_errors():
                self.problems.append(f"{operation}: {report.generate_report()}")
            response = call(operation, request)
            self.problems += misfits(response, shape_of(operation_model, "output"), operation)
            self.operations.add(operation)
            return response

        self.stage.api.call = watched  # type: ignore[method-assign]


@pytest.fixture
def watched(model: ServiceModel) -> Watched:
    return Watched(model)


NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"], "assignPublicIp": "DISABLED"}}


def test_everything_the_api_says_is_in_awss_model(watched: Watched) -> None:
    stage, api = watched.stage, watched.stage.api
    stage.running(
        "web", networkConfiguration=NETWORK, tags=[{"key": "a", "value": "b"}], propagateTags="SERVICE"
    )
    stage.running("balanced", loadBalancers=TARGET_GROUP, healthCheckGracePeriodSeconds=30)
    stage.create("blue", deploymentController={"type": "CODE_DEPLOY"})
    stage.create("external", deploymentController={"type": "EXTERNAL"})
    stage.running("plain", launchType="FARGATE")
    stage.world.behaviours.set(key("plain"), Behaviour(crash_after=1))
    stage.drought(capacity=2)
    stage.advance(1200)
    stage.roll("web", capacityProviderStrategy=ON_DEMAND)
    stage.advance(30)
    request = {"cluster": CLUSTER, "include": ["TAGS"]}
    api.describe_services(request | {"services": ["web", "balanced", "blue", "external", "plain", "nobody"]})
    for name in ("web", "balanced", "plain"):
        for desired in ("RUNNING", "STOPPED"):
            stage.tasks(name, desired)
    run = {"cluster": CLUSTER, "taskDefinition": "web:1", "capacityProviderStrategy": SPOT, "count": 3}
    api.run_task(run)
    [task] = api.run_task(run | {"capacityProviderStrategy": ON_DEMAND, "count": 1})["tasks"]
    api.describe_tasks(request | {"tasks": [task["taskArn"], "unknown"]})
    api.stop_task({"cluster": CLUSTER, "task": task["taskArn"], "reason": "enough"})
    arn = stage.service("web")["serviceArn"]
    api.tag_resource({"resourceArn": arn, "tags": [{"key": "c", "value": "d"}]})
    api.list_tags_for_resource({"resourceArn": arn})
    api.untag_resource({"resourceArn": arn, "tagKeys": ["c"]})
    api.list_services({"cluster": CLUSTER})
    api.delete_service({"cluster": CLUSTER, "service": "web", "force": True})
    stage.advance(600)
    stage.service("web")

    assert watched.problems == []
    assert watched.operations == api.operations


def test_the_comparison_notices_what_does_not_fit(model: ServiceModel) -> None:
    shape = shape_of(model.operation_model("DescribeServices"), "output")
    service = {"serviceName": 1, "nobodyKnowsThis": True, "status": "ACTIVE", "createdAt": "yesterday"}

    assert misfits({"services": [service], "failures": {}}, shape) == [
        ".services[0].nobodyKnowsThis: not in Service",
        ".services[0].serviceName: 1 is no string",
        ".services[0].createdAt: 'yesterday' is no timestamp",
        ".failures: {} is no list",
    ]


def test_every_error_code_is_one_of_awss(model: ServiceModel, watched: Watched) -> None:
    stage = watched.stage
    stage.create("web")
    requests: list[tuple[str, dict[str, Any]]] = [
        ("DescribeServices", {"cluster": "nowhere", "services": ["web"]}),
        ("UpdateService", {"cluster": CLUSTER, "service": "nobody"}),
        ("UpdateService", {"cluster": CLUSTER, "service": "web", "capacityProviderStrategy": ON_DEMAND}),
        (
            "CreateService",
            {"cluster": CLUSTER, "serviceName": "x", "taskDefinition": "no:1", "desiredCount": 1},
        ),
    ]
    codes = set()
    for operation, request in requests:
        with pytest.raises(EcsError) as refused:
            stage.api.call(operation, request)
        codes.add(refused.value.code)

    assert len(codes) == 4
    assert codes <= {shape.name for shape in model.error_shapes}
