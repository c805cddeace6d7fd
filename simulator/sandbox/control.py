"""A client for the sandbox's control requests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from simulator.sandbox.evaluation import Decision
from simulator.sandbox.records import Evaluation

Document = dict[str, Any]
Found = TypeVar("Found")


class SandboxUnreachableError(RuntimeError):
    """No sandbox answers at the endpoint."""


class ControlRefusedError(ValueError):
    """The sandbox does not understand the request."""


@dataclass(frozen=True, slots=True)
class Control:
    """Looks into a running sandbox and changes its weather."""

    endpoint: str
    timeout: float = 30.0

    def status(self) -> Document:
        """Return version, port, time factor and how much has happened."""
        return self._get("status")

    def services(self) -> list[Document]:
        """Return each service's newest sample: running on Spot and on demand, serving, desired."""
        return self._entries("services")

    def log(self, since: int = 0) -> tuple[list[Document], int]:
        """Return the world's samples from an index on, and the index to ask for next."""
        return self._page("log", since)

    def calls(self, since: int = 0) -> tuple[list[Document], int]:
        """Return ECS calls from an index on: time, principal, action, cluster, service, error, request."""
        return self._page("calls", since)

    def deliveries(self, since: int = 0) -> tuple[list[Document], int]:
        """Return deliveries from an index on: source, target, outcome, event id, error."""
        return self._page("deliveries", since)

    def decisions(self) -> list[Evaluation]:
        """Return every IAM question that was asked, with its answer and how often."""
        return [Evaluation.from_json(entry) for entry in self._entries("decisions")]

    def denials(self) -> list[Evaluation]:
        """Return the questions that were answered with no."""
        return [evaluation for evaluation in self.decisions() if evaluation.decision is not Decision.ALLOW]

    def policies(self) -> Document:
        """Return every stored policy: `identity` and `trust` by role ARN, `resource` by resource ARN."""
        return self._get("policies")

    def metrics(self) -> list[Document]:
        """Return the sums of the metrics that functions wrote into their logs."""
        return self._entries("metrics")

    def weather(
        self,
        region: str,
        capacity: int | str | None,
        account: str | None = None,
        *,
        zone: str | None = None,
        architecture: str | None = None,
        size: str | None = None,
    ) -> Document:
        """Set how many Spot tasks a region, or a part of it, holds: a number, "drought" or "calm"."""
        pool = {"zone": zone, "architecture": architecture, "size": size}
        return self._post("weather", {"region": region, "capacity": capacity, "account": account, **pool})

    def on_demand(self, account: str, region: str, capacity: int | str | None) -> Document:
        """Set how many on-demand tasks an account may run in a region: a number, "drought" or "calm"."""
        return self._post(
            "weather", {"region": region, "capacity": capacity, "account": account, "on_demand": True}
        )

    def losses(self, *, stuck: float | None = None, unnoticed: float | None = None) -> None:
        """Set which share of Spot launches gets stuck in a drought, or of tasks goes without a notice."""
        shares = {"stuck": stuck, "unnoticed": unnoticed}
        self._post("losses", {name: share for name, share in shares.items() if share is not None})

    def interrupt(
        self,
        account: str,
        region: str,
        cluster: str,
        service: str,
        count: int = 1,
        *,
        notice: bool = True,
    ) -> list[str]:
        """Interrupt running Spot tasks of one service; returns their ARNs. Without notice they just go."""
        where = _where(account, region, cluster, service)
        tasks: list[str] = self._post("interrupt", {**where, "count": count, "notice": notice})["tasks"]
        return tasks

    def behave(self, account: str, region: str, cluster: str, service: str, **change: Any) -> Document:
        """Change how a service's containers behave, in the words of the world's `Behaviour`; returns it."""
        return self._post("behave", {**_where(account, region, cluster, service), "change": change})

    def victims(self, victims: str) -> None:
        """Say which tasks ECS stops at a scale-in: one of the world's `Victims`, such as "newest"."""
        self._post("victims", {"victims": victims})

    def demand(self, account: str, region: str, cluster: str, service: str, desired: int) -> None:
        """Let the target tracking of a service with a scalable target ask for a desired count from now on."""
        self._post("demand", {**_where(account, region, cluster, service), "desired": desired})

    def tick(self, expression: str = "rate(1 minute)") -> int:
        """Fire every enabled schedule with this expression once more; returns how many there are."""
        return int(self._post("tick", {"expression": expression})["fired"])

    def throttle(self, operation: str, count: int = 1) -> None:
        """Answer the next calls of an ECS operation with a ThrottlingException."""
        self._post("faults", {"throttle": operation, "count": count})

    def stale_reads(self, seconds: float, *, tasks: bool = False) -> None:
        """Let DescribeServices (and task calls) answer with the state of some seconds ago; 0 ends it."""
        self._post("faults", {"stale_reads": seconds, "tasks": tasks})

    def silence(self, account: str, region: str, cluster: str, service: str, seconds: float) -> None:
        """Let a service and its tasks send no event for some seconds."""
        self._post("silence", {**_where(account, region, cluster, service), "seconds": seconds})

    def events(
        self,
        *,
        copies: int = 1,
        shuffle_seconds: float = 0.0,
        delay_seconds: float = 0.0,
        lost: float = 0.0,
    ) -> None:
        """Say how the world's events from now on reach their buses; without arguments: once and at once.

        Each comes that often, all copies by the delay and each up to the shuffle later, unless it is lost: by
        a chance between 0 and 1.
        """
        self._post(
            "events",
            {
                "copies": copies,
                "shuffle_seconds": shuffle_seconds,
                "delay_seconds": delay_seconds,
                "lost": lost,
            },
        )

    def emit(self, envelope: Document) -> None:
        """Put an event on the default bus of its account and region, as its AWS service would."""
        self._post("emit", envelope)

    def clear(self) -> None:
        """Forget all records: calls, deliveries, decisions."""
        self._post("clear", {})

    def wait_for(self, look: Callable[[], Found | None], *, seconds: float, what: str) -> Found:
        """Look again and again until something is found; raises `TimeoutError` naming what was awaited."""
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() >= deadline:
                raise TimeoutError(f"Waited {seconds:g} s in vain for {what}.")
            time.sleep(0.05)

    def _entries(self, name: str) -> list[Document]:
        entries: list[Document] = self._get(name)["entries"]
        return entries

    def _page(self, name: str, since: int) -> tuple[list[Document], int]:
        page = self._get(name, {"since": since})
        return page["entries"], page["next"]

    def _get(self, name: str, arguments: Document | None = None) -> Document:
        query = f"?{urlencode(arguments)}" if arguments else ""
        return self._send("GET", f"{name}{query}")

    def _post(self, name: str, body: Document) -> Document:
        return self._send("POST", name, json.dumps(body))

    def _send(self, method: str, path: str, body: str | None = None) -> Document:
        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=self.timeout)
        try:
            connection.request(method, f"/_sandbox/{path}", body)
            response = connection.getresponse()
            answer: Document = json.load(response)
        except (OSError, HTTPException, ValueError) as error:
            raise SandboxUnreachableError(
                f"No sandbox answers at {self.endpoint} ({error}). Start one with `make sandbox`, "
                "or name its port with --port."
            ) from error
        finally:
            connection.close()
        if response.status != HTTPStatus.OK:
            raise ControlRefusedError(str(answer.get("error", answer)))
        return answer


def _where(account: str, region: str, cluster: str, service: str) -> Document:
    return {"account": account, "region": region, "cluster": cluster, "service": service}
