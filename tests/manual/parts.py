"""Which parts of the documents are made by code, and what each holds."""

from __future__ import annotations

from pathlib import Path

from tests.manual import charts, commands, flows, portal, settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def parts() -> dict[str, str]:
    """The path of each part within `docs/`, and its text."""
    drawn = {f"charts/{name}.svg": svg for name, svg in charts.drawn(DOCS / "figures.toml").items()}
    pictured = {f"pictures/{name}.svg": svg for name, svg in {**portal.drawn(), **flows.drawn()}.items()}
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    return {"commands.md": commands.page(), "settings.md": settings.page(example), **drawn, **pictured}
