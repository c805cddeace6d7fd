"""Every link from page to page leads somewhere, to the very heading."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

REPOSITORY: Final = Path(__file__).parents[3]
_LINK: Final = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`[^`\n]*`")


def pages() -> list[Path]:
    """Return every page that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := REPOSITORY / name).is_file()]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return a page's anchors as GitHub makes them of headings, and those that it names itself."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    made: list[str] = []
    for heading in re.findall(r"^#{1,6} +(.+?)\s*$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        made.append(slug if slug not in made else f"{slug}-{made.count(slug)}")
    return frozenset(made) | frozenset(re.findall(r'<a name="([^"]+)"', text))


def links(page: Path) -> list[str]:
    text = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return [link for link in _LINK.findall(text) if not link.startswith(("http://", "https://", "mailto:"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _, anchor = link.replace("\\_", "_").partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_there_are_links_to_follow() -> None:
    """The search for links finds some, with anchors too."""
    found = [link for page in pages() for link in links(page)]
    assert sum("#" in link for link in found) > 1
    assert "modules/protected-service/README.md" in links(REPOSITORY / "README.md")


def test_an_anchor_is_made_as_github_makes_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One & two\n\n## `spot-failover-RULE-undelivered`\n\n```\n# no heading\n```\n")
    assert anchors(page) == {"one--two", "spot-failover-rule-undelivered"}
