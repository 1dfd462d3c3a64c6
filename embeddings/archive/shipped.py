"""The archive that ships with the program, as a list of events that are worth remembering.

Its pages lie in `embeddings/sample/news`, as every archive's do. The same events in one file are read in a moment, by
each build, since they are a list that counts in every index.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from embeddings.events import Event, event_json

ATTRIBUTION = "Dateline's sample archive, CC0 1.0"
LIST = "Dateline's sample archive"
"""The name of the list."""

_EVENTS = "events.jsonl"


def sample_path() -> Path:
    """The folder of the sample archive, as `read_archive` takes it."""
    return Path(str(resources.files("embeddings"))) / "sample"


def events_path() -> Path:
    """The file of its events, one a line."""
    return sample_path() / _EVENTS


@cache
def shipped_events() -> tuple[Event, ...]:
    """The sample's events as an index of it holds them, in order of time, without their links to each other."""
    return tuple(event_json().validate_json(line) for line in events_path().read_bytes().splitlines())
