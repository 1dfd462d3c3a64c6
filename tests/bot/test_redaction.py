from __future__ import annotations

import json
import re
import string
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from yarl import URL

from bot.redaction import LEFT_OUT, PUT_INSTEAD, SURE_LENGTH, Redactor, secrets_in_url
from tests.conftest import few_examples

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
by_form = Redactor()

secrets = st.text(min_size=SURE_LENGTH, max_size=40) | st.text(string.printable, min_size=SURE_LENGTH, max_size=40)
# Letters and blanks are no URL, header or token.
plain = st.text(st.characters(categories=["L", "Zs"]) | st.sampled_from("0123456789 ,;()\n"), max_size=200)

WAYS: tuple[Callable[[str], str], ...] = (
    str,
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    lambda text: quote(quote(text, safe="")),
    repr,
    ascii,
    lambda text: repr({"x": text, "'": '"'}),
    lambda text: repr(repr(text)),
    lambda text: repr([repr({"x": json.dumps([repr(text)])})]),
    lambda text: repr(text.encode()),
    lambda text: repr(repr(text.encode())),
    json.dumps,
    lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: repr(json.dumps({"x": text})),
    escape,
    lambda text: str(URL.build(scheme="https", host="h", user="u", password=text)),
    lambda text: str(URL.build(scheme="https", host="h", path="/x", query={"q": text})),
)


@given(secrets, st.text(max_size=100), st.text(max_size=100))
@example("********", "*", "***")
@example("ab***cdef", "ab", "cdef")  # what is put instead completes another
@example("://u:pass@", "x", "x")
@example("%25%25%25", "%25", "%25")
@example("\\\\\\\\\\\\\\\\", "\\", "\\")
def test_a_secret_never_comes_out_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    redact = Redactor([secret])
    assert secret not in redact(before + secret + after)
    assert secret not in redact(before + secret + secret[1:] + after)
    assert redact.knows(before + secret + after)


@given(st.lists(secrets, max_size=4), st.lists(st.integers(0, 3), max_size=8), st.text(max_size=20))
def test_none_of_several_comes_out(several: list[str], order: list[int], between: str) -> None:
    out = Redactor(several)(between.join(several[place] for place in order if place < len(several)))
    assert not [secret for secret in several if secret in out]


