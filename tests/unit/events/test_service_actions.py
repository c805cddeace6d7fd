from typing import Any

import pytest

from spot_failover.domain.evidence import EvidenceKind
from spot_failover.domain.identity import ServiceId
from spot_failover.events.errors import MalformedEventError, RejectedEventError, UnidentifiedServiceError
from tests.unit.events.catalogue import load, recorded
from tests.unit.events.reading import evidence_of, read, why_ignored

CHECKOUT = ServiceId("222233334444", "eu-central-1", "shop", "checkout")
OLD_ARN = "arn:aws:ecs:eu-central-1:222233334444:service/checkout"


def test_a_placement_failure_is_evidence_about_the_service_as_a_whole() -> None:
    event = load("spot-placement-failure.json")
    signal = evidence_of(event)
    assert signal.service == CHECKOUT
    assert signal.wake
    assert signal.evidence.kind is EvidenceKind.SPOT_PLACEMENT_FAILURE
    assert signal.evidence.subject == event["id"]
    assert signal.evidence.reason == "RESOURCE:FARGATE"
    assert signal.evidence.lacks_capacity
    assert not signal.evidence.drill


@pytest.mark.parametrize(
    "name",
    ["on-demand-placement-failure", "launch-type-placement-failure", "on-demand-shortage-unknown-fields"],
)
def test_a_failure_that_names_no_spot_is_on_demand_s_shortage(name: str) -> None:
    signal = evidence_of(load(f"{name}.json"))
    assert signal.service == CHECKOUT
    assert signal.wake
    assert signal.evidence.kind is EvidenceKind.ON_DEMAND_SHORTAGE
    assert signal.evidence.reason == "RESOURCE:FARGATE"
    assert signal.evidence.lacks_capacity


@pytest.mark.parametrize("providers", [..., None, []])
def test_no_provider_at_all_means_the_launch_type(providers: Any) -> None:
    event = recorded("on-demand-placement-failure", detail={"capacityProviderArns": providers})
    assert evidence_of(event).evidence.kind is EvidenceKind.ON_DEMAND_SHORTAGE


def test_a_failure_of_both_providers_is_spot_s() -> None:
    kind = evidence_of(load("spot-placement-failure-mixed-providers.json")).evidence.kind
    assert kind is EvidenceKind.SPOT_PLACEMENT_FAILURE


@pytest.mark.parametrize("name", ["mixed-providers", "old-service-arn", "unknown-fields"])
def test_the_service_is_found_however_the_failure_is_written(name: str) -> None:
    assert evidence_of(load(f"spot-placement-failure-{name}.json")).service == CHECKOUT


def test_the_cluster_is_taken_from_the_service_where_the_detail_does_not_name_it() -> None:
    assert evidence_of(recorded("spot-placement-failure", detail={"clusterArn": ...})).service == CHECKOUT


def test_an_old_arn_without_the_cluster_cannot_be_identified() -> None:
    event = recorded("spot-placement-failure", resources=[OLD_ARN], detail={"clusterArn": ...})
    with pytest.raises(UnidentifiedServiceError, match="ARN of the old format"):
        read(event)


def test_a_failure_that_names_no_service_is_malformed() -> None:
    with pytest.raises(MalformedEventError, match="names no service"):
        read(recorded("spot-placement-failure", resources=[]))


@pytest.mark.parametrize(
    "resource",
    [
        "checkout",
        "arn:aws:ecs:eu-central-1:222233334444:cluster/shop",
        "arn:aws:ecs:eu-central-1:222233334444:service/shop/checkout/more",
        "arn:aws:ecs:eu-central-1:222233334444:service/shop/a::b",
        "arn:aws:ecs:eu-central-1:12345:service/shop/checkout",
        "arn:aws:ecs:eu-central-1:22223333444\u0664:service/shop/checkout",
        "arn:aws:ecs:eu-central-1:222233334444:service/shop/checkout\n",
    ],
)
def test_what_is_not_the_arn_of_a_service_is_malformed(resource: str) -> None:
    with pytest.raises(MalformedEventError, match="ARN of an ECS service is expected"):
        read(recorded("spot-placement-failure", resources=[resource]))


@pytest.mark.parametrize("envelope", [{"account": "333344445555"}, {"region": "eu-west-1"}])
def test_an_event_from_elsewhere_than_its_service_is_rejected(envelope: dict[str, Any]) -> None:
    with pytest.raises(RejectedEventError, match="nobody may speak for another account or region"):
        read(recorded("spot-placement-failure", **envelope))


def test_a_cluster_of_another_account_is_rejected() -> None:
    cluster = "arn:aws:ecs:eu-central-1:333344445555:cluster/shop"
    with pytest.raises(RejectedEventError, match="333344445555"):
        read(recorded("spot-placement-failure", detail={"clusterArn": cluster}))


def test_a_service_and_a_cluster_that_disagree_are_rejected() -> None:
    cluster = "arn:aws:ecs:eu-central-1:222233334444:cluster/other"
    with pytest.raises(RejectedEventError, match="names two clusters"):
        read(recorded("spot-placement-failure", detail={"clusterArn": cluster}))


@pytest.mark.parametrize(
    "name",
    [
        "capacity-provider-steady-state-spot",
        "placement-failure-custom-provider",
        "placement-failure-instance-cpu",
        "service-rebalancing-started",
        "spot-placement-failure-network-interfaces",
    ],
)
def test_other_actions_ask_for_nothing(name: str) -> None:
    assert why_ignored(load(f"{name}.json")) == "This service action says nothing about Fargate's capacity."
