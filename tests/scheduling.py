"""How pytest-xdist shares the tests out: by file, but what shares an installation stays on one worker."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadFileScheduling

# The demo makes an installation of its own.
SHARING: Final = ("tests/e2e/", "tests/reliability/sandbox/")
ALONE: Final = "tests/e2e/test_demo.py"


class SharedInstallations(LoadFileScheduling):  # type: ignore[misc] # it has no types
    """Gives the tests of each of these folders, which take longest to start, to one worker as one piece."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shared = (folder for folder in SHARING if file.startswith(folder) and file != ALONE)
        return next(shared, file)
