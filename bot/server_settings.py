"""What the moderators of a server have settled for its answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

MOST_CHANNELS = 25  # that a select of Discord's holds


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """A server's settings.

    Attributes:
        private: whether only whoever asked sees an answer; None: nobody has settled it, each command does as it always
            does.
        public_channels: ids of channels in which everybody sees the answers all the same.
        language: Discord's locale in which dates in public answers and daily posts are written; empty: what Discord
            says of the server.
        attribution: whether answers and daily posts say whose texts they show.
        feedback: whether answers have a button for those whom they do not help.
    """

    private: bool | None = None
    public_channels: tuple[int, ...] = ()
    language: str = ""
    attribution: bool = True
    feedback: bool = False

    def is_private(self, channels: Iterable[int | None], usually: bool = False) -> bool:
        """Whether only whoever asked sees an answer.

        Args:
            channels: ids of the channel and, where that is a thread, of the one that it belongs to.
            usually: what the command does where nobody has settled it.
        """
        if self.private is None:
            return usually
        return self.private and not set(channels) & set(self.public_channels)

    def for_all(self, private: bool) -> ServerSettings:
        """The settings with the same for every channel."""
        return replace(self, private=private, public_channels=())

    def public_in(self, channels: Iterable[int]) -> ServerSettings:
        """The settings with answers public in these channels alone."""
        return replace(self, private=True, public_channels=tuple(sorted(set(channels)))[:MOST_CHANNELS])


USUAL = ServerSettings()

UNKNOWN = ServerSettings(private=True)
"""What holds where nobody can tell what a server has settled: what it may want private is not shown to everybody."""
