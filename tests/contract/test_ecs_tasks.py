"""The adapter to ECS: which tasks a service has, and whether its load balancers find them healthy."""

from datetime import UTC, datetime
from typing import Any

import pytest

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.domain.errors import AccessDeniedError, RefusedError, ThrottledError
from spot_failover.domain.service import Observation
from spot_failover.domain.tasks import Task
from tests.contract.ecs_answers import TARGET_GROUP, task, task_arn
from tests.contract.examples import NOW, WEB
from tests.contract.wire import Answer, Answers, Pauses, refusal, refusal_of_query

OTHER_GROUP = f"{TARGET_GROUP}-grpc"
DESCRIBE_TARGET_HEALTH = "elastic-load-balancing-v2.DescribeTargetHealth"


def behind(*target_groups: str) -> Observation:
    return Observation(
        status="ACTIVE",
        created_at=NOW,
        desired=4,
        running=4,
        pending=0,
        deployments=(),
        target_groups=target_groups,
    )


def listed(*numbers: int, token: str = "") -> dict[str, Any]:
    arns = [task_arn(number) for number in numbers]
    return {"taskArns": arns, **({"nextToken": token} if token else {})}


def described(*tasks: dict[str, Any], **failures: str) -> dict[str, Any]:
    told = [{"arn": arn, "reason": reason} for arn, reason in failures.items()]
    return {"tasks": list(tasks), "failures": told}


def target_health(**states: str) -> str:
    """Return elbv2's answer: the last part of each address, after an underscore, and the target's state."""
    targets = "".join(
        f"<member><Target><Id>10.0.0.{name.strip('_')}</Id><Port>8080</Port></Target>"
        f"<TargetHealth><State>{state}</State></TargetHealth></member>"
        for name, state in states.items()
    )
    descriptions = f"<TargetHealthDescriptions>{targets}</TargetHealthDescriptions>"
    result = f"<DescribeTargetHealthResult>{descriptions}</DescribeTargetHealthResult>"
    return (
        '<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">'
        f"{result}</DescribeTargetHealthResponse>"
    )


def test_a_task_is_read_with_its_times_and_health(ecs: SpokeEcs, answers: Answers) -> None:
    asked = answers("ecs.ListTasks", listed(1))
    described_by = answers("ecs.DescribeTasks", described(task(1)))

    assert ecs.tasks(WEB, behind()) == (
        Task(
            arn=task_arn(1),
            capacity_provider="FARGATE_SPOT",
            last_status="RUNNING",
            created_at=datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC),
            started_at=datetime(2026, 3, 2, 9, 14, 35, 250_000, tzinfo=UTC),
            pull_started_at=datetime(2026, 3, 2, 9, 14, 20, 500_000, tzinfo=UTC),
            health="HEALTHY",
            in_service=None,
            zone="eu-central-1a",
        ),
    )
    assert asked.sent == [{"cluster": "shop", "serviceName": "web", "desiredStatus": "RUNNING"}]
    assert described_by.sent == [{"cluster": "shop", "tasks": [task_arn(1)]}]


def test_a_task_that_waits_for_capacity_has_neither_times_nor_address(
    ecs: SpokeEcs, answers: Answers
) -> None:
    waiting = task(
        1,
        lastStatus="PROVISIONING",
        attachments=[{"type": "ElasticNetworkInterface", "status": "PRECREATED", "details": []}],
        containers=None,
        healthStatus="UNKNOWN",
        startedAt=None,
        pullStartedAt=None,
        pullStoppedAt=None,
    )
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(waiting))

    (read,) = ecs.tasks(WEB, behind(TARGET_GROUP))

    assert (read.last_status, read.started_at, read.pull_started_at) == ("PROVISIONING", None, None)
    assert read.in_service is False


def test_a_task_of_a_launch_type_names_no_provider_and_may_have_no_health(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(task(1, capacityProviderName=None, healthStatus=None)))

    (read,) = ecs.tasks(WEB, behind())

    assert (read.capacity_provider, read.health) == ("", "UNKNOWN")


def test_every_page_is_listed_and_described_a_hundred_to_a_call(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed(*range(100), token="1"), listed(*range(100, 150)))
    wire = answers(
        "ecs.DescribeTasks",
        described(*(task(number) for number in range(100))),
        described(*(task(number) for number in range(100, 150))),
    )

    assert len(ecs.tasks(WEB, behind())) == 150
    assert [len(request["tasks"]) for request in wire.sent] == [100, 50]


def test_a_service_without_tasks_is_described_no_further(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed())

    assert ecs.tasks(WEB, behind(TARGET_GROUP)) == ()


