"""A client of MediaWiki's API that asks for the last revisions of pages, one request after the other.

It keeps to https://www.mediawiki.org/wiki/API:Etiquette: 50 titles a request, `maxlag`, a User-Agent that names the
program and a contact, gzip, no two requests at once, and waiting where the server asks for it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from yarl import URL

from embeddings.errors import WikiError
from embeddings.text import clean, shorten
from embeddings.wiki.replies import PageState, Refusal, Reply, WikiPage, destination, read_reply

TITLES = 50  # a request: what MediaWiki allows who is not logged in
LARGEST_ANSWER = 64 * 2**20  # bytes, unpacked; MediaWiki itself stops at 8 MiB of text ($wgAPIMaxResultSize)
TRIES = 6  # of one request
LONGEST_WAIT_S = 300.0  # that a server may ask for
LONGEST_TOLD_S = 10**9  # 30 years; a header may hold any number
REDIRECTS = 5
MAX_LAG_S = 5  # of the wiki's databases, above which it wants to be left alone; what the etiquette recommends

_TIMEOUT = aiohttp.ClientTimeout(total=120.0, sock_connect=20.0, sock_read=60.0)
_COMMON = {"action": "query", "format": "json", "formatversion": "2", "redirects": "1", "maxlag": str(MAX_LAG_S)}
_PASSING = ("maxlag", "ratelimited", "readonly")  # codes of errors that end by themselves
_MOST_ANSWERS = 2 * TITLES  # to one query: each brings at least one page

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class _PassingError(WikiError):
    """The same request may succeed later.

    Attributes:
        after_s: the seconds that the server asks to wait, if it does.
    """

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


@cache
def user_agent(contact: str) -> str:
    """The User-Agent header: the program's name, and an address (mail or web) at which its operator can be reached."""
    return f"Dateline/{version('dateline')}" + (f" ({contact})" if contact else "")


class WikiClient:
    """Asks one wiki.

    Args:
        api: the address of its api.php.
        sleep: a function that waits some seconds.
    Attributes:
        requests: how many requests were sent.
    """

    def __init__(self, session: aiohttp.ClientSession, api: str, sleep: Sleep = asyncio.sleep) -> None:
        self._session = session
        self._api = api
        address = URL(api)
        self._shown, self._host = str(address.with_user(None)), _host(address)  # a password there is nobody's business
        self._sleep = sleep
        self.requests = 0

    @property
    def host(self) -> str:
        """The host that is asked, and the port where it is not the usual one."""
        return self._host

    @property
    def usual_place(self) -> str:
        """Part of an error's sentence: the two addresses at which wikis usually have their api.php, on this host."""
        origin = URL(self._shown).origin()
        return f"api.php is usually at {origin}/w/api.php or {origin}/api.php"

    async def page_states(self, titles: Sequence[str]) -> dict[str, PageState]:
        """What the wiki says of each title, whether or not there is such a page; cheap.

        Titles are normalised and redirects followed by the wiki. Of what its answers do not tell of, nothing is known.

        Raises:
            WikiError: if the wiki cannot be reached, or its answer cannot be used.
        """
        found: dict[str, PageState] = {}
        for some in _batches(titles):
            states, names = dict[str, PageState](), _Names()
            async for answer in self._query({"prop": "info", "titles": "|".join(some)}):
                states |= answer.states
                names.add(answer)
            for title in some:
                there, redirected, section = names.destination(title)
                if there in states:
                    found[title] = replace(states[there], redirected=redirected, section=section)
        return found

    async def pages(self, titles: Sequence[str]) -> AsyncIterator[tuple[WikiPage, ...]]:
        """The pages that exist and whose text the wiki does not hide, in the order of the answers.

        Each comes under the title that it was asked for by; no two titles may lead to one page.

        Raises:
            WikiError: if the wiki cannot be reached, or its answer cannot be used.
        """
        wanted = {"prop": "revisions", "rvslots": "main", "rvprop": "content|ids|timestamp"}
        for some in _batches(titles):
            names = _Names()
            async for answer in self._query({**wanted, "titles": "|".join(some)}):
                names.add(answer)
                asked = {names.destination(title)[0]: title for title in some}
                yield tuple(replace(page, title=asked[page.title]) for page in answer.pages if page.title in asked)

    async def _query(self, parameters: Mapping[str, str]) -> AsyncIterator[Reply]:
        continuation: dict[str, str] = {}
        for _ in range(_MOST_ANSWERS):
            answer = await self._ask({**_COMMON, **parameters, **continuation})
            yield answer
            if not answer.continuation:
                return
            if answer.continuation == continuation:
                break
            continuation = answer.continuation
        raise WikiError(
            f"{self._host} never finishes answering one query, as each answer announces another; "
            f"check that {self._shown} is the API of a wiki"
        )

    async def _ask(self, parameters: Mapping[str, str]) -> Reply:
        """Send one request, and repeat it if that may help."""
        tries = AsyncRetrying(
            retry=retry_if_exception_type(_PassingError),
            wait=_wait_s,
            stop=stop_after_attempt(TRIES),
            sleep=self._sleep,
            reraise=True,
        )
        return await tries(self._ask_once, parameters)

    async def _ask_once(self, parameters: Mapping[str, str]) -> Reply:
        self.requests += 1
        try:
            async with self._session.get(
                self._api, params=parameters, max_redirects=REDIRECTS, middlewares=(_staying(self._api),)
            ) as response:
                after_s = self._asked_to_wait_s(response)
                if response.status == 429 or response.status >= 500:
                    raise _PassingError(f"{self._host} answers with status {response.status}", after_s)
                data = await self._body(response, parameters)
        except aiohttp.TooManyRedirects as error:
            raise WikiError(
                f"{self._host} redirects more than {REDIRECTS} times; give the final address of the wiki's api.php"
            ) from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise WikiError(
                f"{self._host} redirects to what is not a web address; give the final address of the wiki's api.php"
            ) from error
        except TimeoutError as error:
            raise _PassingError(f"{self._host} does not answer in time; try again later") from error
        except (aiohttp.ClientError, OSError) as error:
            why = shorten(clean(str(error)), 150) or type(error).__name__
            raise _PassingError(f"{self._host} cannot be reached, or breaks off ({why}); try again later") from error
        try:
            answer = read_reply(data)
        except ValueError as error:
            raise WikiError(
                f"{self._host} was asked for {_asked_for(parameters)} in JSON, but its answer {error}; try again later "
                f"or name another address: {self.usual_place}"
            ) from error
        if isinstance(answer, Refusal):
            if answer.code in _PASSING or answer.code.startswith("internal_api_error"):
                raise _PassingError(f"{self._host} answers {answer}; try again later", after_s)
            raise WikiError(
                f"{self._host} refuses the query ({answer}); "
                f"check that {self._shown} is the API of a wiki that anybody may read"
            )
        return answer

    def _asked_to_wait_s(self, response: aiohttp.ClientResponse) -> float | None:
        """The seconds to wait by the header Retry-After, which holds seconds or a date."""
        text = response.headers.get("Retry-After")
        if text is None:
            return None
        if text.isdecimal():
            seconds = float(text)
        else:
            try:
                seconds = (parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)).total_seconds()
            except (ValueError, TypeError, OverflowError):
                return None
        if seconds > LONGEST_WAIT_S:
            wait_s = min(seconds, LONGEST_TOLD_S)
            raise WikiError(f"{self._host} asks to be left alone for {wait_s:,.0f} s; try again after that")
        return max(0.0, seconds)

    async def _body(self, response: aiohttp.ClientResponse, parameters: Mapping[str, str]) -> bytes:
        asked = f"when asked for {_asked_for(parameters)}"
        if response.status != 200:
            hint = f"name the address of the wiki's api.php: {self.usual_place}"
            if response.status == 403:
                hint = "it may want a User-Agent with a contact (the setting archive.contact)"
            raise WikiError(f"{self._host} answers with status {response.status}, expected 200, {asked}; {hint}")
        if response.content_type != "application/json":
            kind = shorten(clean(response.content_type), 60)
            raise WikiError(
                f"{self._host} answers with {kind}, expected application/json, {asked}; "
                f"name the address of the wiki's api.php: {self.usual_place}"
            )
        body = bytearray()
        announced = response.content_length or 0
        async for piece in response.content.iter_chunked(2**16):
            body += piece
            if max(announced, len(body)) > LARGEST_ANSWER:
                raise WikiError(
                    f"{self._host} answers with more than {LARGEST_ANSWER / 2**20:,.0f} MiB, expected 8 at most; "
                    "see whether its address is that of a wiki's api.php"
                )
        return bytes(body)


