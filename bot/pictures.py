"""Pictures of stories, drawn by a process of its own: the bot's never loads matplotlib, and no answer waits for it.

`Pictures` has charts drawn. `Following` sends the pictures of answers that were shown without them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from embeddings.picture.chart import Chart
from embeddings.picture.exchange import CONFIG_FOLDER, HEADER, PICTURE, to_line

COMMAND = (sys.executable, "-P", "-m", "embeddings.picture.worker")  # -P: what stands in this folder is not run instead

PATIENCE_S = 0.4  # that an answer waits for its picture, before it is shown without
_KEPT = 64  # pictures, of some 50 KB each
_WAITING = 16  # charts at most; one more goes without
_LONGEST_S = 30.0  # that a picture may take, the process's start included, before the process is ended
_IDLE_S = 600.0  # without a chart until the process is ended, and its 80 MB of memory are free again
_GOODBYE_S = 0.5  # that the process has to end by itself, before it is killed
_SENDING_S = 3.0  # that a press waits for a picture which is just being sent to the same message
_AGAIN_S = 60.0  # after a failure until the process is started again
_NEEDED = "HOME LANG LD_LIBRARY_PATH LOGNAME PATH PYTHONPATH SYSTEMROOT TEMP TMP TMPDIR USER VIRTUAL_ENV".split()

log = logging.getLogger(__name__)


class Pictures:
    """Has charts drawn, one after another; `close` last.

    The process is started for the first chart, and again for the next one when it is gone. A picture is kept under its
    chart, which holds all that the picture shows: a story that a new index changes has another one.

    Args:
        command: the command line of the worker.
        clock: seconds that only grow.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, idle_s: float = _IDLE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._command = command
        self._idle_s = idle_s
        self._clock = clock
        self._kept: OrderedDict[Chart, bytes] = OrderedDict()
        self._drawing: dict[Chart, asyncio.Task[bytes | None]] = {}
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._folder: str | None = None
        self._not_before = 0.0
        self._ending: asyncio.TimerHandle | None = None
        self._closed = False

    def kept(self, chart: Chart) -> bytes | None:
        """The picture, where it has been drawn before."""
        if chart in self._kept:
            self._kept.move_to_end(chart)
        return self._kept.get(chart)

    async def draw(self, chart: Chart) -> bytes | None:
        """The picture as a PNG; None where it cannot be drawn. Those who ask for the same one wait for it together."""
        if (png := self.kept(chart)) is not None:
            return png
        if chart not in self._drawing:
            if self._closed or len(self._drawing) >= _WAITING or self._clock() < self._not_before:
                return None
            self._drawing[chart] = asyncio.create_task(self._draw(chart))
        return await asyncio.shield(self._drawing[chart])

    async def soon(self, chart: Chart, patience_s: float = PATIENCE_S) -> bytes | None:
        """The picture, if it is there in a moment; it is drawn on in any case."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                return await self.draw(chart)
        return None

    async def close(self) -> None:
        """End the process, and wait until it is gone."""
        self._closed = True
        for task in (drawing := list(self._drawing.values())):
            task.cancel()
        await asyncio.gather(*drawing, return_exceptions=True)
        await self._end()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _draw(self, chart: Chart) -> bytes | None:
        try:
            async with self._turn:
                if self._ending is not None:
                    self._ending.cancel()
                async with asyncio.timeout(_LONGEST_S):
                    png = await self._ask(to_line(chart))
                self._ending = asyncio.get_running_loop().call_later(self._idle_s, self._let_go)
        except (OSError, EOFError, TimeoutError) as error:
            self._not_before = self._clock() + _AGAIN_S
            log.warning("a picture could not be drawn (%s); the answer goes without", error or type(error).__name__)
            await self._end()
            return None
        finally:
            self._drawing.pop(chart, None)
        if png is not None:
            self._kept[chart] = png
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return png

    async def _ask(self, line: bytes) -> bytes | None:
        """Send a chart and read its picture; None where the worker says why there is none."""
        process = await self._running()
        assert process.stdin is not None  # noqa: S101  # for the types: both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(line)
        await process.stdin.drain()
        kind, size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        answer = await process.stdout.readexactly(size)
        if kind == PICTURE:
            return answer
        log.warning("a picture could not be drawn: %s", answer.decode(errors="replace"))
        return None

    async def _running(self) -> Process:
        """The worker; a new one where there is none, or it is gone."""
        process = self._process
        if process is not None and process.returncode is None and process.stdin and not process.stdin.is_closing():
            return process
        await self._end()
        if self._folder is None:
            self._folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="dateline-pictures-")
        environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        environment |= {CONFIG_FOLDER: self._folder, "OPENBLAS_NUM_THREADS": "1"}  # threads that draw nothing
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
        )
        return self._process

    def _let_go(self) -> None:
        """Close the process's input, with which it ends."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def _end(self) -> None:
        """End the process if it runs; asyncio takes note of it, so that none is left as a zombie."""
        if self._ending is not None:
            self._ending.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await process.wait()
        except TimeoutError:  # it is drawing, or hangs
            process.kill()
            await process.wait()


@dataclass(eq=False)
class _Late:
    """A picture that follows its message."""

    task: asyncio.Task[None] | None = None
    sending: bool = False


class Following:
    """Pictures that come after their messages, unless a message has been turned to something else meanwhile."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._late: dict[int, _Late] = {}

    def follow(self, message: int, chart: Chart, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Send a picture when it is drawn; the answer goes without where it cannot be.

        Args:
            message: the id of the message that it belongs to.
        """
        late = self._late[message] = _Late()
        late.task = asyncio.create_task(self._send(message, late, chart, send))

    async def _send(self, message: int, late: _Late, chart: Chart, send: Callable[[bytes], Awaitable[None]]) -> None:
        try:
            if (png := await self._pictures.draw(chart)) is not None:
                late.sending = True
                await send(png)
        except Exception as error:  # noqa: BLE001  # the answer is there without it
            log.warning("a picture could not be added to its answer: %s", type(error).__name__)
        finally:
            if self._late.get(message) is late:
                del self._late[message]

    async def stop(self, message: int) -> None:
        """Send no picture to a message any more: it is about to show something else."""
        late = self._late.pop(message, None)
        if late is None or late.task is None:
            return
        if not late.sending:
            late.task.cancel()
        await asyncio.wait([late.task], timeout=_SENDING_S)

    async def close(self) -> None:
        """Send no more pictures, and end the process that draws them."""
        tasks = [late.task for late in self._late.values() if late.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pictures.close()
