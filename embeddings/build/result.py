"""What a build did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did, in numbers of events.

    Attributes:
        merged: addresses and ids that turned out to be an event which another address or id stands for, and what one
            archive tells again elsewhere: in another line or bullet. An entry of an index and its page are one.
        listed: that a list names, such as Wikipedia's days of the year or the sample archive.
        from_sample: that are there because the sample archive's of before the archive's first day were added.
        rejected: pages and lines that were left out; what was read but for a part is not among them.
        is_kept: nothing was to be done, so that the index in force stays.
    """

    events: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    merged: int = 0
    rejected: int = 0
    listed: int = 0
    from_sample: int = 0
    seconds: float = 0.0
    is_kept: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result as the JSON that commands print; the rest is told to people alone."""
        people = {"listed", "from_sample", "is_kept"}
        counts = {name: value for name, value in asdict(self).items() if name not in people}
        return {**counts, "seconds": round(self.seconds, 1)}
