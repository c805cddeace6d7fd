"""What the command line cannot do, as a sentence for whoever typed it."""

from __future__ import annotations


class CommandLineError(Exception):
    """Nothing more can be done; the message says why and what to do."""
