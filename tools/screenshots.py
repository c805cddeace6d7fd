"""Takes a picture of the console's page, as the last `make demo` left it, in headless Chromium.

Nothing here installs Chromium: where there is none, it is said what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "build" / "demo" / "console-midway.html"
PICTURE: Final = ROOT / "docs" / "console.png"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Taller than any page of the demo: what stays empty below is cut off.
WIDTH, HEIGHT = 1240, 2400
MARGIN: Final = 24
SECONDS: Final = 60.0


class ScreenshotError(Exception):
    """No picture could be taken: a sentence with what to do."""


def browser() -> str:
    """Return a Chromium: that of the variable CHROMIUM, or the first that is installed."""
    named = os.environ.get("CHROMIUM", "")
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found:
        return found
    missing = f"CHROMIUM is {named}, which is no program." if named else "There is no Chromium here."
    raise ScreenshotError(
        f"{missing} Install one (Debian: apt-get install chromium fonts-dejavu-core; macOS: brew install "
        "--cask chromium), or name yours, as in CHROMIUM=/path/to/chrome make screenshots."
    )


def take(page: Path, picture: Path) -> None:
    """Write a picture of the whole page; raises `ScreenshotError`."""
    if not page.exists():
        raise ScreenshotError(f"There is no {page}: make demo leaves it.")
    chromium = browser()
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "taken.png"
        command = [
            chromium,
            "--headless",
            "--no-sandbox",  # root, as in a container, has none; the page is ours and holds no script
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--screenshot={taken}",
            page.resolve().as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode != 0 or not taken.exists():
            raise ScreenshotError(f"{chromium} took no picture of {page}. It says: {done.stderr.strip()}")
        _without_empty_rows(Image.open(taken)).save(picture, optimize=True)


def _without_empty_rows(taken: Image.Image) -> Image.Image:
    """Cut off what stays empty below, but for a margin; 64 colours are enough, and a third of the size."""
    shown = taken.convert("RGB")
    empty = Image.new("RGB", shown.size, shown.getpixel((0, shown.height - 1)))
    box = ImageChops.difference(shown, empty).getbbox()
    bottom = min(shown.height, (box[3] if box else 0) + MARGIN)
    return shown.crop((0, 0, shown.width, bottom)).quantize(64)


def main() -> int:
    """Take the picture that the README shows; returns the exit status."""
    try:
        take(PAGE, PICTURE)
    except (ScreenshotError, subprocess.TimeoutExpired) as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    print(f"screenshots: {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