@pytest.mark.parametrize("code", ["ServiceNotFoundException", "ClusterNotFoundException"])
def test_a_service_that_does_not_exist_has_no_tasks(ecs: SpokeEcs, answers: Answers, code: str) -> None:
    answers("ecs.ListTasks", refusal(code, "Not found."))

    assert ecs.tasks(WEB, behind()) == ()


def test_what_stops_between_the_two_calls_is_no_longer_wanted(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed(1, 2, 3))
    answers("ecs.DescribeTasks", described(task(1, desiredStatus="STOPPED"), task(2), arn="MISSING"))

    assert [read.arn for read in ecs.tasks(WEB, behind())] == [task_arn(2)]


def test_a_task_that_cannot_be_described_is_not_taken_for_gone(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(arn="ODD"))

    with pytest.raises(
        RefusedError, match=r"service web, cluster shop.* could not describe arn\. AWS says ODD"
    ):
        ecs.tasks(WEB, behind())


def test_a_task_is_in_service_by_its_own_address(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed(1, 2, 3, 4))
    answers("ecs.DescribeTasks", described(*(task(number) for number in (1, 2, 3, 4))))
    wire = answers(
        DESCRIBE_TARGET_HEALTH,
        Answer(target_health(_1="healthy", _2="initial", _3="draining", _9="healthy")),
    )

    tasks = ecs.tasks(WEB, behind(TARGET_GROUP))

    assert [read.in_service for read in tasks] == [True, False, False, False]
    assert [request["TargetGroupArn"] for request in wire.sent] == [TARGET_GROUP]


def test_a_task_is_in_service_where_every_target_group_finds_it_healthy(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.ListTasks", listed(1, 2))
    answers("ecs.DescribeTasks", described(task(1), task(2)))
    answers(
        DESCRIBE_TARGET_HEALTH,
        Answer(target_health(_1="healthy", _2="healthy")),
        Answer(target_health(_1="unhealthy", _2="healthy")),
    )

    tasks = ecs.tasks(WEB, behind(TARGET_GROUP, OTHER_GROUP))

    assert [read.in_service for read in tasks] == [False, True]


def test_a_task_without_ipv4_is_known_by_its_ipv6_address(ecs: SpokeEcs, answers: Answers) -> None:
    interfaces = [{"attachmentId": "a", "ipv6Address": "10.0.0.1"}]
    container = {"name": "web", "networkInterfaces": interfaces}
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(task(1, attachments=None, containers=[container])))
    answers(DESCRIBE_TARGET_HEALTH, Answer(target_health(_1="healthy")))

    assert [read.in_service for read in ecs.tasks(WEB, behind(TARGET_GROUP))] == [True]


def test_nothing_is_in_service_behind_a_target_group_that_was_deleted(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(task(1)))
    answers(DESCRIBE_TARGET_HEALTH, refusal_of_query("TargetGroupNotFound", "Not found.", 400))

    assert [read.in_service for read in ecs.tasks(WEB, behind(TARGET_GROUP))] == [False]


def test_target_groups_are_not_asked_while_no_task_runs(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(task(1, lastStatus="PENDING")))
    wire = answers(DESCRIBE_TARGET_HEALTH)

    assert [read.in_service for read in ecs.tasks(WEB, behind(TARGET_GROUP))] == [False]
    assert wire.sent == []


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("ecs.ListTasks", refusal("AccessDeniedException", "No.")),
        ("ecs.DescribeTasks", refusal("AccessDeniedException", "No.")),
        (DESCRIBE_TARGET_HEALTH, refusal_of_query("AccessDenied", "No.")),
    ],
)
def test_a_permission_that_lacks_names_the_call_and_the_service(
    ecs: SpokeEcs, answers: Answers, operation: str, answer: Answer
) -> None:
    before: dict[str, Any] = {"ecs.ListTasks": listed(1), "ecs.DescribeTasks": described(task(1))}
    for earlier, given in before.items():
        if earlier != operation:
            answers(earlier, given)
    answers(operation, answer)

    with pytest.raises(AccessDeniedError) as raised:
        ecs.tasks(WEB, behind(TARGET_GROUP))
    assert operation.rpartition(".")[2] in str(raised.value)
    assert "service web, cluster shop in account 222233334444, region eu-central-1" in str(raised.value)
    assert "apply workload-spoke of this hub's version" in str(raised.value)


def test_health_that_stays_throttled_is_an_error_and_no_answer(
    ecs: SpokeEcs, answers: Answers, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses)
    answers("ecs.ListTasks", listed(1))
    answers("ecs.DescribeTasks", described(task(1)))
    answers(DESCRIBE_TARGET_HEALTH, *[refusal_of_query("Throttling", "Rate exceeded", 400)] * 3)

    with pytest.raises(
        ThrottledError, match="elasticloadbalancing:DescribeTargetHealth for target group arn:"
    ):
        ecs.tasks(WEB, behind(TARGET_GROUP))
