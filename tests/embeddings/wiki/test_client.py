from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Iterator
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from embeddings.errors import WikiError
from embeddings.wiki.client import LONGEST_WAIT_S, TRIES, WikiClient, _may_follow, wiki_client
from embeddings.wiki.replies import PageState, Refusal, Reply, WikiPage, destination, read_reply
from tests.wiki_server import (
    DAYS,
    Fault,
    WikiServer,
    break_off,
    endless,
    html,
    maxlag,
    redirect_loop,
    status,
    title_of,
    too_many,
    truncated,
    unavailable,
    wiki_server,
    wrong_encoding,
)
from tests.wiki_server.faults import odd, odd_type, redirect

TITLES = [title_of(day) for day in DAYS]


@pytest.fixture
def wiki() -> Iterator[WikiServer]:
    with wiki_server() as wiki:
        wiki.month()
        yield wiki


@pytest.fixture
def waited() -> list[float]:
    """The seconds that the client waited for, which pass at once."""
    return []


@pytest.fixture
async def client(wiki: WikiServer, waited: list[float]) -> AsyncIterator[WikiClient]:
    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with wiki_client(wiki.api, "mail@example.org", sleep) as client:
        yield client


async def all_pages(client: WikiClient, titles: list[str]) -> list[WikiPage]:
    return [page async for pages in client.pages(titles) for page in pages]


async def test_the_page_states_come_for_fifty_titles_a_request(wiki: WikiServer, client: WikiClient) -> None:
    later = [title_of(DAYS[-1] + dt.timedelta(days=number)) for number in range(1, 91)]
    found = await client.page_states([*TITLES, *later])
    assert list(found) == [*TITLES, *later]
    assert [title for title, state in found.items() if state.revision is not None] == TITLES
    assert [len(request.titles) for request in wiki.requests] == [50, 50, 20]
    assert client.requests == 3


async def test_pages_come_with_text_revision_and_time_and_missing_ones_do_not(
    wiki: WikiServer, client: WikiClient
) -> None:
    wiki.delete(DAYS[3])
    pages = await all_pages(client, TITLES)
    assert [page.title for page in pages] == [title for title in TITLES if title != TITLES[3]]
    assert pages[0].text == wiki.text(DAYS[0])
    assert pages[0].revision == (await client.page_states(TITLES[:1]))[TITLES[0]].revision
    assert pages[0].edited.tzinfo is not None


async def test_what_does_not_fit_into_one_answer_is_asked_for_until_it_is_there(waited: list[float]) -> None:
    with wiki_server(per_answer=8) as wiki:
        wiki.month()
        async with wiki_client(wiki.api, "") as client:
            pages = await all_pages(client, TITLES)
        assert [page.title for page in pages] == TITLES
        assert len(wiki.requests) == 4


async def test_a_page_whose_text_is_hidden_does_not_come(wiki: WikiServer, client: WikiClient) -> None:
    wiki.edit(DAYS[0], None)
    assert [page.title for page in await all_pages(client, TITLES[:2])] == TITLES[1:2]


async def test_it_says_who_it_is_and_asks_for_maxlag(wiki: WikiServer, client: WikiClient) -> None:
    await client.page_states(TITLES)
    [asked] = wiki.requests
    assert re.fullmatch(r"Dateline/[\d.]+ \(mail@example\.org\)", asked.user_agent)
    assert asked.parameters["maxlag"] == "5"


# What a site may call the namespace; the titles that are asked for begin with an alias of it.
NAMESPACES = (
    "Portal Portail Portál Portale Portaal Портал Портфель 포털 ポータル 主题 Πύλη פורטל بوابة Värav Dyarbakir Pòrtal "
    "Portal_talk Project Wikipedia P"
).split()


