"""The hub as the command line reaches it: its tables to read, its bus to put commands on."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError

from spot_failover.adapters.clients import RETRYING
from spot_failover.adapters.faults import translated
from spot_failover.adapters.history import DynamoHistory
from spot_failover.adapters.ledger import DynamoLedgers
from spot_failover.adapters.state import DynamoServices, DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import to_text
from spot_failover.cli.errors import CommandLineError
from spot_failover.cli.hub import Hub
from spot_failover.domain.command import CommandKind
from spot_failover.domain.identity import ServiceId
from spot_failover.events.envelope import DetailType, Source

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sts import STSClient

_STATE_TABLE = "ecs_cp_restore_state"
_BUS = "spot-failover"


@dataclass(frozen=True, slots=True)
class AwsOperator:
    """The port `Operator`, by the operator's own credentials."""

    sts: STSClient
    events: EventBridgeClient
    bus: str

    def author(self) -> str:
        with translated("sts:GetCallerIdentity", "your credentials", denied="Sign in again."):
            return self.sts.get_caller_identity()["Arn"]

    def send(
        self, kind: CommandKind, service: ServiceId | None, author: str, reason: str, until: datetime | None
    ) -> str:
        detail = {
            "command": kind.value,
            "service_id": service.key if service else "",
            "author": author,
            "reason": reason,
            "until": to_text(until) if until else "",
        }
        denied = "You need events:PutEvents on that bus, in the hub's account and region."
        with translated("events:PutEvents", f"bus {self.bus}", denied=denied):
            answer = self.events.put_events(
                Entries=[
                    {
                        "EventBusName": self.bus,
                        "Source": Source.OPERATOR.value,
                        "DetailType": DetailType.COMMAND.value,
                        "Detail": json.dumps({name: value for name, value in detail.items() if value}),
                    }
                ]
            )
        [entry] = answer["Entries"]
        if "ErrorCode" in entry:
            raise CommandLineError(
                f"Bus {self.bus} did not take the command. AWS says {entry['ErrorCode']}: "
                f"{entry.get('ErrorMessage', 'no message')}"
            )
        return entry["EventId"]


def connect(options: argparse.Namespace) -> Hub:
    """Return the hub that the options name; nothing is called yet."""
    bus = f"{options.name_prefix}{_BUS}"
    table = options.table or f"{options.name_prefix}{_STATE_TABLE}"
    try:
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
        if session.region_name is None:
            raise CommandLineError("Which region is the hub in? Give --region, or set AWS_REGION.")
        dynamodb = session.client("dynamodb", config=RETRYING)
        operator = AwsOperator(
            session.client("sts", config=RETRYING), session.client("events", config=RETRYING), bus
        )
    except BotoCoreError as error:
        raise CommandLineError(f"{error}. Look at --profile, and at your AWS configuration.") from error
    state = Table(dynamodb, table)
    return Hub(
        services=DynamoServices(state),
        spokes=DynamoSpokes(state),
        ledgers=DynamoLedgers(state),
        # The hub names it after itself, as it does its bus.
        history=DynamoHistory(Table(dynamodb, f"{bus}-evidence")),
        operator=operator,
    )
