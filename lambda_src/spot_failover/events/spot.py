"""How ECS words the lack of Fargate capacity, in whichever event it says so."""

from __future__ import annotations

# "Capacity is unavailable at this time. Please try again later or in a different availability zone" is what
# ECS says when Fargate has none; RESOURCE:FARGATE is how a placement failure puts it.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
NO_CAPACITY = ("Capacity is unavailable", "ResourcesNotAvailable", "RESOURCE:FARGATE")


def names_lack_of_capacity(reason: str | None) -> bool:
    """Whether the reason says, anywhere in it, that there was no capacity."""
    return reason is not None and any(words in reason for words in NO_CAPACITY)
