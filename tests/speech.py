"""Texts as the bot says them to somebody."""

from __future__ import annotations

from collections.abc import Callable

from bot.language import Text, speaking


def said(locale: str, text: Text | Callable[[], str]) -> str:
    """A text, or what a function makes, for readers with one of Discord's locales."""
    with speaking(locale):
        return str(text) if isinstance(text, Text) else text()
