"""The shop's catalogue: some other service over HTTP, which may be slow."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import urllib3

# One step of a job takes no longer than this: a worker that is told to leave finishes its step first.
SECONDS: Final = 10


class UnknownSkuError(LookupError):
    """The catalogue does not sell this."""


class CatalogueError(RuntimeError):
    """The catalogue does not answer, or with something else."""


class Catalogue:
    """Reads the catalogue. It keeps nothing and changes nothing: asking twice does no harm."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=SECONDS), retries=False)

    def price(self, skus: Sequence[str]) -> int:
        """Return what these cost together, in cents."""
        return int(self._ask("/prices", skus))

    def shelf(self, sku: str) -> str:
        """Return the shelf that the goods are on."""
        return self._ask("/shelves", [sku])

    def _ask(self, path: str, skus: Sequence[str]) -> str:
        try:
            answer = self._http.request("GET", self._url + path, fields=[("sku", sku) for sku in skus])
        except urllib3.exceptions.HTTPError as error:
            raise CatalogueError(f"The catalogue does not answer at {self._url}{path}.") from error
        if answer.status == HTTPStatus.NOT_FOUND:
            raise UnknownSkuError(f"The catalogue does not sell one of {', '.join(skus)}.")
        if answer.status != HTTPStatus.OK:
            raise CatalogueError(f"The catalogue answers {answer.status} at {self._url}{path}.")
        return answer.data.decode()
