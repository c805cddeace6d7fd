"""Where ports meet adapters. Everything is made when it is first needed, and kept while the function lives.

Nothing runs at import, and no client is made that the work at hand does not need.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.logging import Logger

import spot_failover
from spot_failover.adapters.clients import RETRYING, hub_session
from spot_failover.adapters.state import DynamoSpokes
from spot_failover.adapters.tables import Table
from spot_failover.adapters.times import whole_milliseconds
from spot_failover.functions.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def utc_now() -> datetime:
    """Return the time, as finely as the tables keep it."""
    return whole_milliseconds(datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the hub runs."""

    partition: str
    region: str
    account: str

    @classmethod
    def of_function(cls, arn: str) -> Place:
        """Read `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`."""
        _, partition, _, region, account, *_ = arn.split(":")
        return cls(partition, region, account)


@dataclass(frozen=True)
class Hub:
    """What all functions share."""

    settings: Settings
    place: Place

    @cached_property
    def logger(self) -> Logger:
        """The JSON log of the whole package: its modules log by name, as the standard library does."""
        logger = Logger(service=self.settings.service_name, level=self.settings.log_level)
        package = logging.getLogger(spot_failover.__name__)
        package.handlers = [logger.registered_handler]
        package.setLevel(self.settings.log_level)
        package.propagate = False
        return logger

    @cached_property
    def spokes(self) -> DynamoSpokes:
        return DynamoSpokes(self.state)

    @cached_property
    def session(self) -> boto3.Session:
        return hub_session(self.place.region)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return self.session.client("dynamodb", config=RETRYING)

    @cached_property
    def state(self) -> Table:
        return Table(self.dynamodb, self.settings.state_table)
