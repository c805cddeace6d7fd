"""From a queue's message to one signal: what happened, to which service, and whether to believe it."""
