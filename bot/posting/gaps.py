"""Which posts a store may lack: one that was restored from a backup knows nothing of those that were sent since."""

from __future__ import annotations

from bot.daily.claims import Claim

STALE_S = (
    900.0  # processes note the time every ten minutes: without a note for longer, a store was not in use, or is old
)


class Gaps:
    """What is known of the time between the store's last note and its opening.

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
        """Take the Unix time that was noted in the store before it was opened."""
        self._is_stale |= self._since - at > STALE_S

    def is_known(self, claim: Claim, opened: int, now: float) -> bool:
        """Whether the store must know of a post, had it been sent.

        A post that falls due after the opening was sent by nobody before, unless its moment was another one then.
        """
        if opened != self._opened:  # it was replaced under way, and by what cannot be told
            self._opened, self._since, self._is_stale, self._read = opened, now, True, set()
        return claim.subscription.key in self._read or (claim.due_at >= self._since and not self._is_stale)

    def close(self, claim: Claim) -> None:
        """Note that a subscription's channel has been read, or cannot be."""
        self._read.add(claim.subscription.key)