@given(st.text(string.ascii_letters + string.digits + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ é", min_size=8, max_size=20))
@pytest.mark.parametrize("way", WAYS)
@few_examples()
def test_however_a_secret_is_written_it_does_not_come_out(way: Callable[[str], str], secret: str) -> None:
    assume(secret.strip() == secret)
    written = way(secret)
    out = Redactor([secret])(f"« {written} »")
    assert PUT_INSTEAD in out
    assert secret not in out
    assert written not in out
    assert not [part for part in re.findall("[A-Za-z0-9]{6,}", secret) if part in out]  # nor what is left of it


@given(plain, st.lists(secrets, max_size=3))
def test_text_without_secrets_comes_out_unchanged(text: str, several: list[str]) -> None:
    redact = Redactor(several)
    assume(not redact.knows(text))
    assert redact(text) == text


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_taking_secrets_out_twice_changes_nothing_more_that_is_known(text: str, several: list[str]) -> None:
    redact = Redactor(several)
    assert not redact.knows(redact(text))


@pytest.mark.parametrize(
    "line",
    [
        "Shard ID None has connected to Gateway (Session ID: 0123456789abcdef0123456789abcdef).",
        "the archive was updated: 1,203 new, 0 changed, 12 removed",
        "Discord cannot be reached (ClientConnectorError: Cannot connect to host discord.com:443 ssl:default "
        "[Connect call failed ('127.0.0.1', 443)]); trying again in 12 s",
        'We are being rate limited. POST https://discord.com/api/v10/channels/1/messages responded with 429. "5 s"',
        "200, message='OK', url='https://en.wikipedia.org:443/w/api.php?titles=Portal:Current_events/2015&x=a@b'",
        "sqlite+aiosqlite:////srv/bot:1/store@home.db",
        'File "/srv/lib/MonumentalModuleForSequenceClassification.py", line 3, in f',
        "sentence_transformers_models.losses.CachedMultipleNegativesRankingLoss",
        "/webhooks/{webhook_id}/{webhook_token} and /interactions/{interaction_id}/callback",
        "password authentication failed for user bot; its password is wrong: ask who runs it",
        "Authorization failed; the token is wrong",
        "git@github.com:owner/name.git mailto:a@b",
    ],
)
def test_an_ordinary_line_stays_as_it_is(line: str) -> None:
    assert Redactor([TOKEN, "a password"])(line) == line


@pytest.mark.parametrize(
    ("text", "out"),
    [
        # Discord's URLs
        ("POST https://discord.com/api/v10/interactions/12/aZ-_9.x/callback", "/interactions/12/***/callback"),
        ("'https://discord.com/api/v10/webhooks/12/aZ9/messages/@original'", "/webhooks/12/***/messages/@original'"),
        ("url='https://discord.com/api/v10/webhooks/12/aZ9?wait=true'", "/webhooks/12/***?wait=true'"),
        ("https://discord.com/api/webhooks/12/aZ%3D9/x", "/webhooks/12/***/x"),
        ("next=%2Fwebhooks%2F12%2FaZ9%2Fmessages", "%2Fwebhooks%2F12%2F***%2Fmessages"),
        ("bucket POST /webhooks/{webhook_id}/{webhook_token}:12+aZ9_-x is full", "{webhook_token}:12+*** is full"),
        ("the token aW50ZXJhY3Rpb246MTIzOmFiYw== is unknown", "the token *** is unknown"),
        # headers and bot tokens
        ("<CIMultiDict('Host': 'h', 'Authorization': 'Bot aZ9.x.y', 'X': '1')>", "'Authorization': 'Bot ***', 'X'"),
        ("(b'Authorization', b'Bot aZ9.x.y')", "(b'Authorization', b'Bot ***')"),
        ("authorization: Bearer aZ9.x.y\r\nHost: h", "authorization: Bearer ***\r\nHost: h"),
        ("Proxy-Authorization=Basic dTpwYXNz", "Proxy-Authorization=Basic ***"),
        (f"some {TOKEN} of another bot", "some *** of another bot"),
        (f"x{TOKEN},", "x***,"),
        # passwords
        ("postgresql+asyncpg://bot:aZ9@db.example:5432/x", "postgresql+asyncpg://bot:***@db.example:5432/x"),
        ("(postgresql://bot:a/Z?9#@db/x)", "(postgresql://bot:***@db/x)"),
        ("mysql://bot:a@Z@9@db/x", "mysql://bot:***@db/x"),
        ("redis://:aZ9@cache", "redis://:***@cache"),
        ("http://me:aZ9@proxy:3128/x@y", "http://me:***@proxy:3128/x@y"),
        ("postgresql://db/x?user=bot&password=aZ9&ssl=1", "?user=bot&password=***&ssl=1"),
        ("host=db user=bot password=aZ9 dbname=x", "user=bot password=*** dbname=x"),
        ("connect(host='db', password='aZ9', port=1)", "password='***', port=1"),
        ("{'user': 'bot', 'password': 'aZ9'}", "'password': '***'}"),
        (repr('{"token": "aZ9", "id": "1"}'), '"token": "***", "id"'),
        (repr("{'token': \"aZ9\", 'i': 1}"), "\\'token\\': \"***\", "),
    ],
)
def test_what_has_the_form_of_a_secret_is_taken_out_and_the_rest_stays(text: str, out: str) -> None:
    redacted = by_form(text)
    assert out in redacted
    assert "aZ" not in redacted
    assert by_form(redacted) == redacted


def test_a_short_secret_is_taken_out_where_it_stands_alone() -> None:
    redact = Redactor(["root1", "abc"])
    assert redact("the password root1 of /home/root12 is abc") == "the password *** of /home/root12 is abc"


def test_a_password_in_a_url_is_known_as_it_is_written_and_as_it_is_meant() -> None:
    redact = Redactor(secrets_in_url("postgresql://bot:s%40cret%2Fword@db/x"))
    assert redact("s%40cret%2Fword, s@cret/word, s%40cret/word, s%40cret%2fword") == "***, ***, ***, ***"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:///dateline.db", set()),
        ("sqlite:////srv/store.db?timeout=5", set()),
        ("postgresql://bot@db/x", set()),
        ("postgresql://bot:secret@db/x", {"secret"}),
        ("postgresql://bot:se@cret@db/x", {"se@cret", "se", "cret"}),  # SQLAlchemy takes cret@db for the host
        ("postgresql//bot:secret@db/x", {"secret"}),
        ("postgresql://db/x?user=bot&password=se%26cret", {"se&cret"}),
        ("https://[x/?api_token=secret", set()),  # no URL at all
    ],
)
def test_what_is_secret_in_a_url(url: str, found: set[str]) -> None:
    assert secrets_in_url(url) == found


@given(st.text(string.printable, min_size=4, max_size=30).filter(lambda text: text.strip() == text))
def test_the_password_that_sqlalchemy_reads_in_a_url_is_found(password: str) -> None:
    url = make_url(f"postgresql://bot:{quote(password, safe='')}@db/x")
    assert url.password == password
    assert Redactor(secrets_in_url(url.render_as_string(hide_password=False))).knows(f" {password} ")


@pytest.mark.parametrize(
    "text",
    [
        "://a:" * 40_000,
        "/webhooks/1/" * 20_000,
        "N" * 200_000,
        "M.M." * 50_000,
        "'password'=" * 20_000,
        "\\" * 200_000,
        "authorization: " * 20_000,
        "s@cret" * 30_000,
        "%40" * 60_000,
    ],
)
def test_a_long_line_takes_no_longer_than_its_length_asks_for(text: str) -> None:
    assert len(Redactor([TOKEN, "s@cret/word"])(text)) <= len(text)  # squared time would be minutes


def test_what_cannot_be_redacted_is_left_out() -> None:
    class Odd(str):
        def lower(self) -> str:
            raise RuntimeError("no")

    assert by_form(Odd("secret")) == LEFT_OUT
