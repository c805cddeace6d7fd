"""The adapter to ECS: what UpdateService is sent, and how often."""

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.domain.capacity import Rolling
from spot_failover.domain.errors import RefusedError, ThrottledError, UnreachableError
from spot_failover.domain.service import Observation
from spot_failover.domain.targets import UpdateService
from tests.contract.ecs_answers import ON_DEMAND, SPOT, WEB_8, described, service
from tests.contract.examples import NOW, WEB
from tests.contract.hub import Hub
from tests.contract.wire import Answer, Answers, Pauses, refusal


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


def test_a_desired_count_goes_out_alone_and_starts_no_deployment(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.UpdateService", {"service": service()})

    ecs.update(WEB, UpdateService(desired=0), observed())

    assert wire.sent == [{"cluster": "shop", "service": "web", "desiredCount": 0}]


def test_a_standby_is_updated_by_its_own_name(ecs: SpokeEcs, answers: Answers) -> None:
    wire = answers("ecs.UpdateService", {"service": service("web-standby")})
    change = UpdateService(desired=4, task_definition=WEB_8, service_name="web-standby")

    ecs.update(WEB, change, observed())

    assert wire.sent == [
        {"cluster": "shop", "service": "web-standby", "desiredCount": 4, "taskDefinition": WEB_8}
    ]


def test_a_fault_of_an_update_names_the_standby_where_it_is_meant(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.UpdateService", refusal("ServiceNotActiveException", "Service was not ACTIVE."))

    with pytest.raises(RefusedError, match="ecs:UpdateService for service web-standby, cluster shop"):
        ecs.update(WEB, UpdateService(desired=4, service_name="web-standby"), observed())


@pytest.mark.parametrize("change", [UpdateService(desired=4), UpdateService(rolling=Rolling())])
def test_an_update_that_starts_no_deployment_may_be_repeated(
    ecs: SpokeEcs, answers: Answers, pauses: Pauses, monkeypatch: pytest.MonkeyPatch, change: UpdateService
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses)
    fault = Answer(error=ReadTimeoutError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/"))
    wire = answers("ecs.UpdateService", fault, {"service": service()})

    assert ecs.update(WEB, change, observed()) == "ecs-svc/2"
    assert len(wire.sent) == 2


@pytest.mark.parametrize("change", [UpdateService(SPOT), UpdateService(task_definition=WEB_8)])
@pytest.mark.parametrize(
    "answer",
    [
        refusal("ServerException", "Service Unavailable. Please try again later.", status=500),
        Answer(error=ReadTimeoutError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/")),
        Answer(error=EndpointConnectionError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/")),
    ],
)
def test_a_deployment_whose_outcome_is_unknown_is_not_asked_for_twice(
    ecs: SpokeEcs, answers: Answers, answer: Answer, change: UpdateService
) -> None:
    wire = answers("ecs.UpdateService", answer, {"service": service()})

    with pytest.raises(UnreachableError, match="ecs:UpdateService for service web"):
        ecs.update(WEB, change, observed())
    assert len(wire.sent) == 1


def test_an_update_that_ecs_refuses_says_why(ecs: SpokeEcs, answers: Answers) -> None:
    message = "The specified capacity provider 'FARGATE_SPOT' was not found in the cluster."
    answers("ecs.UpdateService", refusal("InvalidParameterException", message))

    with pytest.raises(RefusedError, match="'FARGATE_SPOT' was not found in the cluster"):
        ecs.update(WEB, UpdateService(SPOT), observed())
