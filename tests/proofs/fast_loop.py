"""An event loop whose time runs faster than the machine's, for what takes hours: real sockets, real threads."""

from __future__ import annotations

import asyncio
import selectors


class FastLoop(asyncio.SelectorEventLoop):
    """asyncio's loop where `scale` seconds pass in each second: of its timers, not of what is computed.

    Clocks that the program reads by itself (`time.monotonic`) and threads go on as ever.
    """

    def __init__(self, scale: float) -> None:
        super().__init__(_FastSelector(scale))
        self._scale = scale

    def time(self) -> float:
        """Seconds since any moment, `scale` of them in a second."""
        return super().time() * self._scale


class _FastSelector(selectors.DefaultSelector):
    """Waits a `scale`th of what it is told to wait."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self._scale = scale

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As `selectors` has it."""
        return super().select(timeout / self._scale if timeout and timeout > 0 else timeout)