def _staying(api: str) -> aiohttp.ClientMiddlewareType:
    """A middleware that follows redirects only within the host that the operator named.

    Scheme and port must stay the same, except that http may become https: another host is not one that the operator
    chose, and what was asked encrypted must not be asked in the clear.
    """
    last = URL(api)

    async def stay(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        nonlocal last
        if not _may_follow(last, request.url):
            where = shorten(clean(str(request.url.origin())), 100)
            raise WikiError(
                f"{_host(last)} redirects to {where}, where nothing is fetched; name the wiki's api.php there"
            )
        last = request.url
        return await handler(request)

    return stay


def _host(address: URL) -> str:
    """The host, and the port if it is not the usual one."""
    return address.host_port_subcomponent or ""


def _may_follow(last: URL, following: URL) -> bool:
    if last.host != following.host:
        return False
    if (last.scheme, following.scheme) == ("http", "https"):
        return True
    return (last.scheme, last.port) == (following.scheme, following.port)


class _Names:
    """What the answers to one query say of the titles that were asked for; not each may repeat it."""

    def __init__(self) -> None:
        self._renamed: dict[str, str] = {}
        self._redirects: dict[str, tuple[str, bool]] = {}

    def add(self, answer: Reply) -> None:
        self._renamed |= answer.renamed
        self._redirects |= answer.redirects

    def destination(self, title: str) -> tuple[str, bool, bool]:
        return destination(title, self._renamed, self._redirects)


def _batches(titles: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(titles), TITLES):
        yield titles[start : start + TITLES]


def _asked_for(parameters: Mapping[str, str]) -> str:
    """Which titles a query asks for."""
    first, *others = parameters["titles"].split("|")
    return shorten(first, 100) + (f" and {len(others)} more" if others else "")


def _wait_s(state: RetryCallState) -> float:
    """As long as the server asks, else longer each time; with a random part, so that not all come back at once."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _PassingError) and error.after_s is not None:
        return error.after_s + random.uniform(0, 0.2)  # noqa: S311  # spreads the tries
    return wait_random_exponential(multiplier=1, max=60)(state)


@asynccontextmanager
async def wiki_client(api: str, contact: str, sleep: Sleep = asyncio.sleep) -> AsyncIterator[WikiClient]:
    """A client with connections of its own.

    Args:
        contact: address (mail or web) of the person who runs the program.
    """
    headers = {"User-Agent": user_agent(contact), "Accept": "application/json", "Accept-Encoding": "gzip"}
    async with aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session:
        yield WikiClient(session, api, sleep)
