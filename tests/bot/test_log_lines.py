from __future__ import annotations

import io
import json
import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO, cast

import pytest
from discord import Interaction, InteractionType, Locale

from bot import logs
from bot.config import LogFormat
from bot.current import working_on
from bot.log_lines import formatter
from bot.redaction import Redactor

SECRET = "a long secret"
log = logging.getLogger("some.library")


@pytest.fixture(autouse=True)
def _protected(logging_as_it_was: None) -> None:
    logs.protect(Redactor([SECRET]))


def lines(form: LogFormat, stream: TextIO | None = None) -> io.StringIO:
    """What the logger writes from now on."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(form, stream or written, logs.redact))
    log.handlers[:] = [handler]
    log.setLevel(logging.DEBUG)
    return written


def asked(text: str) -> Interaction[Any]:
    data = {"name": "ask", "options": [{"name": "query", "value": text}]}
    return cast(
        "Interaction[Any]",
        SimpleNamespace(extras={}, locale=Locale.french, type=InteractionType.application_command, data=data),
    )


def test_json_has_the_fields_of_a_call_and_of_the_interaction_and_no_secret() -> None:
    written = lines("json")
    with working_on(asked("moon landing")) as at:
        try:
            raise ValueError(f"no moon landing, {SECRET}")
        except ValueError:
            log.exception("%s failed\nbadly", SECRET, extra={"hits": 5, "of": [SECRET], "none": None, "level": "mine"})
    [line] = written.getvalue().splitlines()
    said = json.loads(line)
    assert said.pop("time").endswith("+00:00")
    assert said.pop("traceback").endswith("ValueError: no ***, ***")
    assert said == {
        "level": "error",
        "logger": "some.library",
        "message": "*** failed\nbadly",
        "interaction": at.reference,
        "command": "ask",
        "hits": 5,
        "of": "['***']",
        "none": None,
    }


def test_text_is_a_line_as_people_read_it() -> None:
    written = lines("text")
    log.warning("it rains")
    with working_on(asked("moon landing")) as at:
        log.info("found", extra={"hits": 5}, stack_info=True)
    first, second, *stack = written.getvalue().splitlines()
    assert first.endswith(" WARNING some.library: it rains")
    assert len(first.split(" WARNING")[0]) == len("2026-11-29 06:41:23,123")
    assert second.endswith(f" INFO some.library: found hits=5 [{at.reference} ask]")
    assert stack[0].startswith("Stack (most recent call last)")


def test_a_record_of_before_and_fields_that_another_handler_left_are_written() -> None:
    written = lines("json")
    record = logging.LogRecord("x", logging.INFO, "file", 1, "of before", (), None)
    record.message, record.asctime = "of before", "then"
    log.handle(record)
    assert json.loads(written.getvalue())["message"] == "of before"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_auto_is_text_at_a_terminal_and_in_the_journal_and_json_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def form(stream: TextIO) -> str:
        written = lines("auto", stream)
        log.info("hello")
        return "json" if written.getvalue().startswith("{") else "text"

    assert form(Terminal()) == "text"
    with (tmp_path / "journal").open("w") as stream:
        assert form(stream) == "json"
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert form(stream) == "text"
    with (tmp_path / "file").open("w") as stream:
        assert form(stream) == "json"  # a file, although systemd started the process
    assert form(cast("TextIO", SimpleNamespace(isatty=lambda: False, fileno=sys.stdin.fileno))) == "json"
