"""What Discord's errors mean for the connection: which are final, and how long to wait after the others."""

from __future__ import annotations

import datetime as dt
import math
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outages import TooManyStartsError, asked_wait_s, describe, final_sentence, is_expected, kind, next_wait_s
from bot.store.errors import StoreAwayError

NOW = 1_800_000_000.0


def answered(status: int, text: str | dict[str, Any] = "", **headers: str) -> discord.HTTPException:
    """discord.py's error for an answer of Discord's."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = cast("aiohttp.ClientResponse", SimpleNamespace(status=status, reason="", headers=names))
    return discord.HTTPException(response, text)


def closed(code: int) -> discord.ConnectionClosed:
    socket = cast("aiohttp.ClientWebSocketResponse", SimpleNamespace(close_code=code))
    return discord.ConnectionClosed(socket, shard_id=0, code=code)


def hidden(error: Exception) -> Exception:
    """As discord.py hides the answer to `GET /gateway/bot`."""
    try:
        raise discord.GatewayNotFound from error
    except discord.GatewayNotFound as outer:
        return outer


FINAL = {4004: "token", 4010: "shard", 4011: "servers", 4012: "version", 4013: "intents", 4014: "intents"}


@pytest.mark.parametrize(("code", "word"), FINAL.items())
def test_the_close_codes_that_discord_calls_final_have_their_sentences(code: int, word: str) -> None:
    sentence = final_sentence(closed(code))
    assert sentence is not None
    assert word in sentence


@pytest.mark.parametrize("code", [code for code in (1000, 1001, 1006, *range(4000, 4020)) if code not in FINAL])
def test_no_other_close_code_is_final(code: int) -> None:
    assert final_sentence(closed(code)) is None


def test_a_token_that_is_refused_is_final_wherever_it_is() -> None:
    for error in (discord.LoginFailure("no"), answered(401), hidden(answered(401))):
        assert "paste the one from the developer portal" in (final_sentence(error) or "")


@given(st.integers(100, 599).filter(lambda status: status != 401))
def test_no_other_status_is_final(status: int) -> None:
    assert final_sentence(answered(status)) is None
    assert final_sentence(hidden(answered(status, {"code": 30034, "message": "no"}))) is None


@pytest.mark.parametrize("error", [KeyError("t"), TypeError(), ValueError(), StoreAwayError("away"), OSError()])
def test_nothing_else_is_final(error: Exception) -> None:
    assert final_sentence(error) is None


def test_what_is_away_needs_no_traceback_and_what_nobody_expected_does() -> None:
    for error in (OSError(), aiohttp.ClientError(), TimeoutError(), answered(503), closed(4000), StoreAwayError("")):
        assert is_expected(error)
    for surprising in (KeyError("t"), TypeError(), AttributeError(), RecursionError()):
        assert not is_expected(surprising)


@given(st.floats(0, 86_400), st.integers(1, 1_000), st.floats(0, 1))
def test_it_waits_as_long_as_discord_says_and_little_longer(asked_s: float, attempt: int, chance: float) -> None:
    for error in (discord.RateLimited(asked_s), hidden(answered(503, Retry_After=str(asked_s)))):
        wait_s = next_wait_s(error, attempt, lambda: NOW, chance=lambda: chance)
        assert asked_s <= wait_s <= max(60.0, asked_s * 1.1)


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_without_a_word_of_discords_it_waits_longer_each_time_and_a_minute_at_most(attempt: int, chance: float) -> None:
    wait_s = next_wait_s(OSError(), attempt, lambda: NOW, chance=lambda: chance)
    assert min(60.0, 2.0 ** min(attempt, 10)) / 2 <= wait_s <= min(60.0, 2.0 ** min(attempt, 10))


@given(st.integers(1, 100), st.floats(0, 1))
def test_an_address_that_is_banned_is_left_alone_for_minutes(attempt: int, chance: float) -> None:
    wait_s = next_wait_s(hidden(answered(429, "<html>")), attempt, lambda: NOW, chance=lambda: chance)
    assert 60 <= wait_s <= 900


DATES = st.builds(
    "{}{} {} {} {} {}".format,
    st.sampled_from(["", "Mon, "]),
    st.integers(-1, 99),
    st.sampled_from(["Oct", "Foo"]),
    st.integers(-1, 10**20),
    st.sampled_from(["07:28:00", "99:99:99", ""]),
    st.sampled_from(["GMT", "+99999999999999", "-0000", "+2400", ""]),
)


@given(st.text(st.characters(max_codepoint=255)) | st.floats().map(str) | st.integers().map(str) | DATES)
def test_whatever_stands_in_retry_after_the_wait_is_sound(value: str) -> None:
    wait_s = next_wait_s(answered(429, Retry_After=value), 1, lambda: NOW)
    assert math.isfinite(wait_s)
    assert 0 < wait_s <= 86_400 * 1.1


@given(st.integers(1, 100), st.floats(1, 30))
def test_a_ban_that_says_how_long_is_waited_for_that_long(attempt: int, asked_s: float) -> None:
    wait_s = next_wait_s(answered(429, "<html>", Retry_After=str(asked_s)), attempt, lambda: NOW)
    assert asked_s <= wait_s <= 60


@given(st.text())
def test_an_error_is_told_on_one_short_line(text: str) -> None:
    for error in (OSError(text), answered(400, {"message": text, "code": 5}), answered(502, f"<html>{text}")):
        line = describe(error)
        assert len(line) <= 250
        assert "\n" not in line
        assert line.startswith(type(error).__name__)
    assert "html" not in describe(answered(502, f"<html>{text}"))


def test_the_kind_of_an_error_has_no_numbers() -> None:
    assert kind(discord.RateLimited(600.14)) == kind(discord.RateLimited(3.5))
    assert kind(OSError("no route")) != kind(OSError("no name"))


def test_a_retry_after_may_be_a_date() -> None:
    moment = format_datetime(dt.datetime.fromtimestamp(NOW + 90, dt.UTC), usegmt=True)
    assert asked_wait_s(answered(503, Retry_After=moment), lambda: NOW) == 90
    assert asked_wait_s(answered(503, Retry_After=moment), lambda: NOW + 100) == 0


def test_used_up_sessions_are_waited_for() -> None:
    assert asked_wait_s(TooManyStartsError(3_600.0), lambda: NOW) == 3_600
