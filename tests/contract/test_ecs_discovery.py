"""The adapter to ECS: finding the services that a default policy may take in."""

from typing import Any

import pytest

from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.domain.errors import AccessDeniedError
from spot_failover.domain.identity import ServiceId
from tests.contract.ecs_answers import ARN, described, service
from tests.contract.examples import HERE
from tests.contract.wire import Answers, refusal


def clusters(*names: str, token: str = "") -> dict[str, Any]:
    arns = [f"{ARN}:cluster/{name}" for name in names]
    return {"clusterArns": arns, **({"nextToken": token} if token else {})}


def services(cluster: str, *names: str, token: str = "") -> dict[str, Any]:
    arns = [f"{ARN}:service/{cluster}/{name}" for name in names]
    return {"serviceArns": arns, **({"nextToken": token} if token else {})}


def identity(cluster: str, name: str) -> ServiceId:
    return ServiceId(HERE.account, HERE.region, cluster, name)


def test_the_services_of_the_clusters_given_are_described_with_their_tags(
    ecs: SpokeEcs, answers: Answers
) -> None:
    listing = answers("ecs.ListServices", services("shop", "web"))
    describing = answers(
        "ecs.DescribeServices", described(service(tags=[{"key": "spot-failover", "value": "off"}]))
    )

    found = ecs.discover(HERE, ["shop"])

    assert listing.sent == [{"cluster": "shop", "maxResults": 100}]
    assert describing.sent == [{"cluster": "shop", "services": ["web"], "include": ["TAGS"]}]
    assert {id_: observation.tags for id_, observation in found.items()} == {
        identity("shop", "web"): {"spot-failover": "off"}
    }


def test_without_clusters_all_of_the_account_and_region_are_looked_at(
    ecs: SpokeEcs, answers: Answers
) -> None:
    answers("ecs.ListClusters", clusters("shop", token="1"), clusters("batch"))
    answers("ecs.ListServices", services("shop", "web"), services("batch", "web"))
    answers("ecs.DescribeServices", described(service()), described(service()))

    assert list(ecs.discover(HERE, [])) == [identity("shop", "web"), identity("batch", "web")]


def test_every_page_of_services_is_described_ten_to_a_call(ecs: SpokeEcs, answers: Answers) -> None:
    names = [f"web-{number:03}" for number in range(105)]
    answers("ecs.ListServices", services("shop", *names[:100], token="1"), services("shop", *names[100:]))
    batches = [names[first : first + 10] for first in range(0, 105, 10)]
    wire = answers(
        "ecs.DescribeServices", *(described(*(service(name) for name in batch)) for batch in batches)
    )

    assert list(ecs.discover(HERE, ["shop"])) == [identity("shop", name) for name in names]
    assert [request["services"] for request in wire.sent] == batches


def test_a_service_of_the_old_arn_format_is_found_by_its_name(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListServices", {"serviceArns": [f"{ARN}:service/web"]})
    answers("ecs.DescribeServices", described(service()))

    assert list(ecs.discover(HERE, ["shop"])) == [identity("shop", "web")]


def test_what_is_deleted_in_between_is_left_out(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListServices", refusal("ClusterNotFoundException", "Gone."), services("shop", "api", "web"))
    answers("ecs.DescribeServices", described(service("api"), missing=("web",)))

    assert list(ecs.discover(HERE, ["gone", "shop"])) == [identity("shop", "api")]


def test_a_list_of_clusters_that_breaks_off_is_no_list(ecs: SpokeEcs, answers: Answers) -> None:
    answers("ecs.ListClusters", clusters("shop", token="1"), refusal("AccessDeniedException", "No."))
    answers("ecs.ListServices", services("shop"))

    with pytest.raises(AccessDeniedError, match="ecs:ListClusters for account 222233334444"):
        ecs.discover(HERE, [])


def test_a_list_of_services_that_breaks_off_is_no_list(ecs: SpokeEcs, answers: Answers) -> None:
    names = [f"web-{number}" for number in range(10)]
    answers("ecs.ListServices", services("shop", *names, token="1"), refusal("AccessDeniedException", "No."))
    answers("ecs.DescribeServices", described(*(service(name) for name in names)))

    with pytest.raises(AccessDeniedError, match="ecs:ListServices for cluster shop in account 222233334444"):
        ecs.discover(HERE, ["shop"])
