"""A contender that does nothing: rivals override what they do."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import override

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.rivals.readings import Envelope
from simulator.world import ServiceKey


class Rival:
    """One service for each spec, and nobody who listens or looks."""

    name: str

    def event(self, envelope: Envelope, now: datetime) -> None:
        """Take one event."""

    def work(self, now: datetime) -> None:
        """Act on the events of a moment."""

    def tick(self, now: datetime) -> None:
        """Do what is done each minute."""

    def quiet(self, now: datetime) -> bool:  # noqa: ARG002 - those who look each minute need it
        """Whether ticks may be left out: they may, where a rival has none."""
        return True

    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        """Return the services that serve a spec."""
        return (spec.key,)

    @property
    def counts(self) -> Counts:
        """What it did so far."""
        return Counts()


class TwinRival(Rival):
    """A Spot service for each spec, and an on-demand twin beside it."""

    @override
    def keys(self, spec: ServiceSpec) -> tuple[ServiceKey, ...]:
        return spec.key, spec.standby_key
