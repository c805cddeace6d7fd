"""The picture of the console's page: taken where there is a browser; else it is said what to install."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tools import screenshots
from tools.screenshots import HEIGHT, MARGIN, WIDTH, ScreenshotError, take

PAGE = '<main style="height: 300px; background: #102030">Services</main>'


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_text(PAGE)
    return file


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder that programs are looked for in, beside the system's shell."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return folder


def install(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def photographer(folder: Path, name: str = "chromium") -> Path:
    """Install a browser that takes the picture of a dark page, 300 pixels tall, on a light ground."""
    picture = folder / "painted.png"
    painted = Image.new("RGB", (WIDTH, HEIGHT), "#f2f3f3")
    painted.paste("#102030", (24, 24, WIDTH - 24, 324))
    painted.save(picture)
    to = '"${each#--screenshot=}"'
    return install(
        folder, name, f'for each; do case "$each" in --screenshot=*) /bin/cp {picture} {to};; esac; done'
    )


def test_a_picture_ends_where_the_page_does(page: Path, alone: Path, tmp_path: Path) -> None:
    photographer(alone)

    take(page, tmp_path / "console.png")

    with Image.open(tmp_path / "console.png") as taken:
        assert taken.size == (WIDTH, 324 + MARGIN)
        assert taken.convert("RGB").getpixel((100, 100)) == (0x10, 0x20, 0x30)


def test_the_browser_may_be_named(
    page: Path, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", str(photographer(alone, "browser-of-mine")))

    take(page, tmp_path / "console.png")

    assert (tmp_path / "console.png").exists()


@pytest.mark.usefixtures("alone")
def test_without_a_browser_it_is_said_what_to_install(page: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ScreenshotError, match=r"There is no Chromium here\. Install one .*apt-get install chromium"
    ):
        take(page, tmp_path / "console.png")


@pytest.mark.usefixtures("alone")
def test_a_named_browser_that_is_none_is_said(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "nowhere")

    with pytest.raises(ScreenshotError, match="CHROMIUM is nowhere, which is no program"):
        take(page, tmp_path / "console.png")


def test_without_a_page_it_is_said_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ScreenshotError, match="make demo leaves it"):
        take(tmp_path / "console.html", tmp_path / "console.png")


def test_a_browser_that_fails_is_quoted_and_leaves_the_old_picture(
    page: Path, alone: Path, tmp_path: Path
) -> None:
    install(alone, "chromium", "echo 'no display' >&2; exit 7")
    (tmp_path / "console.png").write_bytes(b"old")

    with pytest.raises(ScreenshotError, match="no display"):
        take(page, tmp_path / "console.png")

    assert (tmp_path / "console.png").read_bytes() == b"old"


def test_the_program_ends_with_1_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screenshots, "PAGE", tmp_path / "missing.html")

    assert screenshots.main() == 1
    assert capsys.readouterr().err.startswith("screenshots: There is no ")


def test_the_readme_shows_the_picture() -> None:
    readme = (screenshots.ROOT / "README.md").read_text()

    assert f"({screenshots.PICTURE.relative_to(screenshots.ROOT)})" in readme
    with Image.open(screenshots.PICTURE) as taken:
        assert taken.width == WIDTH
