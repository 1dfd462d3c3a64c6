"""What `python -m tests.proofs.soak` decides by."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from embeddings.index.folder import IndexFolder
from tests.bot.running import parts
from tests.bot.stores import EMPTY
from tests.proofs.soak import Size, Soak, judge, lag_s, publish_anew
from tests.proofs.tables import Table

MB = 2**20


def judged(growth: float = 1.0, handles: int = 30, threads: int = 10, lost: tuple[str, ...] = ()) -> list[str]:
    """What fails after a soak of 100 s in which something grew at the end."""
    sizes = [Size(at, 100 * MB, 300 * MB, 30, 10) for at in range(80)]
    sizes += [Size(at, int(100 * growth) * MB, 300 * MB, handles, threads) for at in range(80, 100)]
    table = Table("a soak")
    judge(Soak(sizes, asked=10, lost=list(lost)), 0.0, 100.0, table)
    return table.failures


def test_what_stays_level_passes() -> None:
    assert judged(growth=1.04, handles=33, threads=10) == []


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("anonymous: 100 MB", {"growth": 1.06}),
        ("handles: 30", {"handles": 60}),
        ("threads: 10", {"threads": 20}),
        ("/ask: no answer", {"lost": ("/ask: no answer",)}),
    ],
)
def test_what_grows_or_is_lost_fails(what: str, how: dict[str, float]) -> None:
    [failure] = judged(**how)  # type: ignore[arg-type]
    assert what in failure


def test_a_lag_is_read_from_the_buckets_between_two_scrapes() -> None:
    def scraped(*counts: int) -> dict[str, float]:
        bounds = ("0.01", "0.1", "+Inf")
        return {
            f'dateline_event_loop_lag_seconds_bucket{{le="{bound}"}}': count
            for bound, count in zip(bounds, counts, strict=True)
        }

    before, after = scraped(5, 6, 6), scraped(95, 104, 106)
    assert lag_s(before, after, 0.5) == 0.01
    assert lag_s(before, after, 0.95) == 0.1
    assert lag_s(before, after, 0.99) == float("inf")


async def test_an_index_that_is_published_anew_is_answered_from(sample_folder: IndexFolder, tmp_path: Path) -> None:
    index = IndexFolder(shutil.copytree(sample_folder.root, tmp_path / "index"))
    async with parts(index, EMPTY.in_folder(tmp_path)) as (engine, _):
        before = engine.manifest
        publish_anew(index)
        assert await engine.reload_if_replaced()
        assert engine.manifest != before
        index.clear()
        assert len(list((index.root / "generations").iterdir())) == 1
