"""What happens again and again is told once."""

from __future__ import annotations

import logging

import pytest

from bot.repeats import Once, RetriesOnce


def test_a_thing_is_new_again_only_when_its_time_is_over() -> None:
    now = 0.0
    once = Once(10, lambda: now)
    assert [once("a"), once("a"), once("b")] == [True, False, True]
    now = 9.9
    assert not once("a")
    now = 10.0
    assert once("a")


def test_it_remembers_no_more_than_it_has_room_for() -> None:
    once = Once(10, lambda: 0.0)
    assert all(once(number) for number in range(5_000))
    assert len(once._told) <= 1_000


@pytest.fixture
def logger() -> logging.Logger:
    logger = logging.Logger("discord.shard")
    logger.addFilter(RetriesOnce(Once(600, lambda: 0.0)))
    return logger


def lines(logger: logging.Logger, *calls: tuple[str, Exception | None]) -> list[str]:
    told: list[str] = []

    class _Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(self.format(record))

    logger.addHandler(handler := _Kept())
    for message, error in calls:
        try:
            if error is not None:
                raise error
            logger.error(message)
        except Exception:
            logger.exception(message)
    logger.removeHandler(handler)
    return told


def test_tries_to_connect_are_told_once_with_their_reason_and_no_traceback(logger: logging.Logger) -> None:
    first, second = (f"Attempting a reconnect for shard ID 0 in {wait}s" for wait in ("1.25", "17.50"))
    told = lines(logger, (first, OSError("no route 1")), (second, OSError("no route 2")))
    assert told == ["Attempting a reconnect for shard ID 0 in 1.25s (OSError: no route 1)"]


def test_another_reason_is_told_too(logger: logging.Logger) -> None:
    message = "Failed to connect for shard_id: 0. Retrying..."
    told = lines(
        logger, (message, OSError("no route")), (message, ValueError("no TLS")), (message, OSError("no route"))
    )
    assert [line.partition("(")[2] for line in told] == ["OSError: no route)", "ValueError: no TLS)"]


def test_every_other_line_passes_as_it_is(logger: logging.Logger) -> None:
    told = lines(logger, ("Something else", OSError("x")), ("Something else", OSError("x")), ("a", None), ("a", None))
    assert len(told) == 4
    assert "Traceback" in told[0]
