"""The hub's tables, queue, bus and topic in moto, and a record of every request that was sent to AWS."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from botocore.hooks import BaseEventHooks
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from spot_failover.adapters.clients import RETRYING, hub_session

REGION = "eu-west-1"
HUB_ACCOUNT = "123456789012"  # moto's own

_numbers = count(1)


@dataclass(frozen=True)
class Request:
    """One request, as the adapter handed it to botocore."""

    action: str
    parameters: dict[str, Any]


class Aws:
    """The hub's clients. Every request is recorded, and held against botocore's model."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.session = hub_session(REGION)
        self.session.events.register("provide-client-params", self._record)
        self.dynamodb = self.session.client("dynamodb", config=RETRYING)
        self.sqs = self.session.client("sqs", config=RETRYING)
        self.events = self.session.client("events", config=RETRYING)
        self.sns: Any = self.session.client("sns", config=RETRYING)
        self.sts = self.session.client("sts", config=RETRYING)

    @property
    def hooks(self) -> list[BaseEventHooks]:
        """Where botocore's events come from: clients take over the session's hooks when they are made."""
        clients = (self.dynamodb, self.sqs, self.events, self.sns, self.sts)
        return [self.session.events, *(client.meta.events for client in clients)]

    def _record(self, params: dict[str, Any], model: OperationModel, **_: object) -> None:
        assert model.input_shape is not None
        report = ParamValidator().validate(params, model.input_shape)
        assert not report.has_errors(), report.generate_report()
        self.requests.append(Request(f"{model.service_model.service_name}:{model.name}", params))


@dataclass
class Hub:
    """One test's tables, queue, bus and topic."""

    aws: Aws
    number: int = field(default_factory=_numbers.__next__)

    def __post_init__(self) -> None:
        self.state_table = f"ecs_cp_restore_state-{self.number}"
        self.evidence_table = f"spot-failover-evidence-{self.number}"
        self._create_tables()
        self.queue_url = self.aws.sqs.create_queue(
            QueueName=f"spot-failover-work-{self.number}.fifo", Attributes={"FifoQueue": "true"}
        )["QueueUrl"]
        self.bus_arn = self.aws.events.create_event_bus(Name=f"spot-failover-{self.number}")["EventBusArn"]
        topic = self.aws.sns.create_topic(Name=f"spot-failover-alerts-{self.number}")
        self.topic_arn: str = topic["TopicArn"]
        self.aws.requests.clear()

    @property
    def requests(self) -> list[Request]:
        return self.aws.requests

    def _create_tables(self) -> None:
        self.aws.dynamodb.create_table(
            TableName=self.state_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "parent", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "parent",
                    "KeySchema": [
                        {"AttributeName": "parent", "KeyType": "HASH"},
                        {"AttributeName": "id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        self.aws.dynamodb.create_table(
            TableName=self.evidence_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "S"},
            ],
        )
