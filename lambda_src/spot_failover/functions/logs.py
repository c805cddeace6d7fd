"""The log: one JSON object a line, with whatever a module adds by `extra`.

Powertools' Logger writes the same keys, but brings with it all of Powertools: a fifth of a cold start.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import spot_failover
from spot_failover.adapters.times import to_text

# What every record has; anything else was given as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON. `service` is the hub's name, `request_id` that of the present invocation."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service
        self.request_id = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = {
            "level": record.levelname,
            "location": f"{record.name}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": to_text(datetime.fromtimestamp(record.created, UTC)),
            "service": self.service,
            "function_request_id": self.request_id,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


@dataclass(frozen=True, slots=True)
class Log:
    """The package's log: its modules log by name, as the standard library does."""

    formatter: JsonFormatter

    @classmethod
    def to_standard_output(cls, service: str, level: str) -> Log:
        """Set the package's log up; it goes nowhere else, because Lambda's own handler would repeat it."""
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(formatter := JsonFormatter(service))
        package = logging.getLogger(spot_failover.__name__)
        package.handlers = [handler]
        package.setLevel(level)
        package.propagate = False
        return cls(formatter)

    @contextmanager
    def of_invocation(self, request_id: str) -> Iterator[None]:
        """Name the invocation in every line inside."""
        self.formatter.request_id = request_id
        try:
            yield
        finally:
            self.formatter.request_id = ""
