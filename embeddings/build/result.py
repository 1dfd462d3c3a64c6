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

    def as_dict(self) -> dict[str, Any]:
        """The result as the JSON that commands print; what lists name is told to people alone."""
        counts = {name: value for name, value in asdict(self).items() if name not in {"listed", "from_sample"}}
        return {**counts, "seconds": round(self.seconds, 1)}
