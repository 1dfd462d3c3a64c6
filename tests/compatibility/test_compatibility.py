"""What the version before wrote is opened, read and changed by this one."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import load_config
from bot.daily.claims import State, Terms
from bot.server_settings import USUAL
from bot.store import Store
from bot.views.state import (
    NOBODY,
    AnswerList,
    ChannelsList,
    DailyList,
    DaysList,
    LongerList,
    NoList,
    OnThisDayList,
    PartList,
    Place,
    QuestionList,
    RandomList,
    StoryList,
    Target,
    TopicList,
    decode,
    encode,
)
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.command_line.commands import cli
from embeddings.dates import DateRange
from embeddings.index.folder import IndexFolder
from embeddings.search.service import Search
from tests.compatibility.__main__ import ANSWERS, DAY, NOW, SUBSCRIPTIONS, TODAY
from tests.word_encoder import WordEncoder

V0_1 = Path(__file__).parent / "v0_1"

# Every form of custom_id that was ever issued, letter for letter: messages with them stand in channels for good.
CUSTOM_IDS = {
    "dl:n:2s:efibm-ficg:1:": Target(100, Place(DaysList(DateRange(dt.date(1982, 2, 10), dt.date(1982, 3, 12))), 1)),
    "dl:s:rcn1hssighs:o1223:0:": Target(100_000_000_000_000_000, Place(OnThisDayList(12, 23))),
    "dl:n:1:o0229:0:": Target(1, Place(OnThisDayList(2, 29))),
    "dl:p:1:quc322tNR_A:2:": Target(1, Place(AnswerList("uc322tNR_A"), 2)),
    "dl:b:1:n:0:frv7-NNoLQ": Target(1, Place(NoList(), 0, ("2015-12-23-f8d3682d",))),
    "dl:o:0:mbacd18b246-fuy4:0:": Target(NOBODY, Place(LongerList("bacd18b246", dt.date(2026, 11, 28)))),
    "dl:n:1:c:2:": Target(1, Place(ChannelsList(), 2)),
    "dl:x:rcn1hssighs:efrv7-frv7:2:frv7-NNoLQ": Target(
        100_000_000_000_000_000,
        Place(DaysList(DateRange(dt.date(2015, 12, 23), dt.date(2015, 12, 23))), 2, ("2015-12-23-f8d3682d",)),
    ),
    "dl:y:1:quc322tNR_A:0:": Target(1, Place(AnswerList("uc322tNR_A"))),
    "dl:m:7:f--o0720:0:": Target(7, Place(PartList(OnThisDayList(7, 20)))),
    "dl:a:7:f--efrv7-frv7:1:": Target(
        7, Place(PartList(DaysList(DateRange(dt.date(2015, 12, 23), dt.date(2015, 12, 23)))), 1)
    ),
    "dl:z:7:f1jz-1a2b3c4d-qAb-d_fgh12:1:": Target(7, Place(PartList(AnswerList("Ab-d_fgh12"), 2015, "1a2b3c4d"), 1)),
    "dl:t:7:f--quc322tNR_A:0:": Target(7, Place(PartList(AnswerList("uc322tNR_A")))),
    "dl:r:7:r1a2b3c4d-o0720:0:frv7-NNoLw": Target(
        7, Place(RandomList(OnThisDayList(7, 20), "1a2b3c4d"), 0, ("2015-12-23-f8d3682f",))
    ),
    "dl:r:7:r-efrv7-frv7:0:frv7-NNoLw": Target(
        7,
        Place(
            RandomList(DaysList(DateRange(dt.date(2015, 12, 23), dt.date(2015, 12, 23)))), 0, ("2015-12-23-f8d3682f",)
        ),
    ),
    "dl:s:7:r-:0:frv7-NNoLw": Target(7, Place(RandomList(), 0, ("2015-12-23-f8d3682f",))),
    "dl:v:0:sfrv7-NNoLw:0:": Target(NOBODY, Place(StoryList("2015-12-23-f8d3682f"))),
    "dl:n:7:sfrv7-NNoLw:3:": Target(7, Place(StoryList("2015-12-23-f8d3682f"), 3)),
    "dl:s:7:s~my.own-id:0:frv7-NNoLw": Target(7, Place(StoryList("my.own-id"), 0, ("2015-12-23-f8d3682f",))),
    "dl:n:7:t1a2b3c4d:1:": Target(7, Place(TopicList("1a2b3c4d"), 1)),
    "dl:e:0:wbW9vbiBsYW5kaW5n:0:": Target(NOBODY, Place(QuestionList("moon landing"))),
    "dl:e:0:dbacd18b246-fuy4:0:fuy4vUSSXQ,~my.own-id": Target(
        NOBODY,
        Place(DailyList("bacd18b246", dt.date(2026, 11, 28)), 0, ("2026-11-28-bd44925d", "my.own-id")),
    ),
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copytree(V0_1, tmp_path / "kept"))


@pytest.fixture
def search(kept: Path) -> Iterator[Search]:
    with closing(IndexFolder(kept / "index").open_checked()) as index:
        yield Search(index, WordEncoder())


class TestIndex:
    def test_is_sound_and_answers(self, kept: Path, search: Search) -> None:
        assert list(IndexFolder(kept / "index").problems()) == []
        [hit] = search.ask("airliner Hudson River January 2009", TODAY, limit=1).hits
        assert hit.event.id == "2009-01-15-263bd024"
        assert [event.headline for event in search.on_this_day(11, 25)] == [
            "Fidel Castro dies in Havana at the age of 90"
        ]

    def test_every_id_that_it_gave_out_leads_to_its_event(self, search: Search) -> None:
        reworded, withdrawn = search.event("2026-08-02-2e63a903"), search.event("2026-08-02-1d0fd030")
        assert reworded.headline == "A ferry sinks on Lake Example with forty-two people on board."
        assert withdrawn.withdrawn == TODAY
        assert [other.id for other in search.related("2005-01-02-e6501ddb", 1)] == ["2004-12-26-quake001"]

    def test_a_build_encodes_nothing_again_and_gives_every_event_its_id(self, kept: Path, search: Search) -> None:
        before = search.index.catalogue.ids()
        encoder = WordEncoder()
        result = build_index(IndexFolder(kept / "index"), [kept / "archive.jsonl"], encoder, Report())
        assert (result.unchanged, result.new, result.changed, result.removed) == (len(before), 0, 0, 0)
        assert encoder.encoded == []
        with closing(IndexFolder(kept / "index").open()) as index:
            assert index.catalogue.ids() == before
            assert [gone.event.id for gone in index.catalogue.all_withdrawn()] == ["2026-08-02-1d0fd030"]

    def test_what_lists_name_is_known_after_the_next_build(self, kept: Path, search: Search) -> None:
        catalogue = search.index.catalogue
        assert catalogue.list_counts(range(catalogue.size)).tolist() == [0] * catalogue.size
        assert catalogue.lists(0) == ()
        result = build_index(IndexFolder(kept / "index"), [kept / "archive.jsonl"], WordEncoder(), Report())
        with closing(IndexFolder(kept / "index").open()) as index:
            assert index.catalogue.list_counts(range(index.catalogue.size)).sum() == result.listed > 0


class TestStore:
    async def test_gives_back_answers_and_subscriptions(self, kept: Path) -> None:
        keys = json.loads((kept / "keys.json").read_text())
        store = await Store.open(f"sqlite:///{kept}/dateline.db")
        try:
            assert [await store.answer(key, TODAY) for key in keys["answers"]] == list(ANSWERS)
            found = [await store.daily.subscription(key) for key in keys["subscriptions"]]
            posts = [await store.daily.post(keys["subscriptions"][0], TODAY + dt.timedelta(days=d)) for d in (0, 1)]
        finally:
            await store.close()
        assert posts == [(State.SENT, 5001, ("2009-01-15-00000000",)), None]
        for subscription, wish in zip(found, SUBSCRIPTIONS, strict=True):
            assert subscription is not None
            assert (subscription.guild, subscription.channel) == (wish.guild, wish.channel)
            assert (subscription.time, subscription.zone, subscription.count) == (wish.time, wish.zone, wish.count)
            assert (subscription.role, subscription.prefer) == (wish.role, wish.prefer)
            assert (subscription.leave_out, subscription.locale) == (wish.leave_out, wish.locale)
        assert [subscription.paused for subscription in found if subscription] == [None, "access", None]

    async def test_takes_settings_shares_and_feedback_and_keeps_them(self, kept: Path) -> None:
        url = f"sqlite:///{kept}/dateline.db"
        store = await Store.open(url)
        assert await store.settings.read(11) == USUAL
        await store.settings.change(11, lambda now: now.for_all(private=True))
        assert await store.shares.claim("1:dl:x", 5.0)
        assert await store.feedback.keep("moon", [], "", 5.0)
        await store.close()
        store = await Store.open(url)
        try:
            assert (await store.settings.read(11)).private
            assert not await store.shares.claim("1:dl:x", 5.0)
            assert [each.question for each in await store.feedback.all()] == ["moon"]
        finally:
            await store.close()

    async def test_goes_on_with_the_posts_where_they_stood(self, kept: Path) -> None:
        [first, _, left] = json.loads((kept / "keys.json").read_text())["subscriptions"]
        store = await Store.open(f"sqlite:///{kept}/dateline.db")
        try:
            claims = await store.daily.claim(NOW.timestamp() + 2 * 86_400, "another", 10, Terms(grace_s=3 * 86_400.0))
        finally:
            await store.close()
        days = [(claim.subscription.key, claim.date, claim.tries, claim.nonce) for claim in claims]
        tomorrow = TODAY + dt.timedelta(days=1)
        assert days == [
            (left, tomorrow, 2, f"{left}20261129"),  # its claim was cut off
            (first, tomorrow, 1, f"{first}20261129"),
        ]


@pytest.mark.parametrize(("custom_id", "target"), CUSTOM_IDS.items(), ids=list(CUSTOM_IDS))
def test_buttons_of_old_messages_lead_where_they_led(custom_id: str, target: Target) -> None:
    assert decode(custom_id) == target
    assert encode(custom_id.split(":")[1], target) == custom_id


def test_a_day_that_was_fetched_is_not_fetched_again(kept: Path) -> None:
    from embeddings.archive.fetched import FetchedDays, problems

    assert list(problems(kept / "index" / "portal.sqlite")) == []
    with closing(FetchedDays(kept / "index" / "portal.sqlite")) as days:
        assert {day: look.revision for day, look in days.portal.looks().items()} == {DAY: 2}


def holds(new: object, old: object) -> bool:
    """Whether an answer has every key that an earlier version's had, with a value of the same kind."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and holds(new[key], value) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) >= len(old) and all(map(holds, new, old))
    return old is None or type(new) is type(old)