@pytest.mark.parametrize("moves", ["none", "one", "two"])
async def test_pages_are_found_under_whatever_title_the_wiki_has_them(client: WikiClient, moves: str) -> None:
    right = 0
    names = {"none": NAMESPACES, "one": NAMESPACES[::4], "two": NAMESPACES[2::4]}[moves]
    for name in names:
        with wiki_server(per_answer=8) as wiki:
            wiki.month()
            wiki.name_namespace(name, "Portal")
            if moves != "none":
                wiki.move(DAYS[4], f"{name}:Events of the day/5.6.2021")
            if moves == "two":
                wiki.move(DAYS[4], f"{name}:Events/2021-06-05")
                wiki.move(DAYS[29], f"{name}:Current events/2021 June 30 (old)")
            async with wiki_client(wiki.api, "") as other:
                states = await other.page_states(TITLES)
                pages = await all_pages(other, TITLES)
            assert list(states) == TITLES
            assert {page.title: page.revision for page in pages} == {
                title: state.revision for title, state in states.items()
            }
            assert {page.title: page.text for page in pages} == {title_of(day): wiki.text(day) for day in DAYS}
            assert [title for title, state in states.items() if state.redirected] == {
                "none": [], "one": [TITLES[4]], "two": [TITLES[4], TITLES[29]]
            }[moves]  # fmt: skip
            right += 1
    assert right == len(names) >= 5
    assert len(NAMESPACES) == 20


async def test_of_a_title_that_leads_to_another_wiki_or_that_is_none_nothing_is_said(
    wiki: WikiServer, client: WikiClient
) -> None:
    wiki.answer_next(odd({"batchcomplete": True, "query": {"pages": [{"title": TITLES[0], "invalid": True}]}}))
    assert await client.page_states(TITLES[:1]) == {}
    wiki.lead_portal_elsewhere()
    assert await client.page_states(TITLES) == {}


async def test_a_redirect_to_nothing_in_a_circle_or_to_a_part_of_a_page_is_told_apart(
    wiki: WikiServer, client: WikiClient
) -> None:
    wiki.redirect(DAYS[0], "Portal:Nothing")
    wiki.redirect(DAYS[1], TITLES[1])
    wiki.write("Portal:Events in June", "*It rains.")
    wiki.redirect(DAYS[2], "Portal:Events in June#3")
    states = await client.page_states(TITLES[:4])
    assert states[TITLES[0]] == PageState("Portal:Nothing", 100, None, redirected=True)
    assert states[TITLES[1]].title == TITLES[1]
    assert (states[TITLES[2]].title, states[TITLES[2]].section) == ("Portal:Events in June", True)
    assert (states[TITLES[3]].title, states[TITLES[3]].redirected) == (TITLES[3], False)


NAMES = st.sampled_from("abcdef")


@given(
    NAMES,
    st.dictionaries(NAMES, NAMES, max_size=6),
    st.dictionaries(NAMES, st.tuples(NAMES, st.booleans()), max_size=6),
)
def test_redirects_end_wherever_they_lead(
    title: str, renamed: dict[str, str], redirects: dict[str, tuple[str, bool]]
) -> None:
    there, redirected, _ = destination(title, renamed, redirects)
    first = renamed.get(title, title)
    if there not in redirects:
        assert redirected is (there != first)
    else:  # in a circle
        step = redirects[there][0]
        while step != there:
            step = redirects[step][0]


def test_a_title_that_is_not_in_normal_form_comes_back_encoded() -> None:
    renamed = {"fromencoded": True, "from": "Portal%3ACafe%CC%81", "to": "Portal:Café"}
    reply = read_reply(json.dumps({"batchcomplete": True, "query": {"normalized": [renamed]}}).encode())
    assert isinstance(reply, Reply)
    assert reply.renamed == {"Portal:Cafe\u0301": "Portal:Café"}


@pytest.mark.parametrize("fault", [html(), status(404), status(301), truncated(), odd([]), odd({"hello": "world"})])
async def test_a_wrong_address_is_told_with_what_was_asked_and_where_it_usually_is(
    wiki: WikiServer, client: WikiClient, fault: Fault
) -> None:
    wiki.answer_next(fault)
    origin = str(URL(wiki.api).origin())
    with pytest.raises(WikiError) as caught:
        await client.page_states(TITLES)
    assert "asked for Portal:Current events/2021 June 1 and 29 more" in str(caught.value)
    assert str(caught.value).endswith(f"api.php is usually at {origin}/w/api.php or {origin}/api.php")


@pytest.mark.parametrize("fault", [maxlag(7), too_many(7), unavailable(7)])
async def test_it_waits_as_long_as_it_is_asked_to_and_a_little_more(
    wiki: WikiServer, client: WikiClient, waited: list[float], fault: Fault
) -> None:
    wiki.answer_next(fault, fault)
    assert len(await client.page_states(TITLES)) == 30
    assert len(waited) == 2
    assert all(7 <= seconds < 8 for seconds in waited)
    assert client.requests == 3


