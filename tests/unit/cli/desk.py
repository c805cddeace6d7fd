"""An operator's desk: the command line over the real jobs in the world, with somebody who types."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from spot_failover.adapters.memory import InMemoryLedgers
from spot_failover.cli.hub import Hub
from spot_failover.cli.program import run
from spot_failover.cli.terminal import Terminal
from spot_failover.domain.command import CommandKind
from spot_failover.domain.identity import ServiceId
from spot_failover.domain.record import Message
from tests.unit.jobs.fleet import HUB, Fleet
from tests.unit.jobs.place import HERE

MIKA = f"arn:aws:sts::{HUB}:assumed-role/operator/mika"


@dataclass
class Written:
    """What a run left behind."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """`answers` are typed one after the other; None: nobody is there. `silent`: the hub takes nothing."""

    fleet: Fleet = field(default_factory=Fleet)
    answers: list[str] | None = None
    silent: bool = False
    sent: list[CommandKind] = field(default_factory=list)
    slept: float = 0

    def run(self, *arguments: str, **environment: str) -> Written:
        out, err = io.StringIO(), io.StringIO()
        typed = iter(self.answers or [])

        def read() -> str:
            try:
                return next(typed)
            except StopIteration:
                raise EOFError from None

        terminal = Terminal(out, err, read, self.answers is not None, self._now, self._sleep)
        hub = Hub(self.fleet.services, self.fleet.spokes, InMemoryLedgers(), self, self)
        code = run(arguments, environment, terminal, lambda _: hub)
        return Written(code, out.getvalue(), err.getvalue())

    def _now(self) -> datetime:
        return self.fleet.now + timedelta(seconds=self.slept)

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds

    # --- the port Operator ---

    def author(self) -> str:
        return MIKA

    def send(
        self, kind: CommandKind, service: ServiceId | None, author: str, reason: str, until: datetime | None
    ) -> str:
        self.sent.append(kind)
        detail = {
            "command": kind.value,
            "service_id": service.key if service else "",
            "author": author,
            "reason": reason,
            "until": until.isoformat() if until else "",
        }
        event = {
            "id": f"event-{len(self.sent)}",
            "detail-type": "Command",
            "source": "spot-failover.operator",
            "account": HUB,
            "time": self.fleet.now.isoformat(),
            "region": HERE.region,
            "detail": {name: value for name, value in detail.items() if value},
        }
        if not self.silent:
            self.fleet.hand_over([event])
        return f"event-{len(self.sent)}"

    # --- the port History ---

    def read(self, service: ServiceId, since: datetime) -> Sequence[Message]:
        return [
            message
            for message in self.fleet.outbox.sent
            if message.detail.get("service_id") == service.key and message.time >= since
        ]
