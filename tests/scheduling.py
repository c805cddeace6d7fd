"""How pytest-xdist shares the tests out: by file, but what shares an installation stays on one worker."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadFileScheduling

SHARING: Final = ("tests/e2e/", "tests/reliability/sandbox/")
# These make installations of their own.
ALONE: Final = frozenset(f"tests/e2e/test_{name}.py" for name in ("demo", "examples", "newcomer"))


class SharedInstallations(LoadFileScheduling):  # type: ignore[misc] # it has no types
    """Gives the tests of each of these folders, which take longest to start, to one worker as one piece."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shared = (folder for folder in SHARING if file.startswith(folder) and file not in ALONE)
        return next(shared, file)
