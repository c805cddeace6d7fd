"""Functions that die: before or after any call, with nothing said and nothing saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class FunctionDiesError(BaseException):
    """The function is killed here; nothing may catch it."""


@dataclass(slots=True)
class Fate:
    """Decides whether the function dies before or after a call; `deaths` numbers those points."""

    deaths: frozenset[int] = frozenset()
    calls: int = 0

    def point(self) -> None:
        self.calls += 1
        if self.calls in self.deaths:
            raise FunctionDiesError


class Mortal:
    """A port at whose calls the function may die."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.point()
            result = method(*args, **kwargs)
            self._fate.point()
            return result

        return call
