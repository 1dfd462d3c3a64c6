"""How `python -m tests.proofs.sample_dates` judges lines, on an archive of a few hundred."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from embeddings.archive import Report, read_archive
from embeddings.events import Event, event_id
from embeddings.sample.source import SourceEvent, read_source
from tests.proofs.archives import events, write_jsonl
from tests.proofs.sample_dates import REASONS, SOURCE, Lines, check, cli, read_reasons

DAY = dt.date(2010, 1, 15)

EVENT = SourceEvent(
    date=DAY,
    headline="The airship Zephyrine lands on the glacier of Ostrava after nine days aloft.",
    summary="Its crew of four had set out to cross the mountains without an engine.",
    field="science",
    continent="Europe",
    wikipedia="Zephyrine",
    contexts=["Zephyrine", "Airship", "Ostrava"],
)

TOLD = "After nine days the airship Zephyrine comes down on a glacier near Ostrava."


def lines(tmp_path: Path, *more: tuple[int, str]) -> Lines:
    """An archive of thirty days with these lines added, so many days from the event's."""
    added = []
    for days_off, headline in more:
        day = DAY + dt.timedelta(days=days_off)
        added.append(Event(id=event_id(day, headline), date=day, headline=headline))
    archive = write_jsonl(tmp_path / "archive.jsonl", [*events(300, seed=1), *added])
    return Lines(read_archive(archive, Report()))


@pytest.mark.parametrize("days_off", [-1, 0, 1])
def test_a_line_of_the_day_or_of_one_beside_it_confirms(tmp_path: Path, days_off: int) -> None:
    match = lines(tmp_path, (days_off, TOLD)).find(EVENT).match
    assert match is not None
    assert (match.line.headline, match.days_off) == (TOLD, days_off)


def test_a_line_of_the_day_counts_before_a_better_one_beside_it(tmp_path: Path) -> None:
    short = "The Zephyrine lands on a glacier after days aloft."
    match = lines(tmp_path, (0, short), (1, TOLD)).find(EVENT).match
    assert match is not None
    assert match.line.headline == short


@pytest.mark.parametrize(
    ("days_off", "headline"),
    [
        (2, TOLD),
        (-2, TOLD),
        (0, "The mayor of Ostrava opens a bridge, a library and a railway on Friday morning."),
        (0, "An airship lands on the glacier after nine days aloft."),  # whose?
    ],
)
def test_a_line_of_another_day_or_event_does_not_confirm(tmp_path: Path, days_off: int, headline: str) -> None:
    assert lines(tmp_path, (days_off, headline)).find(EVENT).match is None


def test_a_better_line_of_the_week_before_marks_a_line(tmp_path: Path) -> None:
    later = "The crew of the Zephyrine comes home from Ostrava with an airship in a box."
    marked = lines(tmp_path, (0, later), (-3, TOLD)).find(EVENT)
    assert marked.match is not None
    assert marked.before is not None
    assert (marked.match.line.headline, marked.before.line.headline) == (later, TOLD)
    assert lines(tmp_path, (0, TOLD), (-3, later)).find(EVENT).before is None


def test_an_event_without_a_line_needs_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = lines(tmp_path)
    assert check([EVENT], archive, {}).show() == 1
    assert check([EVENT], archive, {(DAY, "Zephyrine"): "nobody was there to see it"}).show() == 0
    assert "no line: nobody was there to see it" in capsys.readouterr().out


def test_a_reason_counts_before_a_line(tmp_path: Path) -> None:
    table = check([EVENT], lines(tmp_path, (0, TOLD)), {(DAY, "Zephyrine"): "the line tells of a film"})
    assert table.figures["confirmed on the day"] == "0"
    assert table.figures["not confirmed, with a reason"] == "1"


def test_a_reason_without_its_event_is_a_failure(tmp_path: Path) -> None:
    table = check([EVENT], lines(tmp_path, (0, TOLD)), {(DAY, "Zeppelin"): "of an event that is gone"})
    assert [failure for failure in table.failures if "Zeppelin" in failure]


def test_events_beyond_the_archives_days_are_left_alone(tmp_path: Path) -> None:
    old = EVENT.model_copy(update={"date": dt.date(1930, 1, 15)})
    table = check([old], lines(tmp_path), {})
    assert not table.failures
    assert table.figures["beyond the archive's days"] == "1"


def test_the_command_fails_on_an_archive_that_lacks_the_samples_events(tmp_path: Path) -> None:
    archive = write_jsonl(tmp_path / "archive.jsonl", events(300, seed=1))  # January 2010, in made-up places
    outcome = CliRunner().invoke(cli, [str(archive)])
    assert outcome.exit_code == 1
    assert "2010-01-04 Burj Khalifa" in outcome.stderr


def test_the_reasons_that_ship_are_of_events_that_ship() -> None:
    known = {(event.date, event.wikipedia) for event in read_source(SOURCE)}
    assert set(read_reasons(SOURCE / REASONS)) <= known
