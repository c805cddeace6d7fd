"""How loud a message is: what people subscribe to, by the message attribute `severity` of the alert topic."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """AUDIT is kept on the bus and in the history, and told to nobody."""

    AUDIT = "audit"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
