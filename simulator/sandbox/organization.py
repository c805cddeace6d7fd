"""Which accounts of the sandbox belong to one AWS Organization."""

from __future__ import annotations

from dataclasses import dataclass

ORGANIZATION_ID = "o-sandbox000"


@dataclass(frozen=True, slots=True)
class Organization:
    """One organization that holds every account but the outsiders."""

    id: str = ORGANIZATION_ID
    outsiders: frozenset[str] = frozenset()

    def id_of(self, account: str) -> str | None:
        """Return the organization's id if the account belongs to it."""
        return None if not account or account in self.outsiders else self.id
