import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spot_failover.events.parser import classify
from tests.unit.events.catalogue import (
    HUB_PATTERNS,
    SPOKE_PATTERNS,
    Recorded,
    expected_patterns,
    patterns,
    recorded,
    recorded_events,
)
from tests.unit.events.engines import ENGINES, Engine, matching, refusal

SPOKE = patterns(SPOKE_PATTERNS)
HUB = patterns(HUB_PATTERNS)
LONGEST_PATTERN = 2048

every_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
every_event = pytest.mark.parametrize("sample", recorded_events(), ids=lambda sample: sample.name)


@pytest.mark.parametrize(
    ("name", "pattern"), [*SPOKE.items(), *((f"hub-{name}", text) for name, text in HUB.items())]
)
def test_a_pattern_is_one_that_eventbridge_accepts(name: str, pattern: str) -> None:
    assert refusal(pattern) is None
    assert len(pattern) <= LONGEST_PATTERN, name


@every_engine
@every_event
def test_a_spoke_forwards_each_event_that_matters_and_no_other(sample: Recorded, engine: Engine) -> None:
    assert matching(SPOKE, sample.event, engine) == sample.forwarded_by


HUB_QUEUES = {
    ("aws.ecs", "ECS Service Action"): {"placement-failure"},
    ("aws.ecs", "ECS Task State Change"): {"interruption"},
    ("test.aws.ecs", "ECS Service Action"): {"placement-failure-drill"},
    ("test.aws.ecs", "ECS Task State Change"): {"interruption-drill"},
}


@every_engine
@pytest.mark.parametrize(
    "sample",
    [sample for sample in recorded_events() if sample.forwarded_by],
    ids=lambda sample: sample.name,
)
def test_the_hub_sorts_what_a_spoke_forwards_into_one_queue(sample: Recorded, engine: Engine) -> None:
    event = sample.event
    assert matching(HUB, event, engine) == HUB_QUEUES[event["source"], event["detail-type"]]


def other_event(source: str, detail_type: str, **detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "5f0c2f3e-94d8-4a35-8a0c-9a4f5f4b1c02",
        "detail-type": detail_type,
        "source": source,
        "account": "222233334444",
        "time": "2026-03-02T09:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }


CHANGE = "Parameter Store Change"
OURS = "/spot-failover/services/shop/checkout"


@every_engine
@pytest.mark.parametrize(
    ("event", "spoke", "hub"),
    [
        (other_event("aws.ssm", CHANGE, name=OURS, operation="Create"), {"registration"}, {"control"}),
        (other_event("aws.ssm", CHANGE, name=OURS, operation="Update"), {"registration"}, {"control"}),
        (other_event("aws.ssm", CHANGE, name=OURS, operation="Delete"), {"registration"}, {"control"}),
        (
            other_event("aws.ssm", CHANGE, name="/spot-failover/spoke", operation="Update"),
            {"registration"},
            {"control"},
        ),
        (other_event("aws.ssm", CHANGE, name=OURS, operation="LabelParameterVersion"), set(), {"control"}),
        (other_event("aws.ssm", CHANGE, name="/shop/secret", operation="Update"), set(), {"control"}),
        (other_event("aws.ssm", "Parameter Store Policy Action", name=OURS), set(), set()),
        (other_event("spot-failover.spoke", "Heartbeat", contract=1), {"heartbeat"}, {"control"}),
        (other_event("spot-failover", "Service Restored", phase="steady"), set(), set()),
        (other_event("spot-failover.operator", "Command", command="freeze"), set(), {"command"}),
        (other_event("spot-failover.operator", "Something New"), set(), set()),
        (other_event("spot-failover.hub", "Tick"), set(), set()),
        (other_event("aws.ec2", "EC2 Instance State-change Notification"), set(), set()),
    ],
)
def test_events_that_are_not_of_ecs_go_where_they_are_meant_to(
    event: dict[str, Any], spoke: set[str], hub: set[str], engine: Engine
) -> None:
    assert matching(SPOKE, event, engine) == spoke
    assert matching(HUB, event, engine) == hub


def maybe(*values: str | None) -> st.SearchStrategy[Any]:
    """Draw a field that is absent (...), null, empty or one of the values."""
    return st.sampled_from([..., None, "", *values])


STATUSES = ("PROVISIONING", "PENDING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")
tasks = st.fixed_dictionaries(
    {
        "capacityProviderName": maybe("FARGATE_SPOT", "FARGATE", "render-gpu"),
        "launchType": maybe("FARGATE", "EC2", "EXTERNAL"),
        "lastStatus": st.sampled_from(STATUSES),
        "desiredStatus": st.sampled_from(["RUNNING", "STOPPED"]),
        "stopCode": maybe(
            "SpotInterruption",
            "TerminationNotice",
            "TaskFailedToStart",
            "EssentialContainerExited",
            "ServiceSchedulerInitiated",
            "UserInitiated",
            "SomethingNew",
        ),
        "stoppedReason": maybe(
            "Your Spot Task was interrupted.",
            "Your Spot Task was interrupted. Capacity is unavailable at this time.",
            "Capacity is unavailable at this time. Please try again later",
            "ResourcesNotAvailable: No spot capacity available",
            "RESOURCE:FARGATE",
            "ECS is performing maintenance on the underlying infrastructure hosting the task.",
            "Scaling activity initiated by (deployment ecs-svc/1)",
        ),
    }
)


@given(task=tasks)
def test_patterns_and_parser_agree_on_every_task_and_never_two_patterns_match(task: dict[str, Any]) -> None:
    event = recorded("spot-task-started", detail=task)
    expected = expected_patterns(classify(event), event)
    for engine in ENGINES.values():
        assert matching(SPOKE, event, engine) == expected


ARN = "arn:aws:ecs:eu-central-1:222233334444:capacity-provider/{}"
actions = st.fixed_dictionaries(
    {
        "eventName": maybe(
            "SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_STEADY_STATE", "CAPACITY_PROVIDER_STEADY_STATE"
        ),
        "reason": maybe("RESOURCE:FARGATE", "RESOURCE:ENI", "RESOURCE:MEMORY", "resource:fargate"),
        # Not the empty list: EventBridge takes it for no field at all, which moto does not.
        "capacityProviderArns": st.lists(
            st.sampled_from(["FARGATE_SPOT", "FARGATE", "my-FARGATE", "FARGATE_SPOT-2"]).map(ARN.format),
            min_size=1,
            max_size=3,
        )
        | st.sampled_from([..., None, ARN.format("FARGATE_SPOT"), ARN.format("FARGATE")]),
    }
)


@given(action=actions)
def test_patterns_and_parser_agree_on_every_service_action(action: dict[str, Any]) -> None:
    event = recorded("spot-placement-failure", detail=action)
    expected = expected_patterns(classify(event), event)
    for engine in ENGINES.values():
        assert matching(SPOKE, event, engine) == expected


def test_no_pattern_of_a_spoke_names_an_account_or_a_region() -> None:
    for name, pattern in SPOKE.items():
        assert not {"account", "region"} & json.loads(pattern).keys(), name
