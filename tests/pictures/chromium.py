"""Pages to PNG files with headless Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

COLOURS = 64  # of a picture; a third of the bytes of all colours, and no difference that shows
TIMEOUT_S = 60
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


class ChromiumError(Exception):
    """Chromium is missing or did not do its work; the text is for whoever asked for pictures."""


def find() -> str:
    """Where Chromium is."""
    for name in _NAMES:
        if (path := shutil.which(name)) is not None:
            return path
    raise ChromiumError(
        "the pictures need Chromium, which is not installed; "
        "on Debian and Ubuntu: apt install chromium fonts-noto-core pngquant"
    )


def take(chromium: str, html: str, width: int, png: Path, scale: int) -> None:
    """Write the picture of a page of `width` CSS pixels that says its own height in `data-height`.

    Args:
        scale: pixels of the picture to a CSS pixel.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(html, encoding="utf-8")
        dom = _run(chromium, folder, page, width, 1_000, "--dump-dom")
        found = re.search(r'data-height="(\d+)"', dom)
        if found is None:
            raise ChromiumError(f"{chromium} did not measure the page for {png}; its answer begins {dom[:200]!r}")
        png.unlink(missing_ok=True)
        _run(chromium, folder, page, width, int(found[1]), f"--screenshot={png.resolve()}", scale)
        if not png.exists():
            raise ChromiumError(f"{chromium} wrote no {png}")
    if (pngquant := shutil.which("pngquant")) is not None:
        subprocess.run(
            [pngquant, str(COLOURS), "--nofs", "--force", "--strip", "--output", png, png],
            check=True,
            timeout=TIMEOUT_S,
        )


def _run(chromium: str, folder: str, page: Path, width: int, height: int, action: str, scale: int = 1) -> str:
    with tempfile.TemporaryDirectory(dir=folder) as profile:
        done = subprocess.run(
            [
                chromium,
                *_OPTIONS,
                f"--force-device-scale-factor={scale}",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                action,
                page.as_uri(),
            ],
            capture_output=True,
            check=False,
            text=True,
            timeout=TIMEOUT_S,
        )
    if done.returncode:
        raise ChromiumError(f"{chromium} ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
