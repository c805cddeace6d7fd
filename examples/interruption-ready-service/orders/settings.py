"""What the task definition says: everything from the environment, and every mistake in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class SettingsError(ValueError):
    """The environment lacks something."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and how long they take."""

    orders_table: str
    idempotency_table: str
    queue_url: str
    catalogue_url: str
    host: str
    port: int
    drain_seconds: int
    longest_request_seconds: int
    visibility_seconds: int
    poll_seconds: int
    pulse_file: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; raises `SettingsError` with all that is wrong."""
        wrong: list[str] = []

        def text(name: str) -> str:
            if not environment.get(name):
                wrong.append(f"{name} is missing.")
            return environment.get(name, "")

        def number(name: str, least: int, most: int) -> int:
            given = text(name)
            if given and not (given.isdecimal() and least <= int(given) <= most):
                wrong.append(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
            return int(given) if given.isdecimal() else least

        settings = cls(
            orders_table=text("ORDERS_TABLE"),
            idempotency_table=text("IDEMPOTENCY_TABLE"),
            queue_url=text("QUEUE_URL"),
            catalogue_url=text("CATALOGUE_URL"),
            host=text("HOST"),
            port=number("PORT", 0, 65535),
            drain_seconds=number("DRAIN_SECONDS", 0, 110),
            longest_request_seconds=number("LONGEST_REQUEST_SECONDS", 1, 110),
            visibility_seconds=number("VISIBILITY_SECONDS", 2, 43200),
            poll_seconds=number("POLL_SECONDS", 0, 20),
            pulse_file=text("PULSE_FILE"),
        )
        if wrong:
            raise SettingsError(f"The environment of this task is wrong: {' '.join(wrong)}")
        return settings
