from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest
from rich.console import Console

from embeddings.command_line.progress import ProgressDisplay


def shown(*, terminal: bool, steps: Sequence[tuple[str, int, int | None]]) -> str:
    file = io.StringIO()
    with ProgressDisplay(Console(file=file, force_terminal=terminal, width=100)) as progress:
        for step in steps:
            progress(*step)
    return file.getvalue()


class TestElsewhere:
    def test_short_work_says_nothing(self) -> None:
        assert shown(terminal=False, steps=[("reading", n, 100) for n in range(101)]) == ""

    def test_long_work_says_a_plain_line_now_and_then(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("embeddings.command_line.progress.PLAIN_EVERY_S", 0.0)
        lines = shown(terminal=False, steps=[("reading", 1_000, None), ("encoding", 1_000, 4_000)]).splitlines()
        assert len(lines) == 2
        assert re.match(r"reading: 1,000(, [\d,]+/s)?$", lines[0])
        assert re.match(r"encoding: 1,000 of 4,000(, [\d,]+/s, [\d,]+ s left)?$", lines[1])

    def test_the_rate_and_the_time_left_follow_from_the_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = iter([0.0, 0.0, 4.0, 20.0, 21.0])
        monkeypatch.setattr("embeddings.command_line.progress.time.monotonic", lambda: next(clock))
        steps = [("encoding", 0, 1_000), ("encoding", 200, 1_000), ("encoding", 800, 1_000), ("encoding", 801, 1_000)]
        assert shown(terminal=False, steps=steps) == "encoding: 800 of 1,000, 40/s, 5 s left\n"

    def test_a_step_without_parts_is_told_when_it_begins_and_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = iter([0.0, 11.0, 40.0])
        monkeypatch.setattr("embeddings.command_line.progress.time.monotonic", lambda: next(clock))
        told = shown(terminal=False, steps=[("trying", 0, 1), ("trying", 1, 1)])
        assert told == "trying …\ntrying: done in 29 s\n"

    def test_nothing_in_a_line_is_taken_for_markup(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("embeddings.command_line.progress.PLAIN_EVERY_S", 0.0)
        assert "\x1b" not in shown(terminal=False, steps=[("reading", 5, 10)])


class TestInATerminal:
    def test_each_step_has_a_bar_with_its_count(self) -> None:
        out = shown(terminal=True, steps=[("reading", 3, None), ("encoding", 1, 4), ("encoding", 4, 4)])
        last = [re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line) for line in out.replace("\r", "\n").splitlines()]
        assert any(line.startswith("reading") and "3/?" in line for line in last)
        assert any(line.startswith("encoding") and "4/4" in line for line in last)

    def test_the_cursor_comes_back_whatever_ends_the_work(self) -> None:
        file = io.StringIO()

        def work() -> None:
            with ProgressDisplay(Console(file=file, force_terminal=True)) as progress:
                progress("reading", 1, 2)
                raise ValueError("stop")

        with pytest.raises(ValueError, match="stop"):
            work()
        assert file.getvalue().count("\x1b[?25l") == file.getvalue().count("\x1b[?25h") == 1