@pytest.mark.parametrize("line", (V0_1 / "answers.jsonl").read_text("utf-8").splitlines(), ids=lambda line: line[15:30])
def test_json_answers_have_every_key_that_they_had(line: str, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = json.loads(line)
    index = [] if call["arguments"][0] == "dates" else ["--index", str(kept / "index")]
    assert not cli.main([*call["arguments"], "--json", *index], standalone_mode=False)
    answer = json.loads(capsys.readouterr().out)
    assert holds(answer, call["answer"])
    for key in ("id", "from", "to", "day", "ok"):  # what stands at the top of each is the same, too
        assert answer.get(key) == call["answer"].get(key)


def test_an_answer_that_lacks_a_key_or_changes_its_kind_is_noticed() -> None:
    old = {"events": [{"id": "a", "summary": None}], "total": 1}
    assert holds({"events": [{"id": "b", "summary": "c", "new": 1}, {}], "total": 2, "more": True}, old)
    assert not holds({"events": [{"id": "b"}], "total": 2}, old)
    assert not holds({"events": [{"id": 1, "summary": None}], "total": 1}, old)
    assert not holds({"events": [], "total": 1}, old)


def test_the_config_file_of_an_earlier_version_says_what_it_said() -> None:
    loaded = load_config(V0_1 / "config.toml").model_dump(mode="json", exclude={"discord": {"token"}})
    said = tomllib.loads((V0_1 / "config.toml").read_text("utf-8"))
    assert len(said) > 5
    for section, settings in said.items():
        for name, value in settings.items():
            assert name == "token" or loaded[section][name] == value