async def test_a_moment_to_wait_for_is_understood_too(
    wiki: WikiServer, client: WikiClient, waited: list[float]
) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    wiki.answer_next(unavailable(format_datetime(soon, usegmt=True)), unavailable("soon"))
    await client.page_states(TITLES)
    assert 80 < waited[0] < 91
    assert waited[1] < 3  # nobody can tell when "soon" is


@pytest.mark.parametrize("fault", [unavailable(None), status(500), break_off(), odd({"error": {"code": "maxlag"}})])
async def test_without_a_word_it_waits_longer_each_time_and_gives_up_after_some_tries(
    wiki: WikiServer, client: WikiClient, waited: list[float], fault: Fault
) -> None:
    wiki.answer_next(*[fault] * TRIES)
    with pytest.raises(WikiError, match=r"^127\.0\.0\.1:\d+ "):
        await client.page_states(TITLES)
    assert client.requests == TRIES
    assert len(waited) == TRIES - 1
    assert all(seconds <= 2**place for place, seconds in enumerate(waited))
    assert len(await client.page_states(TITLES)) == 30


async def test_who_asks_for_too_long_a_wait_is_left_alone(
    wiki: WikiServer, client: WikiClient, waited: list[float]
) -> None:
    wiki.answer_next(too_many(int(LONGEST_WAIT_S) + 1))
    with pytest.raises(WikiError, match="asks to be left alone for 301 s"):
        await client.page_states(TITLES)
    assert not waited


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (html(), "answers with text/html, expected application/json"),
        (status(404), "answers with status 404, expected 200"),
        (status(403), r"answers with status 403, .* a contact \(the setting archive.contact\)"),
        (truncated(), "in JSON, but its answer of 61 bytes is not JSON, or is cut short"),
        (wrong_encoding(), "in JSON, but its answer is not valid UTF-8 at byte 56"),
        (redirect_loop(), "redirects more than 5 times"),
        (endless(), "answers with more than 64 MiB"),
        (endless(packed=True), "answers with more than 64 MiB"),
        (odd([]), "its answer is not one to a query"),
        (odd({}), "its answer has neither pages nor an error in it"),
        (odd({"query": {"pages": [{"title": 5}]}}), r"not one to a query \(query.pages.0.title: "),
        (odd({"error": {"code": "bad\u202evalue", "info": "x" * 900}}), r"refuses the query \(badvalue: x{100,200}"),
        (odd({"batchcomplete": True, "continue": {"a": "1"}}), "never finishes answering one query"),
    ],
)
async def test_an_answer_that_cannot_be_used_costs_one_sentence_that_names_the_host(
    wiki: WikiServer, client: WikiClient, waited: list[float], fault: Fault, sentence: str
) -> None:
    wiki.answer_next(*[fault] * 7)
    with pytest.raises(WikiError, match=sentence) as caught:
        await client.page_states(TITLES)
    assert re.match(r"127\.0\.0\.1:\d+ ", str(caught.value))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert not waited


async def test_a_redirect_on_the_same_host_is_followed(wiki: WikiServer, client: WikiClient) -> None:
    address = URL(wiki.api).with_query(
        {"action": "query", "format": "json", "formatversion": "2", "prop": "info", "titles": TITLES[0]}
    )
    wiki.answer_next(redirect(str(address)))
    assert list(await client.page_states(TITLES[:1])) == TITLES[:1]
    wiki.answer_next(redirect(address.raw_path_qs))
    assert list(await client.page_states(TITLES[:1])) == TITLES[:1]
    assert client.requests == 2


async def test_a_redirect_to_another_host_is_not_followed_and_named(
    wiki: WikiServer, client: WikiClient, waited: list[float]
) -> None:
    with wiki_server() as other:
        elsewhere = URL(other.api)
        for address in (elsewhere, elsewhere.with_host("localhost"), URL("https://me:hunter2@other.example/w/api.php")):
            wiki.answer_next(redirect(str(address)))
            with pytest.raises(WikiError) as caught:
                await client.page_states(TITLES)
            assert re.fullmatch(
                rf"127\.0\.0\.1:\d+ redirects to {re.escape(str(address.origin()))}, where nothing is fetched; "
                "name the wiki's api.php there",
                str(caught.value),
            )
        assert not other.requests
    assert not waited
    assert client.requests == 3


