"""The AWS of a hub: the clients that the shipped composition asks for, in memory.

Each call takes the time that is stated here, and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

from bench.fleet.dynamodb import DynamoDb, DynamoDbClient
from bench.fleet.usage import Book
from bench.fleet.virtual_time import VirtualTime
from simulator.backtest.ports import WorldClient
from simulator.world import World

Request = dict[str, Any]

# Seconds of one call. ECS, DynamoDB and STS are the design's; the others are ours.
LATENCIES: Final = {
    "ecs": 0.080,
    "dynamodb": 0.008,
    "sts": 0.060,
    "application-autoscaling": 0.080,
    "elbv2": 0.080,
    "ssm": 0.030,
    "sqs": 0.010,
    "events": 0.020,
    "sns": 0.020,
    "service-quotas": 0.080,
}
# What a function of 512 MB computes around one call: signing, JSON, our own rules. Ours, on the safe side.
COMPUTE: Final = 0.010
_PARAMETERS_PER_PAGE: Final = 10
# The world runs tasks by their sizes, but does not answer for their definitions.
TASK_DEFINITION: Final = {
    "taskDefinition": {
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "registry.example/app:1", "stopTimeout": 120}],
    }
}


@dataclass(frozen=True, slots=True)
class Client(WorldClient):
    """What the adapters use of a boto3 client."""

    @property
    def meta(self) -> SimpleNamespace:
        """Take what is registered for events of botocore: there are none."""
        return SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))


@dataclass(slots=True)
class Aws:
    """One AWS: the world for ECS, and for everything else what the hub has."""

    world: World
    time: VirtualTime
    send: Callable[[str, list[Request]], None]  # messages to a queue, by its URL
    book: Book = field(default_factory=Book)
    dynamodb: DynamoDb = field(default_factory=DynamoDb)
    parameters: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def session(self) -> Session:
        """Return what stands for a boto3 session with the function's own credentials."""
        return Session(self)

    def passed(self, service: str, operation: str) -> None:
        """Count a call, and let its time pass."""
        self.book.count(f"{service} {operation}")
        self.time.sleep(LATENCIES[service] + COMPUTE)


@dataclass(frozen=True, slots=True)
class Session:
    """Makes clients; those of a workload account say so by their access key."""

    _aws: Aws

    def client(
        self, service: str, *, region_name: str = "", aws_access_key_id: str = "", **_: object
    ) -> Client | DynamoDbClient:
        """Return a client of one service, for the hub's account or the one whose key is given."""
        aws = self._aws
        if service == "dynamodb":
            return aws.dynamodb.client(self._counted)
        calls: Mapping[str, Callable[[str, Request], Any]] = {
            "ecs": lambda op, request: (
                TASK_DEFINITION
                if op == "DescribeTaskDefinition"
                else aws.world.api(aws_access_key_id, region_name).call(op, request)
            ),
            "elbv2": lambda _, request: aws.world.api(aws_access_key_id, region_name).describe_target_health(
                request
            ),
            "application-autoscaling": lambda op, request: aws.world.scaling(
                aws_access_key_id, region_name
            ).call(op, request),
            "ssm": lambda _, request: self._page(aws_access_key_id, region_name, request),
            "sts": lambda _, request: self._credentials(request),
            "sqs": lambda _, request: self._sent(request),
            "events": lambda _, request: self._told(request),
            "sns": lambda _, request: self._published(request),
            "service-quotas": lambda *_: {"Quota": {"Value": 10_000.0}},
        }
        return Client(lambda op, request: self._timed(service, calls[service], op, request))

    def _timed(
        self, service: str, call: Callable[[str, Request], Any], operation: str, request: Request
    ) -> Any:  # noqa: ANN401 - JSON
        self._aws.passed(service, operation)
        return call(operation, request)

    def _counted(self, operation: str, reads: float, writes: float) -> None:
        self._aws.book.count("dynamodb read units", reads)
        self._aws.book.count("dynamodb write units", writes)
        self._aws.passed("dynamodb", operation)

    def _credentials(self, request: Request) -> Request:
        account = request["RoleArn"].split(":")[4]
        expires = self._aws.time.now + timedelta(hours=1)
        return {
            "Credentials": {
                "AccessKeyId": account,
                "SecretAccessKey": "",
                "SessionToken": "",
                "Expiration": expires,
            }
        }

    def _page(self, account: str, region: str, request: Request) -> Request:
        """Answer GetParametersByPath: ten parameters a page is all that SSM gives."""
        names = sorted(self._aws.parameters[account, region].items())
        first = int(request.get("nextToken", 0))
        upto = first + _PARAMETERS_PER_PAGE
        page: Request = {"Parameters": [{"Name": name, "Value": value} for name, value in names[first:upto]]}
        return {**page, "nextToken": str(upto)} if upto < len(names) else page

    def _sent(self, request: Request) -> Request:
        self._aws.book.count("sqs FIFO requests")
        self._aws.send(request["QueueUrl"], request["Entries"])
        return {}

    def _published(self, request: Request) -> Request:
        self._aws.book.count("sns messages", len(request["PublishBatchRequestEntries"]))
        return {}

    def _told(self, request: Request) -> Request:
        self._aws.book.count("events", len(request["Entries"]))
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in request["Entries"]]}
