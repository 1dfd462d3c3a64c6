"""A stand-in for a MediaWiki on 127.0.0.1: a month of the Current Events portal, edits, and everything that goes wrong.

    with wiki_server() as wiki:                  # a thread of its own, so that command lines can run beside it
        wiki.month()                             # 30 days of June 2021, written for these tests
        wiki.edit(dt.date(2021, 6, 3), text)     # a new revision
        wiki.answer_next(too_many(after_s=0))    # instead of the next answer
        ...
        wiki.requests                            # what was asked

Of the API it knows `action=query` with `prop=info` and `prop=revisions`, in the second format, with `continue`,
`maxlag` as a fault, at most 50 titles, and a User-Agent that is wanted. Titles are normalised where the namespace has
another name and aliases, redirects are followed, and its pages may be moved, or lie in another wiki. It checks what it
is asked: a parameter that it does not know is an error.
"""

from tests.wiki_server.faults import (
    Fault,
    break_off,
    endless,
    html,
    maxlag,
    never,
    redirect_loop,
    status,
    too_many,
    truncated,
    unavailable,
    wrong_encoding,
)
from tests.wiki_server.month import DAYS, day_items, month, page_text, title_of
from tests.wiki_server.server import Asked, WikiServer, wiki_server

__all__ = [
    "DAYS",
    "Asked",
    "Fault",
    "WikiServer",
    "break_off",
    "day_items",
    "endless",
    "html",
    "maxlag",
    "month",
    "never",
    "page_text",
    "redirect_loop",
    "status",
    "title_of",
    "too_many",
    "truncated",
    "unavailable",
    "wiki_server",
    "wrong_encoding",
]
