from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.errors import BuildRunningError, IndexMissingError, IndexUnusableError
from embeddings.index.codes import Codes
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import CATALOGUE, CODES, FILES, FORMAT, MANIFEST, STORY_FILES, TRAITS, file_record
from tests.conftest import BuildArchives
from tests.word_encoder import WordEncoder

AGAIN = r"run `python -m embeddings build` again"


def archive(folder: Path, *headlines: str) -> Path:
    path = folder / "events.jsonl"
    lines = [json.dumps({"date": f"2015-12-{day:02}", "headline": text}) for day, text in enumerate(headlines, 1)]
    path.write_text("\n".join(lines))
    return path


def generation(folder: IndexFolder) -> Path:
    return folder.root / "generations" / folder.manifest().generation


@dataclass(frozen=True)
class Made:
    """Indexes to which nothing may write."""

    three: IndexFolder
    as_large: IndexFolder
    many: IndexFolder
    compressed: IndexFolder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    def make(*headlines: str, compressed_from: int = 1_000) -> IndexFolder:
        root = tmp_path_factory.mktemp("made")
        folder = IndexFolder(root / "index")
        build_index(folder, [archive(root, *headlines)], WordEncoder(), Report(), compressed_from=compressed_from)
        return folder

    return Made(
        three=make("It rains.", "It pours.", "It stops."),
        as_large=make("Snow.", "It melts.", "It dries up."),
        many=make(*(f"Event {n} of a longer list" for n in range(1, 29))),
        compressed=make(*(f"Event {n}" for n in range(1, 29)), compressed_from=1),
    )


@pytest.fixture
def built(folder: IndexFolder, made: Made) -> IndexFolder:
    """An index of three events."""
    shutil.copytree(made.three.root, folder.root)
    return folder


class TestManifest:
    def test_says_what_the_index_holds(self, built: IndexFolder) -> None:
        manifest = built.manifest()
        assert (manifest.events, manifest.days) == (3, 3)
        assert (str(manifest.first), str(manifest.last)) == ("2015-12-01", "2015-12-03")
        assert (manifest.model.name, manifest.model.dimension) == ("words", 256)
        assert manifest.attributions == ("Wikipedia, CC BY-SA 4.0",)
        assert set(manifest.files) == {*FILES, TRAITS, *STORY_FILES}
        assert manifest.bytes == sum(path.stat().st_size for path in generation(built).iterdir())
        for name, record in manifest.files.items():
            assert record == file_record(generation(built) / name)

    @pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, Path.touch], ids=["nothing", "empty", "a file"])
    def test_a_folder_without_an_index_says_how_to_make_one(self, tmp_path: Path, make: Callable[[Path], None]) -> None:
        root = tmp_path / "elsewhere"
        make(root)
        with pytest.raises(IndexMissingError, match=r"there is no index in .*elsewhere; make one with `python -m emb"):
            IndexFolder(root).manifest()

    def test_another_format_is_named_with_what_to_do(self, built: IndexFolder) -> None:
        path = built.root / MANIFEST
        path.write_text(path.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
        with pytest.raises(IndexUnusableError, match=rf"has format 99, this program reads \d+; {AGAIN}"):
            built.open()
        assert len(list(built.problems())) == 1

    @pytest.mark.parametrize(
        "data",
        [b"", b"{", b"[]", b"null", b'"x"', b'{"manifest": {}}', b'{"manifest": []}', b"\xff\xfe", b"[" * 100_000],
    )
    def test_a_damaged_manifest_is_named_with_what_to_do(self, built: IndexFolder, data: bytes) -> None:
        (built.root / MANIFEST).write_bytes(data)
        with pytest.raises(IndexUnusableError, match=rf"manifest\.json is damaged; {AGAIN}"):
            built.open()
        [problem] = built.problems()
        assert "manifest.json is damaged" in problem

    def test_a_manifest_that_leads_out_of_the_folder_is_refused(self, built: IndexFolder) -> None:
        path = built.root / MANIFEST
        path.write_text(path.read_text().replace(built.manifest().generation, "../../elsewhere"))
        with pytest.raises(IndexUnusableError, match=r"manifest\.json is damaged"):
            built.open()

    def test_any_byte_that_changes_is_found(self, tmp_path: Path, built: IndexFolder) -> None:
        path = built.root / MANIFEST
        whole = path.read_bytes()
        for place in range(0, len(whole), 5):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert list(built.problems()), f"byte {place} of {whole!r}"


class TestFiles:
    def test_a_sound_index_opens_and_has_no_problems(self, built: IndexFolder) -> None:
        assert list(built.problems()) == []
        index = built.open()
        assert index.catalogue.size == len(index.vectors) == 3
        index.close()

    @pytest.mark.parametrize("name", [*FILES, "in_use.lock"])
    def test_a_missing_file_is_named_with_what_to_do(self, built: IndexFolder, name: str) -> None:
        (generation(built) / name).unlink()
        with pytest.raises(IndexUnusableError, match=rf"the index lacks .*{name}; {AGAIN}"):
            built.open()
        assert any(name in problem for problem in built.problems())

    def test_a_missing_generation_is_a_sentence_too(self, built: IndexFolder) -> None:
        shutil.rmtree(built.root / "generations")
        with pytest.raises(IndexUnusableError, match=rf"the index lacks .*; {AGAIN}"):
            built.open()
        assert list(built.problems())

    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b""])
    def test_a_file_of_another_size_is_named_with_both_sizes(
        self, built: IndexFolder, name: str, change: Callable[[bytes], bytes]
    ) -> None:
        path = generation(built) / name
        size = path.stat().st_size
        path.write_bytes(change(path.read_bytes()))
        with pytest.raises(IndexUnusableError, match=rf"{name} has [\d,]+ bytes, expected {size:,}; {AGAIN}"):
            built.open()
        assert any(name in problem for problem in built.problems())

    @pytest.mark.parametrize("name", FILES)
    def test_files_of_two_builds_do_not_open_together(self, made: Made, built: IndexFolder, name: str) -> None:
        shutil.copy(generation(made.many) / name, generation(built) / name)
        with pytest.raises(IndexUnusableError, match=AGAIN):
            built.open()
        assert list(built.problems())

    @pytest.mark.parametrize("name", FILES)
    def test_files_of_two_builds_of_one_size_are_found_by_hashing(
        self, made: Made, built: IndexFolder, name: str
    ) -> None:
        shutil.copy(generation(made.as_large) / name, generation(built) / name)
        assert any(rf"{name} is damaged: its SHA-256 is not the manifest's" in problem for problem in built.problems())


