"""The hub's queues and functions in virtual time: the shipped composition over an AWS in memory.

Functions are warm; each copy keeps its own credentials of workload accounts, as on Lambda.
"""

from __future__ import annotations

import io
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from itertools import count
from typing import Any, Final, cast

import boto3
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from bench.fleet.aws import Aws
from bench.fleet.prices import LAMBDA_LOG_BYTES
from bench.fleet.virtual_time import VirtualTime
from simulator.sandbox.emf_metrics import data
from simulator.world import World
from spot_failover.adapters.ecs import SpokeEcs
from spot_failover.adapters.metrics import EmbeddedMetrics
from spot_failover.domain.identity import Location, ServiceId
from spot_failover.domain.metric import Detail, Metric
from spot_failover.domain.record import Operation
from spot_failover.functions.composition import Place
from spot_failover.functions.observe import Observer
from spot_failover.functions.settings import WorkSettings
from spot_failover.functions.work import Worker
from spot_failover.functions.work_composition import WorkHub

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-1"
BUS: Final = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/spot-failover"
WORK_QUEUE: Final = "work.fifo"
STATE, EVIDENCE = "state", "evidence"
SETTINGS: Final = WorkSettings(
    evidence_table=EVIDENCE,
    state_table=STATE,
    work_queue_url=WORK_QUEUE,
    log_level="INFO",
    metrics_namespace="Fargate/Failover",
    metrics_detail=Detail.FLEET,
    service_name="spot-failover",
    event_bus_arn=BUS,
    spoke_role_name="CentralSpotAutomationRole",
    external_id="spot-failover",
    operation=Operation.ACTIVE,
    alert_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:spot-failover-alerts",
    archive_days=90,
)
# The module's defaults for both functions.
MEMORY_GB: Final = 0.5
OBSERVE_AT_ONCE: Final = 10
BATCH: Final = 10
TICK: Final = json.dumps({"source": "spot-failover.hub", "detail-type": "Tick"})


@dataclass(frozen=True, slots=True)
class MetricsOfEveryDetail:
    """The port `Metrics` as it is shipped, once for each `metrics.detail`: what each would write is kept."""

    of: dict[Detail, EmbeddedMetrics] = field(
        default_factory=lambda: {
            detail: EmbeddedMetrics(SETTINGS.metrics_namespace, SETTINGS.service_name, detail)
            for detail in Detail
        }
    )

    def count(self, name: Metric, value: float = 1, of: ServiceId | Location | None = None) -> None:
        """Add to a counter."""
        for metrics in self.of.values():
            metrics.count(name, value, of)

    def measure(self, name: Metric, value: float, of: ServiceId) -> None:
        """Give a gauge's value."""
        for metrics in self.of.values():
            metrics.measure(name, value, of)

    def written(self) -> dict[Detail, str]:
        """Return the lines that go into the log now, and begin anew."""
        lines = {}
        for detail, metrics in self.of.items():
            with redirect_stdout(io.StringIO()) as log, metrics.published():
                pass
            lines[detail] = log.getvalue()
        return lines


