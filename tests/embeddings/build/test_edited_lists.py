"""A list that was edited after an archive of it was made, and before it was fetched."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.archive.days import DAYS_OF_YEAR, DayOfYear
from embeddings.archive.fetched import FetchedDays
from embeddings.build.joining import joined_days
from embeddings.build.result import BuildResult
from embeddings.build.run import Build, build_index
from embeddings.build.staging import Staged
from embeddings.command_line.commands import main
from embeddings.events import Event, Source, event_id
from embeddings.index.folder import IndexFolder
from embeddings.wiki.replies import WikiPage
from tests.word_encoder import WordEncoder

DAY = dt.date(2013, 4, 9)
NOW = dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC)
COMET = "A comet is seen over Lima."
FERRY = (
    "In a storm off [[Zanzibar]] the ferry ''Coral'' sank with 200 people.",
    "In a storm off [[Zanzibar]] the ferry ''Coral'' sank with 212 people.",
    "In a storm off [[Zanzibar]] the ferry ''Coral'' sank with 212 people aboard.",
)
PORTAL_FERRY = "A ferry with 212 people aboard sinks off Zanzibar in a storm."

# Facts of one day, each as who, what, and the rest.
FACTS = (
    ("The parliament of Vanuatu", "abolishes", "the death penalty after a debate of 14 hours"),
    ("A ferry with 212 people aboard", "sinks", "off Zanzibar in a storm"),
    ("Queen Ida of Maldane", "opens", "the bridge across the Orm at Kestrel Bay"),
    ("An earthquake of magnitude 6.4", "kills", "31 people near Dell in southern Chile"),
    ("The probe Lantern", "lands", "on the asteroid Bennu, the first craft of Portugal to do so"),
    ("Police in Antwerp", "seize", "nine tonnes of smuggled ivory from Kenya"),
    ("The chess player Tor Hale", "wins", "the world title in Baku at the age of 19"),
    ("Workers of the Halden mine", "end", "a strike that lasted 40 weeks"),
)
PAST = {
    "abolishes": "abolished", "sinks": "sank", "opens": "opened", "kills": "killed", "lands": "landed",
    "seize": "seized", "wins": "won", "end": "ended",
}  # fmt: skip
EDITS: tuple[Callable[[str, str, str], str], ...] = (
    lambda who, what, rest: f"{who} {PAST[what]} {rest}.",
    lambda who, what, rest: f"{who} {what} {rest}",
    lambda who, what, rest: f"{who} {what} {rest}, the first such news for years.",
    lambda who, what, rest: f"In {DAY.year}, {who[0].lower()}{who[1:]} finally {what} {rest}.",
    lambda who, what, rest: f"{who} (pictured) {what} {rest}.",
    lambda who, what, rest: f"{who} {what} {rest.replace('the ', '')}.",
    lambda who, what, rest: f"{who.replace('The ', '').replace('A ', 'One ')} {PAST[what]} {rest}!",
    lambda who, what, rest: f"{who} {PAST[what]} {' '.join(rest.split()[:-1])}.",
)


def staged(headline: str, *, fetched: bool, category: str | None = None, url: str | None = None) -> Staged:
    event = Event(
        id=event_id(DAY, headline),
        date=DAY,
        headline=headline,
        category=category,
        sources=(Source("a", url),) if url else (),
        lists=(DAYS_OF_YEAR,),
    )
    return Staged(event, fetched=fetched, archive="fetched" if fetched else "dump")


def joined(*read: Staged) -> dict[str, list[str]]:
    """The headlines that become events, each with the earlier ones that are the same."""
    [day] = joined_days([(DAY, list(read))])
    named = {place: [each.event.headline for each in entries] for place, entries in day.named.items()}
    return {each.event.headline: named.get(place, []) for place, each in enumerate(day.read)}


def told(fact: tuple[str, str, str]) -> str:
    return f"{fact[0]} {fact[1]} {fact[2]}."


def test_each_bullet_of_a_day_that_was_edited_is_what_it_was() -> None:
    """Eight bullets, all edited at once, each in eight ways; one that stayed is not taken for another."""
    kept = staged(COMET, fetched=False), staged(COMET, fetched=True)
    right = 0
    for turn in range(len(EDITS)):
        after = {EDITS[(turn + place) % len(EDITS)](*fact): told(fact) for place, fact in enumerate(FACTS)}
        read = [staged(told(fact), fetched=False) for fact in FACTS] + [staged(each, fetched=True) for each in after]
        for order in (read, read[::-1]):
            found = joined(*order, *kept)
            assert found.pop(COMET) == []
            expected = {new: [] if new.rstrip(".") == old.rstrip(".") else [old] for new, old in after.items()}
            wrong = {new: old for new, old in found.items() if old != expected.get(new, [])}
            assert wrong == {}
        right += len(after)
    assert right == 64


def test_what_was_struck_out_is_not_what_was_written_instead() -> None:
    """Every two facts of a day, one of which is in the archive alone and the other on the page alone."""
    pairs = list(itertools.permutations(map(told, FACTS), 2))
    for gone, new in pairs:
        assert joined(staged(gone, fetched=False), staged(new, fetched=True)) == {gone: [], new: []}
    singers = [f"{name}, Maldane singer-songwriter and guitarist of many bands" for name in ("Ida Berg", "Tor Hale")]
    alike = (
        (FERRY[0], FERRY[1], None, "Deaths"),
        (singers[0], singers[1], "Births", "Births"),
        (FERRY[0], FERRY[1], "Births", "Deaths"),
    )
    for gone, new, before, now in alike:
        read = staged(gone, fetched=False, category=before), staged(new, fetched=True, category=now)
        assert joined(*read) == {gone: [], new: []}, (gone, new)
    url = "https://a.example/elections"  # of both
    elected = [
        f"{name} is elected mayor of {town} on Sunday." for name, town in (("Ida Berg", "Dell"), ("Tor", "Lima"))
    ]
    read = staged(elected[0], fetched=False, url=url), staged(elected[1], fetched=True, url=url)
    assert set(joined(*read)) == set(elected)
    stays = staged(FERRY[0], fetched=False), staged(FERRY[0], fetched=True)
    for fetched in (True, False):  # beside a bullet that stayed, one that is like it came or went
        assert set(joined(*stays, staged(FERRY[1], fetched=fetched))) == {FERRY[0], FERRY[1]}
    assert len(pairs) == 56


class Archives:
    """An index, the article on a day as an archive has it, and as it is fetched."""

    def __init__(self, folder: IndexFolder, root: Path) -> None:
        self.folder = folder
        self.dump = root / "days"
        self.dump.mkdir()
        folder.root.mkdir()
        self._revision = 0

    def text(self, *bullets: str) -> str:
        return "\n".join(["==Events==", *(f"*[[{DAY.year}]] &ndash; {bullet}" for bullet in bullets), ""])

    def build(self, *bullets: str, others: tuple[Path, ...] = ()) -> BuildResult:
        (self.dump / "April_9.wiki").write_text(self.text(*bullets))
        archives = [self.dump, *others] if bullets else list(others)
        return build_index(self.folder, archives, WordEncoder(), Report(), accept_removals=True)

    def fetch(self, *bullets: str) -> None:
        self._revision += 1
        page = WikiPage("April 9", self._revision, NOW, self.text(*bullets))
        with closing(FetchedDays(self.folder.fetched)) as fetched:
            fetched.of_the_year.keep({DayOfYear(4, 9): page}, NOW)

    def update(self, *bullets: str) -> BuildResult:
        self.fetch(*bullets)
        build = Build(self.folder, WordEncoder(), Report())
        with self.folder.build_lock(), closing(build.fetched()) as fetched:
            return build.replace_index(None, fetched)

    def held(self) -> dict[str, str]:
        """The headlines, with their ids."""
        with closing(self.folder.open()) as index:
            events = index.catalogue.events(range(index.catalogue.size))
        return {event.headline: event.id for event in events}


@pytest.fixture
def archives(tmp_path: Path, folder: IndexFolder) -> Archives:
    return Archives(folder, tmp_path)


def plain(bullet: str) -> str:
    return bullet.replace("[[", "").replace("]]", "").replace("''", "")


def test_an_edited_bullet_is_one_event_with_todays_words_and_the_id_it_had(archives: Archives) -> None:
    archives.build(FERRY[0], COMET)
    before = archives.held()
    ferry = before[plain(FERRY[0])]
    for bullet in (*FERRY[1:], FERRY[0].replace("sank", "sinks")):
        told = archives.update(bullet, COMET)
        assert (told.events, told.new, told.changed, told.removed) == (2, 0, 1, 0)
        assert archives.held() == {plain(bullet): ferry, COMET: before[COMET]}
    assert archives.build(FERRY[0], COMET).unchanged == 2  # from the archive again
    archives.update(COMET)  # the page has lost it, the archive has it
    assert archives.held() == before


def test_an_edit_does_not_part_a_bullet_from_the_archives_event_that_it_was_joined_to(
    tmp_path: Path, archives: Archives
) -> None:
    """An archive tells of it a day later: near enough to the old words of the bullet, not to the new ones."""
    portal = tmp_path / "portal.jsonl"
    portal.write_text(json.dumps({"date": str(DAY + dt.timedelta(1)), "headline": PORTAL_FERRY}) + "\n")
    archives.build(FERRY[2], others=(portal,))
    before = archives.held()
    assert list(before) == [PORTAL_FERRY]
    result = archives.update(FERRY[0])
    assert (result.events, result.removed) == (1, 0)
    assert archives.held() == before


def test_ids_outlive_rewordings_and_the_archives_event_that_takes_them_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether the archive has it on the list's day or the next, and after the last edit or with it."""
    wordings = ((FERRY[0], FERRY[2], FERRY[1]), (FERRY[1], FERRY[0], FERRY[1]))
    for number, (later, at_once) in enumerate(itertools.product((0, 1), (False, True))):
        bullets = wordings[number in (0, 3)]  # each with each day and each moment
        root = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        root.mkdir()
        archives = Archives(IndexFolder(root / "index"), root)
        ids = set()
        for bullet in bullets[:-1] if at_once else bullets:
            archives.update(bullet)
            ids |= {*archives.held().values(), event_id(DAY, plain(bullet))}
        archives.fetch(bullets[-1])
        portal = root / "portal.jsonl"
        portal.write_text(json.dumps({"date": str(DAY + dt.timedelta(later)), "headline": PORTAL_FERRY}) + "\n")
        result = archives.build(others=(portal,))
        [own_id] = archives.held().values()
        assert (result.events, result.removed) == (1, 0)
        for known in ids:
            assert main(["related", known, "--json", "--index", str(archives.folder.root)]) == 0
            assert json.loads(capsys.readouterr().out)["id"] == own_id
        with closing(archives.folder.open()) as index:
            assert index.catalogue.all_withdrawn() == []
