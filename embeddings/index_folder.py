"""The index on the disk: one folder with generations of files, and a manifest that names the one in force.

    index/
      manifest.json              the generation in force: its model, counts, and each file's size and SHA-256
      generations/<name>/        catalogue.sqlite, vectors.faiss, in_use.lock
      build.lock                 held while a build runs; the system frees it when the process ends
      encoded.sqlite             vectors of a build that has not finished

A build writes a generation beside the one in force and replaces the manifest with one rename; published files are
never written again. Readers hold a shared lock on their generation until they let go of it; a build deletes the older
ones that nobody holds. This guards against crashes and damage, not against somebody who may write to the folder.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import portalocker
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from embeddings.catalogue import Catalogue
from embeddings.errors import BuildRunningError, IndexMissingError, IndexUnusableError
from embeddings.vectors import VectorIndex

FORMAT = 1
MANIFEST = "manifest.json"
CATALOGUE = "catalogue.sqlite"
VECTORS = "vectors.faiss"

_IN_USE = "in_use.lock"
_AGAIN = "run `python -m embeddings build` again"
_OPEN_TRIES = 5


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """Size in bytes and SHA-256 of a published file."""

    size: int
    sha256: str


class ModelRecord(_Frozen):
    """The model that made the vectors."""

    name: str
    fingerprint: str
    dimension: int = Field(gt=0)


class Manifest(_Frozen):
    """What an index is: everything that a reader checks before it opens the files."""

    format: int
    generation: str = Field(pattern=r"^[0-9a-z-]{1,60}$")
    built: dt.datetime
    model: ModelRecord
    events: int
    days: int
    first: dt.date | None
    last: dt.date | None
    attributions: tuple[str, ...]
    files: dict[str, FileRecord]

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(record.size for record in self.files.values())


@dataclass(slots=True)
class OpenIndex:
    """A generation that is held open: it stays on the disk until `close`."""

    manifest: Manifest
    catalogue: Catalogue
    vectors: VectorIndex
    _in_use: IO[bytes]

    def close(self) -> None:
        """Let go of the generation. Nothing of it may be used afterwards."""
        self.catalogue.close()
        self._in_use.close()


class IndexFolder:
    """The folder of an index, whether or not there is one in it yet."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # --- reading ---

    def manifest(self) -> Manifest:
        """The generation in force.

        Raises:
            IndexMissingError: if the folder has none.
            IndexUnusableError: if the manifest is damaged or of another format.
        """
        path = self.root / MANIFEST
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissingError(
                f"there is no index in {self.root}; "
                f"make one with `python -m embeddings --index {self.root} build ARCHIVE`"
            ) from None
        except OSError as error:
            raise IndexUnusableError(f"{path} cannot be read: {error.strerror}") from error
        try:
            outer = json.loads(data)
            body = outer["manifest"]
            if body["format"] != FORMAT:
                raise IndexUnusableError(
                    f"the index in {self.root} has format {body['format']}, this program reads {FORMAT}; {_AGAIN}"
                )
            manifest = Manifest.model_validate(body)
            if data != _render(manifest):
                raise ValueError("its checksum does not fit")
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
            raise IndexUnusableError(f"the manifest {path} is damaged; {_AGAIN}") from error
        return manifest

    def open(self) -> OpenIndex:
        """Open the generation in force, checking the manifest and the sizes of its files.

        Raises:
            IndexMissingError: if the folder has none.
            IndexUnusableError: if a file is missing, has another size, or does not belong to the others.
        """
        for _ in range(_OPEN_TRIES):
            manifest = self.manifest()
            folder = self._generation(manifest)
            try:
                in_use = (folder / _IN_USE).open("rb")
                portalocker.lock(in_use, portalocker.LOCK_SH)
            except FileNotFoundError:
                if self.manifest().generation == manifest.generation:
                    raise IndexUnusableError(f"the index lacks {folder / _IN_USE}; {_AGAIN}") from None
                continue  # a build replaced and deleted it in between
            try:
                return self._open_files(manifest, folder, in_use)
            except BaseException:
                in_use.close()
                if self.manifest().generation == manifest.generation:
                    raise
        raise IndexUnusableError(f"the index in {self.root} is replaced faster than it can be opened; try again")

    def _open_files(self, manifest: Manifest, folder: Path, in_use: IO[bytes]) -> OpenIndex:
        for name, record in manifest.files.items():
            if problem := _size_problem(folder / name, record):
                raise IndexUnusableError(f"{problem}; {_AGAIN}")
        catalogue = Catalogue(folder / CATALOGUE)
        vectors = VectorIndex.load(folder / VECTORS)
        if not (catalogue.size == manifest.events == len(vectors) and vectors.dimension == manifest.model.dimension):
            raise IndexUnusableError(
                f"the parts of the index in {self.root} do not belong together: {manifest.events:,} events in the "
                f"manifest, {catalogue.size:,} in the catalogue, {len(vectors):,} vectors of {vectors.dimension} "
                f"numbers; {_AGAIN}"
            )
        return OpenIndex(manifest, catalogue, vectors, in_use)

    def problems(self) -> Iterator[str]:
        """Hash every file and check the parts against each other; yields a sentence for each thing that is wrong.

        Raises:
            IndexMissingError: if the folder has no index.
        """
        try:
            manifest = self.manifest()
        except IndexUnusableError as error:
            yield str(error)
            return
        folder = self._generation(manifest)
        sound = True
        for name, record in sorted(manifest.files.items()):
            if problem := _size_problem(folder / name, record) or _hash_problem(folder / name, record):
                sound = False
                yield f"{problem}; {_AGAIN}"
        if not sound:
            return
        try:
            index = self.open()
        except IndexUnusableError as error:
            yield str(error)
            return
        try:
            yield from index.catalogue.problems()
        finally:
            index.close()

    def _generation(self, manifest: Manifest) -> Path:
        return self.root / "generations" / manifest.generation

    # --- writing ---

    @contextlib.contextmanager
    def build_lock(self) -> Iterator[None]:
        """Hold the folder against other builds; what earlier builds left unfinished is cleared away.

        Raises:
            BuildRunningError: if another build runs.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "build.lock").open("ab") as lock:
            try:
                portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
            except portalocker.LockException as error:
                raise BuildRunningError(
                    f"another build of the index in {self.root} is running; wait for it to end, then try again"
                ) from error
            self.clear()
            yield

    def new_generation(self, built: dt.datetime) -> Path:
        """Make the folder of a new generation."""
        name = f"{built:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        folder = self.root / "generations" / name
        folder.mkdir(parents=True)
        (folder / _IN_USE).touch()
        return folder

    def publish(self, folder: Path, manifest: Manifest) -> None:
        """Put a finished generation in force with one rename.

        Everything is on the disk before the rename, so that a loss of power leaves the old index or the new one.
        """
        for file in folder.iterdir():
            _sync(file)
        _sync(folder)
        _sync(folder.parent)
        new = self.root / f"{MANIFEST}.new"
        new.write_bytes(_render(manifest))
        _sync(new)
        new.replace(self.root / MANIFEST)
        _sync(self.root)

    def clear(self) -> None:
        """Delete the generations that are neither in force nor held by a reader."""
        with contextlib.suppress(IndexMissingError, IndexUnusableError):
            kept = self.manifest().generation
            self._clear_but(kept)
            return
        if not (self.root / MANIFEST).exists():
            self._clear_but(None)

    def _clear_but(self, kept: str | None) -> None:
        parent = self.root / "generations"
        for folder in parent.iterdir() if parent.is_dir() else ():
            if folder.name == kept:
                continue
            try:
                with (folder / _IN_USE).open("ab") as in_use:
                    portalocker.lock(in_use, portalocker.LOCK_EX | portalocker.LOCK_NB)
                    shutil.rmtree(folder)
            except portalocker.LockException:
                continue  # a reader holds it; a later build clears it
            except FileNotFoundError:
                shutil.rmtree(folder, ignore_errors=True)


def file_record(path: Path) -> FileRecord:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileRecord(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _render(manifest: Manifest) -> bytes:
    """The manifest as it stands in the file, with its own SHA-256: reading compares byte for byte."""
    body = manifest.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return (json.dumps({"manifest": body, "sha256": digest}, indent=1, ensure_ascii=False) + "\n").encode()


def _size_problem(path: Path, record: FileRecord) -> str | None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return f"the index lacks {path}"
    return None if size == record.size else f"{path} has {size:,} bytes, expected {record.size:,}"


def _hash_problem(path: Path, record: FileRecord) -> str | None:
    try:
        return None if file_record(path) == record else f"{path} is damaged: its SHA-256 is not the manifest's"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"


def _sync(path: Path) -> None:
    """Have the system write a file, or a folder's list of names, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX systems open folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
