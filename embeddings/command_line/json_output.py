"""JSON on standard output, as scripts read it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from embeddings.dates import DateRange


def range_as_dict(dates: DateRange) -> dict[str, str]:
    """The days that an answer is about."""
    return {"from": dates.first.isoformat(), "to": dates.last.isoformat()}


def print_json(value: dict[str, Any]) -> None:
    """Print one object, on a line of its own."""
    # Where the output's encoding may lack letters, JSON has a way of its own to write them.
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not is_unicode))
