"""What MkDocs asks while it makes the site: the pages at the top of the repository become pages of the site.

MkDocs knows only the files in `docs/`. Links are written as they lead on a disk; here they are turned to where the
pages are on the site: README.md is its first page.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

TOP = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "PRIVACY.md": "PRIVACY.md",
    "SECURITY.md": "SECURITY.md",
}
"""The pages at the top, and what they are called on the site."""

# The address of a link or picture in Markdown or HTML, without an anchor.
_ADDRESS = re.compile(r'(?P<before>\]\(<?|\bsrc="|\bhref=")(?P<address>(?![a-z]+:)[^)>"#\s]+)')


def on_files(files: Any, config: Any) -> Any:
    """Add the pages at the top. MkDocs calls this with its files and its settings."""
    from mkdocs.structure.files import File

    root = Path(config.config_file_path).parent
    for name, place in TOP.items():
        files.append(File.generated(config, place, content=(root / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Turn the links of a page. MkDocs calls this with the text of each."""
    return turned(markdown, page.file.src_uri)


def turned(markdown: str, place: str) -> str:
    """The text of a page with its links turned.

    Args:
        place: the page's path on the site.
    """
    at_top = place in TOP.values()
    folder = "" if at_top else posixpath.dirname(posixpath.join("docs", place))

    def turn(found: re.Match[str]) -> str:
        on_disk = posixpath.normpath(posixpath.join(folder, found["address"]))
        on_site = TOP.get(on_disk) or on_disk.removeprefix("docs/")
        return found["before"] + posixpath.relpath(on_site, posixpath.dirname(place) or ".")

    return _ADDRESS.sub(turn, markdown)
