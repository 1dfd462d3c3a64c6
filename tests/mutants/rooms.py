"""The modules that are mutated, and for each the tests that must notice: its own, which are fast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """Modules that are tested together.

    Attributes:
        name: of the folder that holds what is known of its mutants.
        tests: folders, files, or single tests as pytest names them.
        left_out: tests that take longest and reach nothing that the others do not.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()


ROOMS = (
    Room("state", ("bot/views/state.py",), ("tests/bot/views",)),
    Room(
        "merging",
        ("embeddings/build/merging.py", "embeddings/build/edits.py"),
        ("tests/embeddings/build/test_merging.py",),
    ),
    Room(
        "catalogue",
        (
            "embeddings/index/catalogue.py",
            "embeddings/index/catalogue_file.py",
            "embeddings/index/catalogue_words.py",
            "embeddings/index/catalogue_writer.py",
        ),
        (
            "tests/embeddings/index/test_catalogue.py",
            "tests/embeddings/index/test_catalogue_lists.py",
            "tests/embeddings/index/test_catalogue_words.py",
        ),
    ),
    Room("on_this_day", ("embeddings/search/on_this_day.py",), ("tests/embeddings/search/test_on_this_day.py",)),
    Room("ranking", ("embeddings/search/ranking.py",), ("tests/embeddings/search/test_ranking.py",)),
    Room(
        "related",
        ("embeddings/search/related.py",),
        ("tests/embeddings/search/test_related.py",),
        left_out=("test_lists_of_the_sample", "test_the_pairs_do_not_tell"),
    ),
    Room(
        "daily_posts",
        ("bot/store/daily_posts.py",),
        ("tests/bot/daily/test_claims.py", "tests/bot/store/test_daily_posts.py"),
    ),
    Room(
        "channels",
        (
            "bot/posting/channels.py",
            "bot/posting/fence.py",
            "bot/posting/forums.py",
            "bot/posting/gaps.py",
            "bot/posting/publisher.py",
            "bot/posting/refusals.py",
            "bot/posting/trials.py",
        ),
        (
            "tests/bot/posting/test_channels.py",
            "tests/bot/posting/test_fence.py",
            "tests/bot/posting/test_forums.py",
            "tests/bot/posting/test_gaps.py",
            "tests/bot/posting/test_publisher.py",
            "tests/bot/posting/test_trials.py",
        ),
    ),
    Room(
        "poster",
        ("bot/posting/poster.py",),
        (
            "tests/bot/posting/test_loop.py",
            "tests/bot/posting/test_poster.py",
            "tests/bot/posting/test_promises.py",
            "tests/bot/posting/test_places.py::TestTrouble::test_gets_it_once_whatever_becomes_of_the_request",
        ),
        left_out=(
            "test_two_hundred_posts_arrive",
            "test_many_posts_of_one_minute",
            "test_several_processes_post_it_once",
            "test_discords_outage_is_tried_again",
            "TestAStoreThatLacksPosts",
        ),
    ),
)
