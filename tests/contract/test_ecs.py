"""The adapter to ECS: what DescribeServices' answers are read as."""

from datetime import UTC, datetime

import pytest

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.errors import (
    AccessDeniedError,
    RefusedError,
    SpotFailoverError,
    UnreachableError,
)
from spot_failover.domain.service import Deployment, Observation, Rollout, ServiceEvent
from tests.contract.ecs_answers import (
    ON_DEMAND,
    SPOT,
    TARGET_GROUP,
    WEB_8,
    deployment,
    described,
    service,
)
from tests.contract.examples import HERE, WEB
from tests.contract.hub import HUB_ACCOUNT, Hub
from tests.contract.wire import Answer, Answers, Pauses, refusal


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_service_is_read_with_its_primary_deployment_first(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.DescribeServices", described(service()))

    observation = ecs.describe(WEB)

    assert wire.sent == [{"cluster": "shop", "services": ["web"]}]
    assert observation == Observation(
        status="ACTIVE",
        created_at=datetime(2026, 3, 2, 9, 0, 0, 7000, tzinfo=UTC),
        desired=4,
        running=5,
        pending=1,
        deployments=(
            Deployment("ecs-svc/2", ON_DEMAND, at(1772442840.5), 4, 1, Rollout.IN_PROGRESS, WEB_8),
            Deployment("ecs-svc/1", SPOT, at(1772442840.5), 4, 4, Rollout.COMPLETED, WEB_8),
        ),
        rolling=Rolling(50, 150),
        controller="ECS",
        deployment_strategy="ROLLING",
        deployment_configuration={
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "alarms": {"alarmNames": ["web-5xx"], "rollback": True, "enable": True},
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
        },
        service_name="web",
        own_strategy=SPOT,
        task_definition=WEB_8,
        target_groups=(TARGET_GROUP,),
        network=("sg-1", "subnet-1", "subnet-2"),
        settings={
            "platform version": "1.4.0",
            "public IP": "DISABLED",
            "ports behind load balancers": "web:8080",
            "health check grace period": "0 s",
        },
        events=(
            ServiceEvent(
                at(1772442845.123),
                "(service web) was unable to place a task. Reason: Capacity is unavailable.",
            ),
        ),
    )


def test_a_service_is_told_from_its_successor_by_a_time_that_survives_the_state_table(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.DescribeServices", described(service()))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert from_text(to_text(observation.created_at)) == observation.created_at


def test_a_service_on_a_launch_type_has_no_strategy(ecs: SpokeEcs, answers: Answers) -> None:
    primary = deployment("ecs-svc/1", "PRIMARY", running=4, strategy=[], launchType="FARGATE")
    shown = service(capacityProviderStrategy=None, launchType="FARGATE", deployments=[primary])
    answers("ecs.DescribeServices", described(shown))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert (observation.launch_type, observation.strategy) == ("FARGATE", Strategy())


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_a_service_with_task_sets_instead_of_deployments_is_read(
    ecs: SpokeEcs, answers: Answers, controller: str
) -> None:
    shown = service(deploymentController={"type": controller}, deployments=[], deploymentConfiguration=None)
    answers("ecs.DescribeServices", described(shown))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert (observation.controller, observation.primary, observation.rolling) == (controller, None, Rolling())
    assert observation.strategy == SPOT


def test_what_the_primary_task_set_has_stands_for_what_the_service_was_created_with(
    ecs: SpokeEcs, answers: Answers
) -> None:
    green = f"{TARGET_GROUP}-green"
    newer = {
        "id": "ecs-svc/8",
        "status": "PRIMARY",
        "taskDefinition": f"{WEB_8}1",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 10, "base": 2}],
        "loadBalancers": [{"targetGroupArn": green, "containerName": "web", "containerPort": 8080}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-3"]}},
    }
    older = {"id": "ecs-svc/7", "status": "ACTIVE", "taskDefinition": WEB_8}
    shown = service(deploymentController={"type": "CODE_DEPLOY"}, deployments=[], taskSets=[older, newer])
    answers("ecs.DescribeServices", described(shown))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert observation.task_definition == f"{WEB_8}1"
    assert observation.target_groups == (green,)
    assert observation.network == ("subnet-3",)
    assert observation.strategy == Strategy((StrategyItem("FARGATE", 10, 2),))


@pytest.mark.parametrize(
    ("configuration", "takes_a_name"),
    [
        ({"enabled": True, "services": [{"portName": "http", "discoveryName": "web"}]}, True),
        ({"enabled": True, "services": []}, False),
        ({"enabled": True}, False),
        ({"enabled": False, "services": [{"portName": "http"}]}, False),
        (None, False),
    ],
)
def test_a_service_that_takes_a_name_in_service_connect_says_so(
    ecs: SpokeEcs, answers: Answers, configuration: dict[str, object] | None, takes_a_name: bool
) -> None:
    changes = {"serviceConnectConfiguration": configuration} if configuration else {}
    primary = deployment("ecs-svc/1", "PRIMARY", running=4, strategy=[], **changes)
    answers("ecs.DescribeServices", described(service(deployments=[primary])))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert observation.service_connect is takes_a_name


def test_a_target_group_for_two_ports_is_one(ecs: SpokeEcs, answers: Answers) -> None:
    ports = [
        {"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": port} for port in (80, 81)
    ]
    answers("ecs.DescribeServices", described(service(loadBalancers=ports)))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert observation.target_groups == (TARGET_GROUP,)


def test_the_latest_twenty_of_ecs_s_own_lines_are_kept_newest_first(ecs: SpokeEcs, answers: Answers) -> None:
    lines = [{"id": str(n), "createdAt": 1772440000.0 + n, "message": f"line {n}"} for n in range(30)]
    answers("ecs.DescribeServices", described(service(events=lines)))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert [event.message for event in observation.events] == [f"line {n}" for n in range(29, 9, -1)]


def test_a_service_and_its_standby_are_described_in_one_call(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.DescribeServices", described(service("web-standby", desiredCount=0), service()))

    observation = ecs.describe(WEB, "web-standby")

    assert wire.sent == [{"cluster": "shop", "services": ["web", "web-standby"]}]
    assert observation is not None
    assert observation.standby is not None
    assert (observation.service_name, observation.standby.service_name) == ("web", "web-standby")
    assert (observation.desired, observation.standby.desired) == (4, 0)


def test_a_standby_that_does_not_exist_is_none(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.DescribeServices", described(service(), missing=("web-standby",)))

    observation = ecs.describe(WEB, "web-standby")

    assert observation is not None
    assert observation.standby is None


def test_a_standby_alone_is_no_service(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.DescribeServices", described(service("web-standby"), missing=("web",)))

    assert ecs.describe(WEB, "web-standby") is None


def test_a_service_that_is_deployed_blue_green_says_so(ecs: SpokeEcs, answers: Answers) -> None:
    configuration = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "BLUE_GREEN"}
    answers("ecs.DescribeServices", described(service(deploymentConfiguration=configuration)))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert observation.deployment_strategy == "BLUE_GREEN"


def test_a_deployment_without_a_controller_named_is_ecs_s_own(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.DescribeServices", described(service(deploymentController=None)))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert (observation.controller, observation.deployment_strategy) == ("ECS", "ROLLING")


def test_a_rollout_state_of_the_future_is_not_taken_for_completed(ecs: SpokeEcs, answers: Answers) -> None:
    primary = deployment("ecs-svc/1", "PRIMARY", running=4, strategy=[], rolloutState="PAUSED")
    answers("ecs.DescribeServices", described(service(deployments=[primary])))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert observation.primary is not None
    assert observation.primary.rollout is Rollout.IN_PROGRESS


def test_an_inactive_service_is_shown_as_such(ecs: SpokeEcs, answers: Answers) -> None:
    shown = service(status="INACTIVE", deployments=[], desiredCount=0, runningCount=0, pendingCount=0)
    answers("ecs.DescribeServices", described(shown))

    observation = ecs.describe(WEB)

    assert observation is not None
    assert not observation.active


def test_a_service_that_ecs_reports_missing_is_none(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.DescribeServices", described(missing=("web",)))

    assert ecs.describe(WEB) is None


def test_a_service_of_a_cluster_that_does_not_exist_is_none(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.DescribeServices", refusal("ClusterNotFoundException", "Cluster not found."))

    assert ecs.describe(WEB) is None


def test_many_services_are_described_ten_to_a_call(ecs: SpokeEcs, answers: Answers) -> None:
    names = [f"web-{number}" for number in range(12)]
    wire = answers(
        "ecs.DescribeServices",
        described(*(service(name) for name in names[9::-1])),
        described(service(names[11]), missing=(names[10],)),
    )

    shown = ecs.describe_many(HERE, "shop", names)

    assert [request["services"] for request in wire.sent] == [names[:10], names[10:]]
    assert list(shown) == names
    assert [name for name, observation in shown.items() if observation is None] == ["web-10"]


def test_an_answer_that_leaves_a_service_out_does_not_mean_that_it_is_gone(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.DescribeServices", described())

    with pytest.raises(UnreachableError, match="did not answer about service web"):
        ecs.describe(WEB)


def test_a_failure_other_than_missing_is_an_error_with_ecs_s_reason(ecs: SpokeEcs, answers: Answers) -> None:
    failure = {"arn": "arn:aws:ecs:eu-central-1:222233334444:service/web", "reason": "ODD", "detail": "Why."}
    answers("ecs.DescribeServices", {"services": [], "failures": [failure]})

    with pytest.raises(RefusedError, match=r"service web.*ODD: Why\."):
        ecs.describe(WEB)


def test_describing_is_repeated_when_throttled(
    ecs: SpokeEcs, answers: Answers, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses)
    wire = answers(
        "ecs.DescribeServices", refusal("ThrottlingException", "Rate exceeded"), described(service())
    )

    assert ecs.describe(WEB) is not None
    assert (len(wire.sent), len(pauses.seconds)) == (2, 1)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (
            refusal("AccessDeniedException", "User is not authorized to perform: ecs:DescribeServices"),
            AccessDeniedError,
            "region eu-central-1 was not allowed. Look at the policies of the spoke role",
        ),
        (refusal("InvalidParameterException", "Services cannot be empty."), RefusedError, "cannot be empty."),
        (refusal("ClientException", "Odd."), RefusedError, "ClientException: Odd."),
    ],
)
def test_what_ecs_refuses_is_told_with_its_own_words(
    ecs: SpokeEcs, answers: Answers, answer: Answer, error: type[SpotFailoverError], said: str
) -> None:
    answers("ecs.DescribeServices", answer)

    with pytest.raises(error) as raised:
        ecs.describe(WEB)
    assert said in str(raised.value)


def test_calls_go_out_under_the_spoke_role_and_name_the_product(
    ecs: SpokeEcs, answers: Answers, hub: Hub
) -> None:
    wire = answers("ecs.DescribeServices", described(service()))

    ecs.describe(WEB)

    assert hub.requests[0].parameters["RoleArn"].startswith(f"arn:aws:iam::{WEB.account}:")
    assert WEB.account != HUB_ACCOUNT
    assert "x-amz-security-token" in wire.headers[0]
    assert "terraform-aws-fargate-spot-failover/" in wire.headers[0]["user-agent"]
