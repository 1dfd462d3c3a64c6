"""`dateline bot feedback`: what people say of answers, for whoever runs the bot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from bot.store import Store
from bot.store.address import file_of, parse
from bot.store.feedback import Feedback
from bot.store.reading import has_content
from embeddings.errors import InputError
from embeddings.text import clean, counted

NONE = "no feedback is kept; people give it by a button under answers, which a server switches on in /settings"


async def kept(url: str) -> list[Feedback]:
    """All that is kept, oldest first; raises what `Store.open` raises, and InputError if there is no store."""
    store = await _open(url)
    try:
        return await store.feedback.all()
    finally:
        await store.close()


async def delete(url: str, key: str | None) -> int:
    """Delete what is kept under a number, or everything (None); returns how many. Raises as `kept` does.

    Raises:
        InputError: if nothing is kept under the number.
    """
    store = await _open(url)
    try:
        deleted = await store.feedback.delete(key)
    finally:
        await store.close()
    if key is not None and not deleted:
        raise InputError(f"no feedback has the number {clean(key)}; `dateline bot feedback` lists what is kept")
    return deleted


def as_dict(each: Feedback) -> dict[str, Any]:
    """One as JSON has it; `at` is in UTC, `events` are ids."""
    at = dt.datetime.fromtimestamp(each.at, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"id": each.key, "at": at, "question": each.question, "events": list(each.events), "remark": each.remark}


def as_text(found: Sequence[Feedback]) -> Iterator[str]:
    """All of it for people, in lines."""
    yield counted(len(found), "answer") + " not meant so" if found else NONE
    for each in found:
        at = dt.datetime.fromtimestamp(each.at, dt.UTC)
        yield f"\n{each.key}  {at:%Y-%m-%d %H:%M} UTC  {clean(each.question)}"
        yield f"  shown: {', '.join(map(clean, each.events)) or 'nothing'}"
        if each.remark:
            yield f"  meant: {clean(each.remark)}"


async def _open(url: str) -> Store:
    file = file_of(parse(url))
    if file is not None and not has_content(file):
        raise InputError(f"there is no store in {file}, which store.url names; the bot makes it at its first start")
    return await Store.open(url)
