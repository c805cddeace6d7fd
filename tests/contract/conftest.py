"""Each port twice, in memory and on AWS (moto): a test of the contract runs over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from spot_failover.adapters import memory, wakeups
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.evidence import DynamoEvidenceLog
from spot_failover.adapters.sessions import SpokeSessions
from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.adapters.wakeups import WakeUp
from spot_failover.adapters.work_queue import SqsWorkQueue
from spot_failover.jobs import ports
from tests.contract.examples import NOW
from tests.contract.hub import Aws, Hub
from tests.contract.wire import Answer, Answers, Pauses, Wire

both = pytest.fixture(params=["memory", "aws"])


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with mock_aws():
        yield Aws()


@pytest.fixture
def hub(aws: Aws) -> Hub:
    return Hub(aws)


def _hub(request: pytest.FixtureRequest) -> Hub | None:
    """Return the hub in moto where the test is about AWS."""
    if request.param == "memory":
        return None
    hub: Hub = request.getfixturevalue("hub")
    return hub


@both
def services(request: pytest.FixtureRequest) -> ports.Services:
    hub = _hub(request)
    return DynamoServices(Table(hub.aws.dynamodb, hub.state_table)) if hub else memory.InMemoryServices()


@both
def spokes(request: pytest.FixtureRequest) -> ports.Spokes:
    hub = _hub(request)
    return DynamoSpokes(Table(hub.aws.dynamodb, hub.state_table)) if hub else memory.InMemorySpokes()


@both
def evidence_log(request: pytest.FixtureRequest) -> ports.EvidenceLog:
    hub = _hub(request)
    return (
        DynamoEvidenceLog(Table(hub.aws.dynamodb, hub.evidence_table))
        if hub
        else memory.InMemoryEvidenceLog()
    )


@dataclass(frozen=True)
class Queue:
    """A work queue and its other end."""

    port: ports.WorkQueue
    take: Callable[[], list[WakeUp]]


@both
def queue(request: pytest.FixtureRequest) -> Queue:
    hub = _hub(request)
    if hub is None:
        port = memory.InMemoryWorkQueue()
        return Queue(port, port.take)
    return Queue(SqsWorkQueue(hub.aws.sqs, hub.queue_url), lambda: _received(hub))


@pytest.fixture
def sessions(hub: Hub) -> SpokeSessions:
    return SpokeSessions(
        hub.aws.session, hub.aws.sts, "aws", "CentralSpotAutomationRole", "spot-failover", lambda: NOW
    )


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def ecs(sessions: SpokeSessions, pauses: Pauses) -> SpokeEcs:
    return SpokeEcs(sessions, pauses)


@pytest.fixture
def answers(hub: Hub) -> Iterator[Answers]:
    """Give AWS's answers to one operation; the wire returned shows what was sent."""
    wires: list[Wire] = []

    def give(operation: str, *given: Answer | dict[str, Any]) -> Wire:
        prepared = [answer if isinstance(answer, Answer) else Answer(answer) for answer in given]
        wires.append(Wire(hub.aws.hooks, operation, prepared))
        return wires[-1]

    yield give
    for wire in wires:
        wire.close()


def _received(hub: Hub) -> list[WakeUp]:
    """Empty the queue."""
    taken = []
    while messages := hub.aws.sqs.receive_message(QueueUrl=hub.queue_url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in messages:
            taken.append(wakeups.parse(message["Body"]))
            hub.aws.sqs.delete_message(QueueUrl=hub.queue_url, ReceiptHandle=message["ReceiptHandle"])
    return taken
