"""What a server may answer instead of what it was asked for."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Answers in place of the wiki."""

_PIECE = b'"a long answer": "' + b" " * 2**20 + b'", '


def maxlag(after_s: int = 0) -> Fault:
    """The wiki's databases lag."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body = {"error": {"code": "maxlag", "info": "Waiting for a database: 7.5 seconds lagged.", "lag": 7.5}}
        return web.json_response(body, headers={"Retry-After": str(after_s)})

    return answer


def too_many(after_s: int | str = 0) -> Fault:
    """Status 429."""
    return status(429, {"Retry-After": str(after_s)})


def unavailable(after_s: int | str | None = 0) -> Fault:
    """Status 503."""
    return status(503, {} if after_s is None else {"Retry-After": str(after_s)})


def status(number: int, headers: dict[str, str] | None = None) -> Fault:
    """A page of HTML with some status."""

    async def answer(request: web.Request) -> web.StreamResponse:
        page = f"<html><h1>{number}</h1></html>"
        return web.Response(status=number, text=page, content_type="text/html", headers=headers)

    return answer


def html() -> Fault:
    """A page for people, such as a hotel's log-in."""
    return status(200)


def truncated() -> Fault:
    """JSON that breaks off though the connection does not."""
    return _body(b'{"batchcomplete": true, "query": {"pages": [{"pageid": 1, "ti')


def wrong_encoding() -> Fault:
    """JSON in Latin-1."""
    return _body('{"batchcomplete": true, "query": {"pages": [{"title": "Péage", "missing": true}]}}'.encode("latin-1"))


def odd(value: object) -> Fault:
    """JSON that says something else."""
    return _body(json.dumps(value).encode())


def _body(data: bytes) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=data, content_type="application/json", charset="utf-8")

    return answer


def redirect_loop() -> Fault:
    """A redirect to the same place."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": str(request.rel_url)})

    return answer


def redirect(location: str) -> Fault:
    """A redirect to another place."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": location})

    return answer


def odd_type(kind: str) -> Fault:
    """JSON that says that it is something else."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"{}", headers={"Content-Type": kind})

    return answer


def endless(*, packed: bool = False) -> Fault:
    """A gigabyte of JSON, or a tenth of it packed to next to nothing."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        piece = _PIECE
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            piece = gzip.compress(b"{" + _PIECE * 100, compresslevel=1)
        await response.prepare(request)
        try:
            for _ in range(1 if packed else 1024):
                await response.write(piece)
        except ConnectionError:
            pass  # the client has had enough
        return response

    return answer


def never() -> Fault:
    """No answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    return answer


def break_off() -> Fault:
    """The connection is closed in the middle of an answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"batchcomplete": true')
        await asyncio.sleep(0)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer
