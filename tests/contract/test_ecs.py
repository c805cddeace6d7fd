"""The adapter to ECS: what DescribeServices' answers are read as, and what UpdateService is sent."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.times import from_text, to_text
from spot_failover.domain.capacity import Rolling, Strategy, StrategyItem
from spot_failover.domain.errors import (
    AccessDeniedError,
    RefusedError,
    SpotFailoverError,
    ThrottledError,
    UnreachableError,
)
from spot_failover.domain.service import Deployment, Observation, Rollout
from spot_failover.domain.targets import UpdateService
from tests.contract.ecs_answers import deployment, described, service
from tests.contract.examples import HERE, NOW, WEB
from tests.contract.hub import HUB_ACCOUNT, Hub
from tests.contract.wire import Answer, Answers, refusal

ON_DEMAND = Strategy((StrategyItem("FARGATE", 10, 2), StrategyItem("FARGATE_SPOT", 0, 0)))
SPOT = Strategy((StrategyItem("FARGATE_SPOT", 1, 0),))

WEB_8 = "arn:aws:ecs:eu-central-1:222233334444:task-definition/web:8"


class Pauses:
    """Takes the place of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def ecs(sessions: SpokeSessions, pauses: Pauses) -> SpokeEcs:
    return SpokeEcs(sessions, pauses)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# --- describing ---


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


# --- updating ---


def observed() -> Observation:
    return Observation(
        status="ACTIVE",
        created_at=NOW,
        desired=4,
        running=4,
        pending=0,
        deployments=(),
        deployment_configuration={
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "strategy": "ROLLING",
        },
    )


def test_a_strategy_goes_out_with_a_forced_deployment_and_nothing_else(
    ecs: SpokeEcs, answers: Answers
) -> None:
    wire = answers("ecs.UpdateService", {"service": service()})

    deployment_id = ecs.update(WEB, UpdateService(strategy=ON_DEMAND), observed())

    assert deployment_id == "ecs-svc/2"
    assert wire.sent == [
        {
            "cluster": "shop",
            "service": "web",
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE", "weight": 10, "base": 2},
                {"capacityProvider": "FARGATE_SPOT", "weight": 0, "base": 0},
            ],
            "forceNewDeployment": True,
        }
    ]


def test_rolling_settings_are_laid_over_the_service_s_own(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.UpdateService", {"service": service()})

    ecs.update(WEB, UpdateService(rolling=Rolling(100, 200)), observed())

    assert wire.sent == [
        {
            "cluster": "shop",
            "service": "web",
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "strategy": "ROLLING",
            },
        }
    ]


def test_strategy_and_rolling_settings_go_out_in_one_call(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.UpdateService", {"service": service()})

    ecs.update(WEB, UpdateService(SPOT, Rolling(100, 200)), observed())

    assert [sorted(request) for request in wire.sent] == [
        ["capacityProviderStrategy", "cluster", "deploymentConfiguration", "forceNewDeployment", "service"]
    ]


def test_what_ecs_shows_can_be_sent_back_to_it(ecs: SpokeEcs, answers: Answers, hub: Hub) -> None:
    """Whatever deployment configuration DescribeServices may return is valid in UpdateService."""
    answers("ecs.DescribeServices", described(service()))
    answers("ecs.UpdateService", {"service": service()})
    observation = ecs.describe(WEB)
    assert observation is not None

    ecs.update(WEB, UpdateService(rolling=Rolling(100, 200)), observation)

    assert hub.requests[-1].action == "ecs:UpdateService"


def test_an_answer_without_a_primary_deployment_leaves_the_id_unknown(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.UpdateService", {"service": service(deployments=[])})

    assert ecs.update(WEB, UpdateService(SPOT), observed()) == ""


def test_a_throttled_update_is_sent_again_after_a_growing_pause(
    ecs: SpokeEcs, answers: Answers, pauses: Pauses
) -> None:
    throttled = refusal("ThrottlingException", "Rate exceeded")
    wire = answers("ecs.UpdateService", throttled, throttled, {"service": service()})

    assert ecs.update(WEB, UpdateService(SPOT), observed()) == "ecs-svc/2"
    assert len(wire.sent) == 3
    assert [0.25 <= pauses.seconds[0] <= 0.5, 0.5 <= pauses.seconds[1] <= 1] == [True, True]


def test_an_update_that_stays_throttled_is_left_to_the_next_pass(
    ecs: SpokeEcs, answers: Answers, pauses: Pauses
) -> None:
    wire = answers("ecs.UpdateService", *[refusal("ThrottlingException", "Rate exceeded")] * 5)

    with pytest.raises(ThrottledError, match="service web, cluster shop in account 222233334444"):
        ecs.update(WEB, UpdateService(SPOT), observed())
    assert (len(wire.sent), len(pauses.seconds)) == (5, 4)
    assert sum(pauses.seconds) < 10


@pytest.mark.parametrize(
    "answer",
    [
        refusal("ServerException", "Service Unavailable. Please try again later.", status=500),
        Answer(error=ReadTimeoutError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/")),
        Answer(error=EndpointConnectionError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/")),
    ],
)
def test_an_update_whose_outcome_is_unknown_is_not_sent_twice(
    ecs: SpokeEcs, answers: Answers, answer: Answer
) -> None:
    wire = answers("ecs.UpdateService", answer, {"service": service()})

    with pytest.raises(UnreachableError, match="ecs:UpdateService for service web"):
        ecs.update(WEB, UpdateService(SPOT), observed())
    assert len(wire.sent) == 1


def test_an_update_that_ecs_refuses_says_why(ecs: SpokeEcs, answers: Answers) -> None:
    message = "The specified capacity provider 'FARGATE_SPOT' was not found in the cluster."
    answers("ecs.UpdateService", refusal("InvalidParameterException", message))

    with pytest.raises(RefusedError, match="'FARGATE_SPOT' was not found in the cluster"):
        ecs.update(WEB, UpdateService(SPOT), observed())


def test_calls_go_out_under_the_spoke_role_and_name_the_product(
    ecs: SpokeEcs, answers: Answers, hub: Hub
) -> None:
    wire = answers("ecs.DescribeServices", described(service()))

    ecs.describe(WEB)

    assert hub.requests[0].parameters["RoleArn"].startswith(f"arn:aws:iam::{WEB.account}:")
    assert WEB.account != HUB_ACCOUNT
    assert "x-amz-security-token" in wire.headers[0]
    assert "terraform-aws-fargate-spot-failover/" in wire.headers[0]["user-agent"]