@pytest.mark.parametrize("name", FILES)
def test_verifying_finds_a_flipped_bit_anywhere_in_a_file(built: IndexFolder, name: str) -> None:
    path = generation(built) / name
    whole = path.read_bytes()
    for place in {*range(0, len(whole), len(whole) // 20), len(whole) - 1}:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert any(name in problem for problem in built.problems()), f"byte {place}"
    path.write_bytes(whole)
    assert not list(built.problems())


class TestCodes:
    @pytest.fixture
    def compressed(self, folder: IndexFolder, made: Made) -> IndexFolder:
        shutil.copytree(made.compressed.root, folder.root)
        return folder

    def test_codes_in_which_any_bit_changed_are_never_read(self, compressed: IndexFolder) -> None:
        path = generation(compressed) / CODES
        whole = path.read_bytes()
        for place in {*range(0, len(whole), len(whole) // 20), len(whole) - 1}:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
            with closing(compressed.open()) as index:
                query = index.vectors.take([0])[0]
                for _ in range(2):
                    with pytest.raises(IndexUnusableError, match=rf"{CODES} is damaged: .*; {AGAIN}"):
                        index.vectors.search(query, 1)
            with pytest.raises(IndexUnusableError, match=rf"{CODES} is damaged: .*; {AGAIN}"):
                compressed.open_checked()
            assert any(CODES in problem for problem in compressed.problems())

    def test_codes_that_are_missing_are_named_with_what_to_do(self, compressed: IndexFolder) -> None:
        (generation(compressed) / CODES).unlink()
        with pytest.raises(IndexUnusableError, match=rf"the index lacks .*{CODES}; {AGAIN}"):
            compressed.open()

    def test_threads_that_search_first_at_once_load_them_once(
        self, compressed: IndexFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loads: list[Path] = []
        load = Codes.load

        def counted(path: Path) -> Codes:
            loads.append(path)
            return load(path)

        monkeypatch.setattr(Codes, "load", counted)
        with closing(compressed.open()) as index, ThreadPoolExecutor(8) as pool:
            assert not loads
            queries = index.vectors.take(range(28))
            found = list(pool.map(lambda query: float(index.vectors.search(query, 1)[1][0]), queries))
        assert len(loads) == 1
        assert found == pytest.approx([1.0] * 28)


class TestCatalogueAlone:
    def test_it_holds_the_events(self, built: IndexFolder) -> None:
        with built.catalogue() as catalogue:
            assert [event.headline for event in catalogue.events(range(3))] == ["It rains.", "It pours.", "It stops."]

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_that_is_missing_is_named_though_it_is_not_read(self, built: IndexFolder, name: str) -> None:
        (generation(built) / name).unlink()
        with pytest.raises(IndexUnusableError, match=rf"the index lacks .*{name}; {AGAIN}"), built.catalogue():
            pass

    def test_one_of_another_build_is_refused(self, made: Made, built: IndexFolder) -> None:
        path = generation(built) / CATALOGUE
        shutil.copy(generation(made.many) / CATALOGUE, path)
        manifest = built.manifest()
        built.publish(path.parent, replace(manifest, files={**manifest.files, CATALOGUE: file_record(path)}))
        with (
            pytest.raises(IndexUnusableError, match=r"3 events in the manifest, 28 in the catalogue"),
            built.catalogue(),
        ):
            pass

    def test_a_build_does_not_delete_it_while_it_is_read(
        self, tmp_path: Path, built: IndexFolder, build: BuildArchives
    ) -> None:
        with built.catalogue() as catalogue:
            build(archive(tmp_path, "It snows."), accept_removals=True)
            assert len(catalogue.events(range(3))) == 3


class TestReadersAndBuilds:
    def test_a_reader_keeps_the_generation_it_opened_while_another_is_published(
        self, tmp_path: Path, built: IndexFolder, build: BuildArchives
    ) -> None:
        reader = built.open()
        old = generation(built)
        build(archive(tmp_path, "It snows."), accept_removals=True)
        assert old.is_dir()
        assert [event.headline for event in reader.catalogue.events(range(3))] == [
            "It rains.",
            "It pours.",
            "It stops.",
        ]
        assert len(reader.vectors.take([0, 1, 2])) == 3
        newer = built.open()
        assert [event.headline for event in newer.catalogue.events([0])] == ["It snows."]
        newer.close()
        reader.close()

    def test_old_generations_are_cleared_when_nobody_reads_them(
        self, tmp_path: Path, built: IndexFolder, build: BuildArchives
    ) -> None:
        reader = built.open()
        held = generation(built)
        build(archive(tmp_path, "It snows."), accept_removals=True)
        build(archive(tmp_path, "It melts."), accept_removals=True)
        assert set((built.root / "generations").iterdir()) == {held, generation(built)}
        reader.close()
        build(archive(tmp_path, "It dries."), accept_removals=True)
        assert list((built.root / "generations").iterdir()) == [generation(built)]

    def test_only_one_build_holds_the_folder(self, built: IndexFolder) -> None:
        with (
            built.build_lock(),
            pytest.raises(BuildRunningError, match=r"another build of the index in .* is running; wait for it to end"),
            IndexFolder(built.root).build_lock(),
        ):
            pass
        with built.build_lock():
            pass

    def test_what_a_killed_build_left_is_cleared_by_the_next(self, built: IndexFolder) -> None:
        kept = generation(built)
        left = built.root / "generations" / "20150101-000000-deadbeef"
        left.mkdir()
        (left / "staging.sqlite").write_bytes(b"half")
        with built.build_lock():
            assert list((built.root / "generations").iterdir()) == [kept]
        assert list(built.problems()) == []

    def test_a_stray_file_among_the_generations_stops_nothing(
        self, tmp_path: Path, built: IndexFolder, build: BuildArchives
    ) -> None:
        (built.root / "generations" / ".DS_Store").write_bytes(b"left by a file manager")
        assert build(archive(tmp_path, "It snows."), accept_removals=True).events == 1
