from __future__ import annotations

import datetime as dt
from dataclasses import replace
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.items import destination
from bot.views.state import (
    MAX_CUSTOM_ID,
    MAX_QUESTION_BYTES,
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
from embeddings.dates import DateRange

plain_ids = st.builds("{}-{:08x}".format, st.dates(), st.integers(0, 2**32 - 1))
other_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", fullmatch=True)
days_of = st.tuples(st.dates(), st.dates()).map(lambda pair: DaysList(DateRange(min(pair), max(pair))))
day_of = st.dates().map(lambda day: OnThisDayList(day.month, day.day))
keys = st.text(ascii_letters + digits + "-_", min_size=10, max_size=10).map(AnswerList)
topics = st.just("") | st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
questions = st.text(min_size=1, max_size=MAX_QUESTION_BYTES).filter(
    lambda text: len(text.encode("utf-8", "ignore")) <= MAX_QUESTION_BYTES and text.isprintable()
)
lists = st.one_of(
    st.builds(PartList, days_of | day_of | keys, st.none() | st.integers(1, 9999), topics),
    st.builds(RandomList, st.none() | days_of | day_of, topics),
    st.builds(QuestionList, questions),
    st.builds(StoryList, plain_ids),
    st.builds(TopicList, st.from_regex(r"[0-9a-f]{8}", fullmatch=True)),
    st.tuples(st.dates(), st.dates()).map(lambda pair: DaysList(DateRange(min(pair), max(pair)))),
    st.dates().map(lambda day: OnThisDayList(day.month, day.day)),
    st.text(ascii_letters + digits + "-_", min_size=10, max_size=10).map(AnswerList),
    st.just(NoList()),
    st.just(ChannelsList()),
    st.builds(DailyList, st.from_regex(r"[0-9a-f]{10}", fullmatch=True), st.dates()),
    st.builds(LongerList, st.from_regex(r"[0-9a-f]{10}", fullmatch=True), st.dates()),
)
askers = st.integers(0, 2**63 - 1)


def targets(ids: st.SearchStrategy[str], longest: int) -> st.SearchStrategy[Target]:
    trails = st.lists(ids, max_size=longest).map(tuple)
    return st.builds(Target, askers, st.builds(Place, lists, st.integers(0, 36**5 - 1), trails))


@given(targets(plain_ids, 4))
def test_what_is_written_reads_back(target: Target) -> None:
    assert decode(encode("g", target)) == target


@given(targets(other_ids, 1))
def test_ids_of_any_archive_read_back(target: Target) -> None:
    assert decode(encode("g", target)) == target


@given(targets(plain_ids | other_ids, 30))
def test_however_long_the_trail_it_fits_and_the_last_event_stays(target: Target) -> None:
    custom_id = encode("s", target)
    assert len(custom_id) <= MAX_CUSTOM_ID
    read = decode(custom_id)
    assert read is not None
    assert (read.asker, read.place.of, read.place.page) == (target.asker, target.place.of, target.place.page)
    assert read.place.trail == target.place.trail[len(target.place.trail) - len(read.place.trail) :]
    assert bool(read.place.trail) == bool(target.place.trail)


@given(targets(plain_ids | other_ids, 3), st.sampled_from("gep"), plain_ids)
def test_a_press_leads_where_its_custom_id_says(target: Target, action: str, chosen: str) -> None:
    custom_id = encode(action, target)
    kept = decode(custom_id)  # the trail as far as it fits
    assert kept is not None
    assert destination(2, custom_id) == kept
    assert destination(3, custom_id, [chosen]) is None
    select = custom_id.replace(f"dl:{action}:", "dl:s:", 1)
    assert destination(3, select, [chosen]) == Target(kept.asker, kept.place.opened(chosen))
    for values in ([], [chosen, chosen]):
        assert destination(3, select, values) is None
    assert destination(2, select) is None


@given(
    st.integers(0, 99), st.text() | st.from_regex(r"dl:[a-z]:\w+:[a-z]\w+:\w+:[\w~,]*"), st.lists(st.text(), max_size=3)
)
def test_whatever_is_pressed_it_leads_somewhere_or_nowhere(kind: int, custom_id: str, values: list[str]) -> None:
    target = destination(kind, custom_id, values)
    assert target is None or len(encode("g", target)) <= MAX_CUSTOM_ID


def test_a_trail_that_just_fits_is_kept_whole() -> None:
    place = Place(NoList(), 0, ("first",))
    shorter = encode("g", Target(NOBODY, place))
    longest = place.opened("x" * (MAX_CUSTOM_ID - len(shorter) - len(",~")))
    custom_id = encode("g", Target(NOBODY, longest))
    assert len(custom_id) == MAX_CUSTOM_ID
    assert decode(custom_id) == Target(NOBODY, longest)
    too_long = place.opened(longest.trail[-1] + "x")
    assert decode(encode("g", Target(NOBODY, too_long))) == Target(NOBODY, Place(NoList(), 0, too_long.trail[1:]))


@given(askers, other_ids, st.integers(0, 36**5 - 1), st.lists(other_ids, min_size=1, max_size=3))
def test_an_event_of_a_story_is_opened_however_long_the_ids_are(
    asker: int, story: str, page: int, trail: list[str]
) -> None:
    custom_id = encode("s", Target(asker, Place(StoryList(story), page, tuple(trail))))
    assert len(custom_id) <= MAX_CUSTOM_ID
    read = decode(custom_id)
    assert read is not None
    assert read.place.trail[-1] == trail[-1]
    assert read.place.of in (StoryList(story), NoList())


def test_the_29th_of_february_reads_back() -> None:
    target = Target(NOBODY, Place(OnThisDayList(2, 29)))
    assert decode(encode("g", target)) == target


@given(st.text(max_size=120) | st.from_regex(r"dl:[a-z]:[0-9a-z]+:[a-z][\w-]*:[0-9a-z]+:[\w.,~-]*", fullmatch=True))
def test_any_text_gives_a_target_or_none(text: str) -> None:
    target = decode(text)
    assert target is None or len(encode("g", target)) <= MAX_CUSTOM_ID


@pytest.mark.parametrize(
    "text",
    [
        "dl:g:1:o0230:0:",
        "dl:g:1:o101:0:",
        "dl:g:1:e1:0:",
        "dl:g:1:x:0:",
        "dl:g:1:x1231:0:",
        "dl:g:1:n:0:abc",
        "dl:g:1:eb-a:0:",
        "dl:g:0:dabc:0:",
        "dl:n:1:c1:0:",
        "dl:n:1:s:0:",
        "dl:n:1:sabc:0:",
        "dl:n:1:t:0:",
        "dl:n:1:tabc:0:",
        "dl:z:1:f-1a2b-q0123456789:0:",
        "dl:z:1:f-1a2b3c4d-n:0:",
        "dl:z:1:f-1a2b3c4d-c:0:",
        "dl:r:1:r1a2b-:0:",
        "dl:r:1:r1a2b3c4d-q0123456789:0:",
        "dl:w:1:wYW~J:0:",
        "dl:w:1:wYWJj.:0:",
        "dl:w:1:wY:0:",
        "dl:w:1:w_w:0:",
    ],
)
def test_parts_that_make_no_sense_give_none(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize("text", [">>>???", ">", "été 東京?"])
def test_a_question_of_any_signs_reads_back(text: str) -> None:
    target = Target(7, Place(QuestionList(text)))
    assert decode(encode("g", target)) == target


def test_old_buttons_still_mean_what_they_said() -> None:
    day = dt.date(2015, 12, 23)
    place = Place(DaysList(DateRange(day, day)), 2, ("2015-12-23-f8d3682f", "my.own-id"))
    assert encode("g", Target(80351110224678912, place)) == "dl:g:lz63ag7l4ao:efrv7-frv7:2:frv7-NNoLw,~my.own-id"


def test_a_select_narrows_a_list_and_leaves_the_other_select_alone() -> None:
    narrowed = PartList(AnswerList("0123456789"), 2015, "1a2b3c4d")
    for action, value, left in (
        ("z", "1999", replace(narrowed, year=1999)),
        ("z", "all", replace(narrowed, year=None)),
        ("t", "00000000", replace(narrowed, topic="00000000")),
        ("t", "all", replace(narrowed, topic="")),
    ):
        custom_id = encode(action, Target(7, Place(narrowed, 2)))
        assert destination(3, custom_id, [value]) == Target(7, Place(left))
        assert destination(2, custom_id) is None
        for nonsense in ("", "x", "0", "99999", "1A2B3C4D"):
            assert destination(3, custom_id, [nonsense]) is None


def test_another_one_knows_which_was_shown_last() -> None:
    place = Place(RandomList(None, "1a2b3c4d"), trail=("2015-12-23-f8d3682f",))
    target = destination(2, encode("r", Target(7, place)))
    assert target == Target(7, Place(RandomList(None, "1a2b3c4d", "2015-12-23-f8d3682f")))


def test_old_posts_are_still_recognised() -> None:
    place = Place(DailyList("0123456789", dt.date(2026, 7, 20)), 0, ("2015-12-23-f8d3682f",))
    assert encode("e", Target(NOBODY, place)) == "dl:e:0:d0123456789-fuuh:0:frv7-NNoLw"


def test_back_leads_the_way_one_came() -> None:
    place = Place(OnThisDayList(12, 23), 1).opened("a").opened("b")
    back = place.back()
    assert back == Place(OnThisDayList(12, 23), 1, ("a",))
    assert back.back() == Place(OnThisDayList(12, 23), 1)
    assert Place(OnThisDayList(12, 23), 1).back() is None
    assert Place(NoList(), 0, ("a",)).back() is None
    assert Place(NoList(), 0, ("a", "b")).back() == Place(NoList(), 0, ("a",))
