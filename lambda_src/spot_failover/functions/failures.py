"""What is said of a message that stays in its queue: Powertools reports it to Lambda, but does not tell why."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from spot_failover.domain.errors import SpotFailoverError


@contextmanager
def logged(logger: logging.Logger, message_id: str) -> Iterator[None]:
    """Log whatever is raised inside, and let it pass."""
    try:
        yield
    except SpotFailoverError as fault:
        logger.error("Message %s stays in its queue: %s", message_id, fault)  # noqa: TRY400 - a sentence
        raise
    except Exception:
        logger.exception(
            "Message %s stays in its queue after an error that nobody foresaw. Please report it.", message_id
        )
        raise
