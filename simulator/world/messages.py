"""The event list of a service, in ECS's words: what DescribeServices shows under `events`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from simulator.world.latencies import Latencies
from simulator.world.model import Service, Task
from simulator.world.names import new_uuid
from simulator.world.schedule import Schedule

TROUBLESHOOTING: Final = (
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
)
_TASKS_IN_A_MESSAGE: Final = 10


class Messages:
    """Writes messages, newest first.

    ECS repeats one only after six hours, or once its cause has gone and come back
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html).
    """

    def __init__(self, schedule: Schedule, random: Random, latencies: Latencies) -> None:
        self._schedule = schedule
        self._random = random
        self._latencies = latencies

    def say(self, service: Service, text: str) -> None:
        """Add a message, such as `has reached a steady state.`; the service's name is put in front."""
        message = {
            "id": new_uuid(self._random),
            "createdAt": self._schedule.now,
            "message": f"(service {service.name}) {text}",
        }
        service.messages.appendleft(message)

    def say_once(self, service: Service, text: str) -> bool:
        """Add a message unless the same cause was told before; returns whether it was added."""
        told_at = service.told.get(text)
        repeat = self._latencies.scaled(self._latencies.steady_state_repeat)
        if told_at is not None and self._schedule.now - told_at < repeat:
            return False
        service.told[text] = self._schedule.now
        self.say(service, text)
        return True

    def tasks(self, service: Service, verb: str, tasks: Sequence[Task]) -> None:
        """Say which tasks were started or stopped, ten to a message."""
        for first in range(0, len(tasks), _TASKS_IN_A_MESSAGE):
            some = tasks[first : first + _TASKS_IN_A_MESSAGE]
            listed = " ".join(f"(task {task.id})" for task in some)
            self.say(service, verb.format(count=len(some)) + f" {listed}.")
