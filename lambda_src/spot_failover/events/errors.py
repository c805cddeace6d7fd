"""What can be wrong with an event. Every message is a sentence: what, where, and what to do about it."""

from __future__ import annotations

from spot_failover.domain.errors import SpotFailoverError

_QUOTED_LENGTH = 120


class EventError(SpotFailoverError):
    """The event cannot be used; sending the same event again would not help."""


class MalformedEventError(EventError):
    """The message is not what AWS sends: broken JSON, another shape, or a field missing that all have."""


class UnidentifiedServiceError(EventError):
    """The event is about a service, but does not say enough to tell which."""


class RejectedEventError(EventError):
    """The sender may not say this: it names another account's service, or is a drill where none are taken."""


def quoted(value: object) -> str:
    """Return the value as one line of printable text, cut to a length that suits a log."""
    text = ascii(value)
    return text if len(text) <= _QUOTED_LENGTH else f"{text[:_QUOTED_LENGTH]}…"