class _Parts(WorkHub):
    """The parts of one copy of a function, over AWS in memory."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(SETTINGS, Place("aws", REGION, ACCOUNT), lambda: aws.time.now)
        self.__dict__["aws"] = aws  # the parent is frozen

    @cached_property
    def session(self) -> boto3.Session:
        return cast("boto3.Session", self._aws.session())

    @cached_property
    def metrics(self) -> EmbeddedMetrics:
        return cast("EmbeddedMetrics", MetricsOfEveryDetail())

    @cached_property
    def _ecs(self) -> SpokeEcs:
        return SpokeEcs(self._sessions, pause=self._aws.time.sleep)

    @property
    def _aws(self) -> Aws:
        return cast("Aws", self.__dict__["aws"])


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    body: str
    group: str
    sent_at: datetime

    def record(self) -> SQSRecord:
        milliseconds = str(round(self.sent_at.timestamp() * 1000))
        return SQSRecord(
            {"messageId": self.id, "body": self.body, "attributes": {"SentTimestamp": milliseconds}}
        )


@dataclass(slots=True)
class _Function:
    """A queue, the function that it feeds, and the copies of it that are idle."""

    name: str
    request: str  # what SQS bills its requests as
    at_once: int
    batch: int
    make: Callable[[], Observer | Worker]
    waiting: deque[_Message] = field(default_factory=deque)
    busy_groups: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    idle: list[Observer | Worker] = field(default_factory=list)
    running: int = 0
    most: int = 0

    def take(self) -> list[_Message]:
        """Return the next messages whose groups are free."""
        taken: list[_Message] = []
        passed: list[_Message] = []
        while self.waiting and len(taken) < self.batch:
            message = self.waiting.popleft()
            (passed if message.group in self.busy_groups else taken).append(message)
        self.waiting.extendleft(reversed(passed))
        return taken


class Hub:
    """Takes events and ticks, and does with them what the functions do."""

    def __init__(self, world: World, work_at_once: int) -> None:
        self.time = VirtualTime(world, work_at_once + OBSERVE_AT_ONCE)
        self.aws = Aws(world, self.time, self._sent)
        # The metrics that are written, each by its name and dimensions; None: nobody wants to know.
        self.metrics: dict[Detail, set[tuple[str, ...]]] | None = None
        self._ids = count()
        self._finished: dict[str, datetime] = {}
        self._observe = _Function("observe", "sqs standard requests", OBSERVE_AT_ONCE, BATCH, self._observer)
        self._work = _Function("work", "sqs FIFO requests", work_at_once, 1, self._worker)
        logs = logging.getLogger("spot_failover")
        logs.handlers, logs.propagate = [_LogBytes(self.aws)], False
        logs.setLevel(logging.INFO)

    @property
    def most_at_once(self) -> int:
        """How many copies of `work` ran at once at most since this was asked last."""
        most, self._work.most = self._work.most, self._work.running
        return most

    def event(self, body: str) -> str:
        """Take one message of the standard queues; return its id."""
        message = _Message(f"message-{next(self._ids)}", body, "", self.time.now)
        self.aws.book.count("sqs standard requests")  # EventBridge sends each by itself
        self._observe.waiting.append(message)
        self._poll(self._observe)
        return message.id

    def tick(self) -> float:
        """Take a tick; return the seconds until everything that it asked for is done."""
        self.aws.book.count("schedules")
        began = self.time.now
        tick = self.event(TICK)
        self.time.run()
        return (self._finished[tick] - began).total_seconds()

    def _observer(self) -> Observer:
        parts = _Parts(self.aws)
        clock = parts.clock
        return Observer(
            parts.evidence,
            parts.spokes,
            parts.queue,
            parts.metrics,
            drills=False,
            hub_account=ACCOUNT,
            clock=clock,
        )

    def _worker(self) -> Worker:
        parts = _Parts(self.aws)
        return Worker(parts.reconcile, parts.survey, parts.steer, parts.metrics, parts.clock)

    def _sent(self, _: str, entries: list[dict[str, Any]]) -> None:
        """Put messages into work.fifo, each deduplication id once."""
        for entry in entries:
            if entry["MessageDeduplicationId"] not in self._work.known:
                self._work.known.add(entry["MessageDeduplicationId"])
                group = entry["MessageGroupId"]
                self._work.waiting.append(
                    _Message(f"message-{next(self._ids)}", entry["MessageBody"], group, self.time.now)
                )
        self._poll(self._work)

    def _poll(self, function: _Function) -> None:
        while function.running < function.at_once and (messages := function.take()):
            handle = function.idle.pop() if function.idle else function.make()
            function.running += 1
            function.most = max(function.most, function.running)
            function.busy_groups |= {message.group for message in messages if message.group}
            self.time.start(partial(self._invoke, function, handle, messages))

    def _invoke(self, function: _Function, handle: Observer | Worker, messages: list[_Message]) -> None:
        began, book = self.time.now, self.aws.book
        for message in messages:
            handle(message.record())
            self._finish(message)
        self._log_metrics(cast("MetricsOfEveryDetail", handle.metrics).written())
        book.count("lambda requests")
        book.count(f"invocations of {function.name}")
        book.count("lambda GB-seconds", (self.time.now - began).total_seconds() * MEMORY_GB)
        book.count("log bytes", LAMBDA_LOG_BYTES)
        book.count(function.request, 2)  # received and deleted
        function.running -= 1
        function.idle.append(handle)
        function.busy_groups -= {message.group for message in messages}
        self._poll(function)

    def _log_metrics(self, lines: dict[Detail, str]) -> None:
        for detail, text in lines.items():
            self.aws.book.count(log_bytes(detail), len(text))
            if self.metrics is not None:
                named = (datum for line in text.splitlines() for datum in data(line))
                self.metrics[detail] |= {(datum.name, *datum.dimensions.values()) for datum in named}

    def _finish(self, message: _Message) -> None:
        """Note that whatever asked for this message has got so far."""
        cause = json.loads(message.body).get("cause_id", message.id)
        self._finished[cause] = self.time.now


class _LogBytes(logging.Handler):
    """Counts what the package would write to its log."""

    def __init__(self, aws: Aws) -> None:
        super().__init__()
        self._aws = aws
        self.setFormatter(LambdaPowertoolsFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self._aws.book.count("log bytes", len(self.format(record)))


def log_bytes(detail: Detail) -> str:
    """Name the bytes that the lines of metrics of a detail come to, in the book."""
    return f"log bytes of metrics, {detail}"
