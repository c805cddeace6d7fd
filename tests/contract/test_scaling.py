"""The port `Scaling`: what is suspended of a service's scalable target, and nothing else of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from spot_failover.adapters.memory import InMemoryScaling
from spot_failover.adapters.scaling import SpokeScaling
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import AccessDeniedError, RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.scaling import Limits, Suspended
from spot_failover.jobs import ports
from tests.contract.conftest import both
from tests.contract.examples import HERE
from tests.contract.hub import Hub
from tests.contract.wire import Answers, Pauses, refusal

DIMENSION = "ecs:service:DesiredCount"


@dataclass(frozen=True)
class Targets:
    """The port, and a way to give a service a scalable target as its owners would."""

    port: ports.Scaling
    register: Callable[[ServiceId], None]


@pytest.fixture
def web(hub: Hub) -> ServiceId:
    """Name a service of the workload account that no other test has."""
    return ServiceId(HERE.account, HERE.region, "shop", f"web-{hub.number}")


def targets(request: pytest.FixtureRequest) -> Targets:
    if request.param == "memory":
        memory = InMemoryScaling()
        return Targets(memory, lambda service: memory.targets.update({service: Suspended()}))
    sessions: SpokeSessions = request.getfixturevalue("sessions")
    return Targets(SpokeScaling(sessions), lambda service: _registered(sessions, service))


scaling = both(targets)


def _registered(sessions: SpokeSessions, service: ServiceId) -> None:
    ecs = sessions.ecs(service.location)
    ecs.create_cluster(clusterName=service.cluster)
    ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 512}]
    )
    ecs.create_service(cluster=service.cluster, serviceName=service.service, taskDefinition="web")
    sessions.scaling(service.location).register_scalable_target(
        ServiceNamespace="ecs",
        ScalableDimension=DIMENSION,
        ResourceId=f"service/{service.cluster}/{service.service}",
        MinCapacity=2,
        MaxCapacity=10,
    )


def test_a_service_without_a_scalable_target_has_nothing_to_suspend(scaling: Targets, web: ServiceId) -> None:
    assert scaling.port.describe(web) is None


def test_a_scalable_target_begins_with_nothing_suspended(scaling: Targets, web: ServiceId) -> None:
    scaling.register(web)

    assert scaling.port.describe(web) == Suspended()


@pytest.mark.parametrize(
    "suspended",
    [
        Suspended(scale_in=True, scale_out=True),
        Suspended(scale_in=True),
        Suspended(scale_out=True),
        Suspended(scheduled=True),
    ],
)
def test_what_was_suspended_is_shown_and_can_be_taken_back(
    scaling: Targets, web: ServiceId, suspended: Suspended
) -> None:
    scaling.register(web)

    scaling.port.suspend(web, suspended)
    assert scaling.port.describe(web) == suspended

    scaling.port.suspend(web, Suspended())
    assert scaling.port.describe(web) == Suspended()


def test_another_service_s_target_is_not_touched(scaling: Targets, web: ServiceId) -> None:
    other = replace(web, service=f"{web.service}-other")
    for service in (web, other):
        scaling.register(service)

    scaling.port.suspend(web, Suspended(scale_in=True))

    assert scaling.port.describe(other) == Suspended()


# --- what is sent to AWS ---


@pytest.fixture
def adapter(sessions: SpokeSessions) -> SpokeScaling:
    return SpokeScaling(sessions)


def test_a_suspension_sends_no_limits(adapter: SpokeScaling, answers: Answers) -> None:
    wire = answers("application-auto-scaling.RegisterScalableTarget", {})

    adapter.suspend(
        ServiceId(HERE.account, HERE.region, "shop", "web"), Suspended(scale_in=True, scheduled=True)
    )

    assert wire.sent == [
        {
            "ServiceNamespace": "ecs",
            "ScalableDimension": DIMENSION,
            "ResourceId": "service/shop/web",
            "SuspendedState": {
                "DynamicScalingInSuspended": True,
                "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": True,
            },
        }
    ]


def test_the_limits_stay_as_their_owners_set_them(
    adapter: SpokeScaling, sessions: SpokeSessions, web: ServiceId
) -> None:
    _registered(sessions, web)

    adapter.suspend(web, Suspended(scale_in=True, scale_out=True))

    (target,) = sessions.scaling(HERE).describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/shop/{web.service}"]
    )["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)


@pytest.mark.parametrize(
    ("cluster", "name"),
    [
        ("shop", "web/../other"),
        ("shop/web", "x"),
        ("", "web"),
        ("shop", ""),
        ("shop", "*"),
        ("shop", "web\n"),
    ],
)
def test_nothing_but_one_service_is_ever_named(
    adapter: SpokeScaling, hub: Hub, cluster: str, name: str
) -> None:
    """IAM cannot hold these calls to the services of a cluster, so the code must."""
    odd = ServiceId(HERE.account, HERE.region, cluster, name)

    with pytest.raises(RefusedError, match="not the resource id of one ECS service"):
        adapter.describe(odd)
    with pytest.raises(RefusedError, match="not the resource id of one ECS service"):
        adapter.suspend(odd, Suspended(scale_in=True))
    assert hub.requests == []


def test_another_target_in_the_answer_is_not_taken_for_the_service_s(
    adapter: SpokeScaling, answers: Answers
) -> None:
    other = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/shop/web-2",
        "ScalableDimension": DIMENSION,
        "MinCapacity": 0,
        "MaxCapacity": 1,
        "RoleARN": "arn:aws:iam::222233334444:role/x",
        "CreationTime": 1772442845.0,
        "SuspendedState": {"DynamicScalingInSuspended": True},
    }
    answers("application-auto-scaling.DescribeScalableTargets", {"ScalableTargets": [other]})

    assert adapter.describe(ServiceId(HERE.account, HERE.region, "shop", "web")) is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", AccessDeniedError),
        ("ConcurrentUpdateException", UnreachableError),
        ("ValidationException", RefusedError),
    ],
)
def test_what_aws_refuses_is_told_by_kind(
    adapter: SpokeScaling, answers: Answers, code: str, error: type[Exception]
) -> None:
    answers("application-auto-scaling.RegisterScalableTarget", refusal(code, "No."))

    with pytest.raises(
        error, match=r"application-autoscaling:RegisterScalableTarget for service web, cluster"
    ):
        adapter.suspend(ServiceId(HERE.account, HERE.region, "shop", "web"), Suspended())


def test_a_call_that_is_throttled_is_repeated(
    adapter: SpokeScaling, answers: Answers, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses)
    throttled = refusal("ThrottlingException", "Rate exceeded")
    wire = answers("application-auto-scaling.RegisterScalableTarget", *[throttled] * 3)

    with pytest.raises(ThrottledError):
        adapter.suspend(ServiceId(HERE.account, HERE.region, "shop", "web"), Suspended())
    assert len(wire.sent) == 3


def test_limits_are_those_of_scalable_targets(scaling: Targets, web: ServiceId) -> None:
    other = web.beside("other")
    scaling.register(web)

    limits = scaling.port.limits([web, other])

    assert list(limits) == [web]
    assert limits[web].minimum <= limits[web].maximum


def test_limits_of_several_services_are_asked_for_at_once(sessions: SpokeSessions, answers: Answers) -> None:
    web, standby = ServiceId(HERE.account, HERE.region, "shop", "web"), "web-on-demand"
    shown = {"ResourceId": f"service/shop/{standby}", "MinCapacity": 0, "MaxCapacity": 8}
    wire = answers("application-auto-scaling.DescribeScalableTargets", {"ScalableTargets": [shown]})

    limits = SpokeScaling(sessions).limits([web, web.beside(standby)])

    assert limits == {web.beside(standby): Limits(0, 8)}
    assert wire.sent[0]["ResourceIds"] == ["service/shop/web", f"service/shop/{standby}"]
