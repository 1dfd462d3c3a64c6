"""`python -m tests.manual`: write every part of the documents that is made by code."""

from __future__ import annotations

import sys

import click

from tests.manual.parts import DOCS, parts


def main() -> int:
    """Write the parts that are not as they should be, and name them; returns the exit status."""
    for name, text in parts().items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(f"docs/{name} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
