"""What the sandbox saw: who asked IAM for what, which ECS calls were made, what was delivered where."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from simulator.sandbox.evaluation import Decision, Question


def utc_now() -> datetime:
    """Return the wall clock's time: the sandbox lives in it, only its world is faster."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Evaluation:
    """A question with its answer, and how often it was asked."""

    question: Question
    decision: Decision
    first_at: datetime
    last_at: datetime
    count: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as JSON can hold it."""
        return {
            **self.question.to_json(),
            "decision": self.decision,
            "count": self.count,
            "first_at": self.first_at.isoformat(),
            "last_at": self.last_at.isoformat(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Evaluation:
        """Read back what `to_json` returned."""
        rest = dict(document)
        return cls(
            decision=Decision(rest.pop("decision")),
            count=rest.pop("count"),
            first_at=datetime.fromisoformat(rest.pop("first_at")),
            last_at=datetime.fromisoformat(rest.pop("last_at")),
            question=Question.from_json(rest),
        )


class Outcome(StrEnum):
    """What became of something that AWS was to deliver."""

    DELIVERED = "delivered"
    DEAD_LETTERED = "dead_lettered"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event or message on its way from a rule, schedule, topic, alarm or queue to a target."""

    source: str
    target: str
    outcome: Outcome
    event_id: str = ""
    detail_type: str = ""
    error_code: str = ""
    error_message: str = ""
    at: datetime = field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that concerns ECS services, with who made it and how it ended.

    `api` is ecs, application-autoscaling or elasticloadbalancing, as IAM's actions begin.
    """

    api: str
    principal: str
    account: str
    region: str
    action: str
    cluster: str
    service: str
    error: str
    request: dict[str, Any]
    at: datetime = field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class Records:
    """Append-only lists, safe to use from every thread. Equal questions are kept once, with a count."""

    deliveries: list[Delivery] = field(default_factory=list)
    calls: list[ApiCall] = field(default_factory=list)
    _evaluations: dict[tuple[str, Decision], Evaluation] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def evaluated(self, question: Question, decision: Decision) -> None:
        """Note a question and its answer."""
        key = (question.key(), decision)
        now = utc_now()
        with self._lock:
            known = self._evaluations.get(key)
            if known is None:
                self._evaluations[key] = Evaluation(question, decision, first_at=now, last_at=now)
            else:
                known.count += 1
                known.last_at = now

    def evaluations(self, wanted: Callable[[Evaluation], bool] = lambda _: True) -> list[Evaluation]:
        """Return the evaluations so far, oldest first."""
        with self._lock:
            return [evaluation for evaluation in self._evaluations.values() if wanted(evaluation)]

    def denials(self) -> list[Evaluation]:
        """Return what was refused."""
        return self.evaluations(lambda evaluation: evaluation.decision is not Decision.ALLOW)

    def clear(self) -> None:
        """Forget everything: a test that counts starts here."""
        with self._lock:
            self._evaluations.clear()
            self.deliveries.clear()
            self.calls.clear()


def page(entries: list[Any], since: int) -> dict[str, Any]:
    """Return entries from an index on, as JSON, with the index to ask for next."""
    chosen = entries[since:]
    return {"entries": [entry_json(entry) for entry in chosen], "next": since + len(chosen)}


def entry_json(entry: Any) -> dict[str, Any]:
    """Return a dataclass as JSON can hold it: times as ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(entry).items()
    }


def as_json(evaluations: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """Return evaluations as JSON can hold them."""
    return [evaluation.to_json() for evaluation in evaluations]
