"""Which posts may be missing in a store: a restored backup does not hold those that were sent after it was made."""

from __future__ import annotations

from bot.daily.claims import Claim

STALE_S = (
    900.0  # processes note the time every ten minutes: without a note for longer, a store was not in use, or is old
)


class Gaps:
    """What is known of the time between the last time noted in the store and the store's opening.

    Args:
        opened: how many times the store has been opened or went back in time.
        now: Unix time.
    """

    def __init__(self, opened: int, now: float) -> None:
        self._opened = opened
        self._since = now
        self._is_stale = False
        self._read: set[str] = set()

    def noted(self, at: float) -> None:
        """Record `at`, the last Unix time that was noted in the store before it was opened."""
        self._is_stale |= self._since - at > STALE_S

    def is_known(self, claim: Claim, opened: int, now: float) -> bool:
        """Whether the store would hold a post if it had been sent.

        Nobody can have sent a post before it was due, unless its moment was a different one then.
        """
        if opened != self._opened:  # it was replaced under way, and by what cannot be told
            self._opened, self._since, self._is_stale, self._read = opened, now, True, set()
        return claim.subscription.key in self._read or (claim.due_at >= self._since and not self._is_stale)

    def close(self, claim: Claim) -> None:
        """Note that a subscription's channel has been read, or cannot be read."""
        self._read.add(claim.subscription.key)
