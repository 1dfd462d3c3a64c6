"""A file that was hashed is not hashed again while it is the same file; whatever else is there in its place, is."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.errors import IndexUnusableError
from embeddings.index import checked
from embeddings.index.checked import CHECKED
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import FILES, STORY_FILES, TRAITS, VECTORS, FileRecord, hash_problem
from tests.conftest import BuildArchives
from tests.embeddings.index.test_folder import archive, generation
from tests.word_encoder import WordEncoder

EVERY = sorted((*FILES, TRAITS, *STORY_FILES))


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were hashed, in order."""
    names: list[str] = []

    def counted(path: Path, record: FileRecord) -> str | None:
        names.append(path.name)
        return hash_problem(path, record)

    monkeypatch.setattr(checked, "hash_problem", counted)
    return names


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three events. Nothing may write to it."""
    root = tmp_path_factory.mktemp("made")
    events = archive(root, "It rains.", "It pours.", "It stops.")
    build_index(IndexFolder(root / "index"), [events], WordEncoder(), Report())
    return root / "index"


@pytest.fixture
def built(made: Path, folder: IndexFolder, monkeypatch: pytest.MonkeyPatch) -> IndexFolder:
    """An index of three events, and a clock by which it is as old as one has to be."""
    shutil.copytree(made, folder.root)
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60 * 10**9)
    return folder


def start(folder: IndexFolder) -> None:
    """What a process does that uses the index for long."""
    folder.open_checked(again=False).close()


def flip(path: Path) -> None:
    """Change the last bit of a file, in place."""
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)[0]
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last ^ 1]))


def test_only_the_first_start_hashes(built: IndexFolder, hashed: list[str]) -> None:
    start(built)
    assert hashed == EVERY
    start(built)
    start(built)
    assert hashed == EVERY


def test_a_new_generation_is_hashed(
    tmp_path: Path, built: IndexFolder, build: BuildArchives, hashed: list[str]
) -> None:
    start(built)
    build(archive(tmp_path, "It rains.", "It pours.", "It stops.", "It snows."))
    hashed.clear()
    start(built)
    assert hashed == EVERY


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("keep_times", [False, True])
def test_a_file_that_is_damaged_after_it_was_hashed_is_not_served(
    built: IndexFolder, name: str, keep_times: bool
) -> None:
    start(built)
    path = generation(built) / name
    before = path.stat()
    flip(path)
    if keep_times:  # of its contents; no program can set the time at which that was done
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for _ in range(2):
        with pytest.raises(IndexUnusableError, match=f"{name} is damaged"):
            start(built)


def test_a_damaged_file_that_takes_the_place_of_a_sound_one_is_not_served(built: IndexFolder) -> None:
    start(built)
    path = generation(built) / VECTORS
    shutil.copy2(path, path.with_suffix(".new"))
    flip(path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)
    with pytest.raises(IndexUnusableError, match=f"{VECTORS} is damaged"):
        start(built)


def test_a_copy_is_hashed_though_the_note_comes_with_it(tmp_path: Path, built: IndexFolder, hashed: list[str]) -> None:
    start(built)
    hashed.clear()
    shutil.copytree(built.root, tmp_path / "copy")  # with the times of the files, as backups keep them
    start(IndexFolder(tmp_path / "copy"))
    assert hashed == EVERY


@pytest.mark.parametrize("again", [lambda folder: folder.open_checked().close(), lambda folder: [*folder.problems()]])
def test_builds_and_verify_believe_no_note(built: IndexFolder, again: Callable[[IndexFolder], object]) -> None:
    start(built)
    path = generation(built) / VECTORS
    note = json.loads((built.root / CHECKED).read_text())
    flip(path)
    stat = path.stat()
    note[f"{path.parent.name}/{VECTORS}"][4:] = [stat.st_mtime_ns, stat.st_ctime_ns]
    (built.root / CHECKED).write_text(json.dumps(note))
    start(built)  # somebody who may write to the folder can deceive it
    assert f"{VECTORS} is damaged" in _told(again, built)


def _told(again: Callable[[IndexFolder], object], folder: IndexFolder) -> str:
    try:
        return str(again(folder))
    except IndexUnusableError as error:
        return str(error)


@pytest.mark.parametrize("note", [b"", b"[]", b'{"a": 1}', b"\xff", b"[" * 100_000, b'{"x": [1, 2]}'])
def test_a_damaged_note_is_none(built: IndexFolder, note: bytes, hashed: list[str]) -> None:
    (built.root / CHECKED).write_bytes(note)
    start(built)
    assert hashed == EVERY


def test_where_the_note_cannot_be_kept_every_start_hashes(built: IndexFolder, hashed: list[str]) -> None:
    (built.root / CHECKED).mkdir()
    start(built)
    start(built)
    assert hashed == 2 * EVERY
    assert not list(built.root.glob(f"{CHECKED}.*"))


def test_a_file_that_has_only_just_changed_is_hashed_again(
    built: IndexFolder, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = max(path.stat().st_ctime_ns for path in generation(built).iterdir())
    monkeypatch.setattr(time, "time_ns", lambda: changed + 10**6)
    start(built)
    start(built)
    assert hashed == 2 * EVERY
