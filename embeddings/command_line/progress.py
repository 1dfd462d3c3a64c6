"""The progress of long work, on standard error: a bar in a terminal, elsewhere a plain line from time to time."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

PLAIN_EVERY_S = 10.0


class _RateColumn(ProgressColumn):
    """Steps a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class ProgressDisplay:
    """A context with a function that shows progress when called with (step, done, total); each step has a line."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}
        self._told = time.monotonic()

    def __enter__(self) -> ProgressDisplay:
        if self._console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                _RateColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Note that `done` of `total` are done."""
        if self._bars is not None:
            if step not in self._tasks:
                self._tasks[step] = self._bars.add_task(step, total=total)
            self._bars.update(self._tasks[step], completed=done, total=total)
            return
        now = time.monotonic()
        started = self._started.setdefault(step, now)
        if now - self._told < PLAIN_EVERY_S:
            return
        self._told = now
        if total == 1:  # a step that has no parts
            self._console.print(f"{step}: done in {now - started:,.0f} s" if done else f"{step} …", highlight=False)
            return
        rate = done / (now - started) if now > started else 0.0
        line = f"{step}: {done:,}" + ("" if total is None else f" of {total:,}")
        if rate:
            line += f", {rate:,.0f}/s"
            if total is not None:
                line += f", {(total - done) / rate:,.0f} s left"
        self._console.print(line, highlight=False)
