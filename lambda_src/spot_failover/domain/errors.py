"""What can go wrong, under one base. Messages are sentences for operators: what, where, what to do."""

from __future__ import annotations


class SpotFailoverError(Exception):
    """Any error of ours."""


class ConflictError(SpotFailoverError):
    """Someone else wrote the same item first; the pass starts over from what is there now."""


class TransientError(SpotFailoverError):
    """A fault that may pass by itself: noted on the service, tried again at the next tick."""


class ThrottledError(TransientError):
    """AWS asked us to slow down."""


class UnreachableError(TransientError):
    """AWS did not answer, or answered with a fault of its own."""


class AccessDeniedError(SpotFailoverError):
    """The spoke role cannot be assumed, or lacks a permission."""


class RefusedError(SpotFailoverError):
    """AWS understood the request and will not do it; repeating it is useless until something changes."""


class UnreadableItemError(RefusedError):
    """An item of ours does not have the form it should: someone, or another version, wrote it."""
