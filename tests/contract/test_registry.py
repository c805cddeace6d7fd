"""The adapter to Parameter Store."""

import pytest

from spot_failover.adapters.registry import SsmRegistry
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.domain.errors import AccessDeniedError, RefusedError
from spot_failover.domain.identity import Location
from spot_failover.jobs import ports
from tests.contract.examples import HERE
from tests.contract.wire import Answers, refusal

SERVICES = {
    f"/spot-failover/services/shop/web-{number:02}": f'{{"schema": {number}}}' for number in range(23)
}
OURS = {"/spot-failover/spoke": '{"contract": 1}', **SERVICES}
OTHERS = {"/spot-failover-dev/spoke": "another hub's", "/other": "not ours"}


@pytest.fixture
def registry(sessions: SpokeSessions) -> ports.Registry:
    return SsmRegistry(sessions)


def page(names: list[str], token: str = "") -> dict[str, object]:
    parameters = [{"Name": name, "Type": "String", "Value": "{}", "Version": 1} for name in names]
    return {"Parameters": parameters, **({"NextToken": token} if token else {})}


def test_all_parameters_of_the_workload_account_are_read_and_no_others(
    registry: ports.Registry, sessions: SpokeSessions
) -> None:
    for name, value in {**OURS, **OTHERS}.items():
        sessions.ssm(HERE).put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    assert registry.read(HERE) == OURS


def test_an_account_without_parameters_reads_as_empty(registry: ports.Registry) -> None:
    assert registry.read(Location("333344445555", "eu-central-1")) == {}


def test_every_page_is_asked_for_even_after_an_empty_one(registry: ports.Registry, answers: Answers) -> None:
    wire = answers(
        "ssm.GetParametersByPath", page(["/spot-failover/a"], "1"), page([], "2"), page(["/spot-failover/b"])
    )

    assert list(registry.read(HERE)) == ["/spot-failover/a", "/spot-failover/b"]
    assert wire.sent == [
        {"Path": "/spot-failover", "Recursive": True},
        {"Path": "/spot-failover", "Recursive": True, "NextToken": "1"},
        {"Path": "/spot-failover", "Recursive": True, "NextToken": "2"},
    ]


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", AccessDeniedError), ("InvalidNextToken", RefusedError)],
)
def test_a_list_that_breaks_off_is_no_list(
    registry: ports.Registry, answers: Answers, code: str, error: type[Exception]
) -> None:
    answers("ssm.GetParametersByPath", page(["/spot-failover/a"], "1"), refusal(code, "No."))

    with pytest.raises(error, match="/spot-failover in account 222233334444, region eu-central-1"):
        registry.read(HERE)