@pytest.mark.parametrize(
    ("last", "following", "followed"),
    [
        ("https://wiki.example/a", "https://wiki.example/b", True),
        ("https://wiki.example/a", "https://WIKI.example:443/b", True),
        ("http://wiki.example/a", "https://wiki.example/a", True),
        ("http://wiki.example:8080/a", "https://wiki.example:8443/a", True),
        ("https://wiki.example/a", "http://wiki.example/a", False),
        ("https://wiki.example/a", "https://wiki.example:8443/a", False),
        ("http://wiki.example/a", "http://wiki.example:8080/a", False),
        ("https://wiki.example/a", "https://www.wiki.example/a", False),
        ("http://wiki.example/a", "https://wiki.example.evil/a", False),
    ],
)
def test_a_redirect_stays_on_its_host_and_never_leaves_encryption(last: str, following: str, followed: bool) -> None:
    assert _may_follow(URL(last), URL(following)) is followed


async def test_a_password_in_the_address_is_sent_and_not_told(wiki: WikiServer, waited: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    api = str(URL(wiki.api).with_user("me").with_password("hunter2"))
    async with wiki_client(api, "", sleep) as client:
        assert await client.page_states(TITLES)
        for fault in (html(), status(500), odd({"batchcomplete": True, "continue": {"a": "1"}}), break_off()):
            wiki.answer_next(*[fault] * TRIES)
            with pytest.raises(WikiError, match=r"^127\.0\.0\.1:\d+ ") as caught:
                await client.page_states(TITLES)
            wiki.forget_faults()
            assert "hunter2" not in str(caught.value)
            assert "me:" not in str(caught.value)


LONG = "w" * 5_000


@pytest.mark.parametrize(
    "fault",
    [
        odd({"error": {"code": LONG, "info": LONG}}),
        odd({"error": {"code": "x", "info": LONG}}),
        odd({"error": {"code": f"internal_api_error_{LONG}", "info": LONG}}),
        odd({"query": {"pages": [{"title": LONG, "lastrevid": LONG}]}}),
        odd({"continue": {LONG: [LONG]}}),
        odd({"continue": {LONG: LONG}, "batchcomplete": True}),
        odd_type(f"text/{LONG}"),
        redirect(f"https://{LONG[:60]}.{LONG[:60]}.{LONG[:60]}.{LONG[:60]}/{LONG}"),
        redirect(f"http://{LONG}/"),
        redirect(f"mailto:{LONG}"),
        redirect(f"http://[{LONG}"),
        status(503, {"X-Odd": LONG * 3}),
        too_many("7" * 300),
        too_many("7" * 3_000),
        too_many(f"Mon, 01 Jan 2035 00:00:00 +{'7' * 300}"),
    ],
)
async def test_an_error_repeats_little_of_an_answer(wiki: WikiServer, client: WikiClient, fault: Fault) -> None:
    wiki.answer_next(*[fault] * 200)
    with pytest.raises(WikiError) as caught:
        await client.page_states(TITLES)
    assert max(str(caught.value).count("w"), str(caught.value).count("7")) <= 200
    assert len(str(caught.value)) < 400


async def test_after_an_answer_without_an_end_the_client_goes_on(client: WikiClient, wiki: WikiServer) -> None:
    wiki.answer_next(endless())
    with pytest.raises(WikiError):
        await client.page_states(TITLES)
    assert len(await client.page_states(TITLES)) == 30


async def test_a_wiki_that_is_not_there_is_told_in_a_sentence(waited: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    with wiki_server() as wiki:
        api = wiki.api
    async with wiki_client(api, "", sleep) as client:
        with pytest.raises(WikiError, match=r"127\.0\.0\.1:\d+ cannot be reached"):
            await client.page_states(TITLES)
    assert len(waited) == TRIES - 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["query", "pages", "title", "error", "continue", "revisions", "revid"]), inner
        )
    ),
    max_leaves=20,
)


def read(data: bytes) -> Reply | Refusal | str:
    """What is read of some answer, or what is said of it."""
    try:
        return read_reply(data)
    except ValueError as error:
        return str(error)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_read_or_refused_in_a_line(data: bytes) -> None:
    found = read(data)
    assert isinstance(found, Reply | Refusal) or len(found.splitlines()) == 1


def test_an_answer_that_is_nested_too_deeply_is_refused() -> None:
    assert read(b"[" * 200_000) == "is nested too deeply"
