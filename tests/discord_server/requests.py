"""What arrived over HTTP, what of it goes wrong on demand, and answers as Discord writes them."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from .errors import ApiError, FormErrors, Json, unauthorized
from .faults import Fault
from .messages import Upload

if TYPE_CHECKING:
    from .server import DiscordServer

API = "/api/v10"
# Their token is in the path, or they need none.
_WITHOUT_TOKEN = ("/interactions/", "/webhooks/", "/gateway", "/ws", "/attachments/")


@dataclass(eq=False)
class Request:
    """One request and what came of it."""

    method: str
    path: str  # below the API's base
    query: dict[str, str]
    at: float  # monotonic
    content_type: str = ""  # without its parameters; empty where there is no body
    body: object = None
    uploads: list[Upload] = field(default_factory=list)
    bot_token: str | None = None
    status: int | None = None  # None: no answer went out
    fault: str | None = None
    error: ApiError | None = None

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


RECORD = web.RequestKey("record", Request)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as exactly `application/json`: discord.py reads no other as JSON."""
    content = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(body=content, status=status, headers={"Content-Type": "application/json", **(headers or {})})


def no_content() -> web.Response:
    return web.Response(status=204)


def rate_limited(retry_after_s: float, is_global: bool = False, via: bool = True) -> web.Response:
    headers = {
        "Retry-After": str(math.ceil(retry_after_s)),
        "X-RateLimit-Scope": "global" if is_global else "user",
    }
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    if not via:  # Cloudflare's, for an address
        page = "<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare</title></head>"
        page += f"<body>Ray ID: {secrets.token_hex(8)}<br>Your IP: 203.0.113.7</body></html>"
        return web.Response(text=page, status=429, content_type="text/html", headers=headers)
    headers["Via"] = "1.1 google"
    body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": is_global}
    return answer(body, 429, headers)


def mapping(body: object) -> Json:
    """The body of a request that must be an object."""
    if isinstance(body, dict):
        return body
    errors = FormErrors()
    errors.add((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    errors.raise_any()
    raise AssertionError


async def _read(request: web.Request, record: Request) -> None:
    """Fill in body and files; a multipart body has its JSON in `payload_json`."""
    record.content_type = request.content_type if request.can_read_body else ""
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            content = bytes(await part.read())
            if part.name == "payload_json":
                record.body = json.loads(content)
            else:
                record.uploads.append(Upload(part.name or "", part.filename or "file", content))
    elif request.can_read_body:
        try:
            record.body = json.loads(await request.read())
        except ValueError:
            raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


class Front:
    """The middleware that every request passes: recording, token, rate limits, faults, errors."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self.requests: list[Request] = []
        self.unknown: list[str] = []  # routes that the server does not have
        self.failures: list[Exception] = []  # bugs of the server
        self.requests_per_s: int | None = None  # Discord: 50
        self._recent: deque[float] = deque()
        self.closing = asyncio.Event()

    @property
    def invalid_answers(self) -> int:
        """Answers for which Discord bans an address when there are 10,000 in ten minutes."""
        return sum(1 for each in self.requests if each.status in {401, 403, 429})

    @web.middleware
    async def middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        record = Request(request.method, path, dict(request.query), time.monotonic())
        authorization = request.headers.get("Authorization", "")
        record.bot_token = authorization.removeprefix("Bot ") or None
        self.requests.append(record)
        fault = self._server.faults.strike(request.method, path)
        record.fault = fault.kind if fault else None
        early = await self._early(request, record, fault)
        if early is not None:
            record.status = early.status
            return early
        response = await self._answer(request, record, handler)
        if fault is not None and fault.kind == "lost":
            self._cut(request)
            record.status = None
            return response
        if fault is not None and fault.kind == "denied":
            record.status = fault.status
            return answer({"message": f"{fault.status}: Server Error", "code": 0}, fault.status)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.delay_s)
        record.status = response.status
        self._server.changes.announce()
        return response

    async def _early(self, request: web.Request, record: Request, fault: Fault | None) -> web.StreamResponse | None:
        """The answer to a request that does not get as far as taking effect."""
        if fault is not None and fault.kind == "dropped":
            self._cut(request)
            return web.Response(status=500)
        if fault is not None and fault.kind == "hang":
            await self.closing.wait()
            self._cut(request)
            return web.Response(status=500)
        if fault is not None and fault.kind == "rate limit":
            return rate_limited(fault.delay_s, fault.is_global, fault.via)
        if fault is not None and fault.kind == "failure":
            return answer({"message": f"{fault.status}: Server Error", "code": 0}, fault.status)
        if fault is not None and fault.kind == "garbled":
            return web.Response(body=fault.body.encode(), headers={"Content-Type": "application/json"})
        retry_after_s = self._over_the_limit(record)
        return None if retry_after_s is None else rate_limited(retry_after_s, is_global=True)

    def _over_the_limit(self, record: Request) -> float | None:
        if self.requests_per_s is None or record.path.startswith(("/interactions/", "/webhooks/", "/ws")):
            return None  # answers to interactions do not count
        while self._recent and record.at - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= self.requests_per_s:
            return round(1 - (record.at - self._recent[0]), 3)
        self._recent.append(record.at)
        return None

    def _cut(self, request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()

    async def _answer(
        self, request: web.Request, record: Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            if not request.path.startswith((API, "/ws", "/attachments/")):
                raise web.HTTPNotFound
            if not record.path.startswith(_WITHOUT_TOKEN) or record.path == "/gateway/bot":
                self._check_token(record)
            await _read(request, record)
            request[RECORD] = record
            return await handler(request)
        except ApiError as error:
            record.error = error
            self._server.changes.announce()
            return answer(error.body(), error.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            self.unknown.append(record.route)
            return answer({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)
        except Exception as error:  # noqa: BLE001 - whatever it is, `check` raises it
            self.failures.append(error)
            return answer({"message": "500: Internal Server Error", "code": 0}, 500)

    def _check_token(self, record: Request) -> None:
        if record.bot_token != self._server.token:
            raise unauthorized()
