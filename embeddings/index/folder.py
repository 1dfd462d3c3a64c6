"""The index on the disk: one folder with generations of files, and a manifest that names the one in force.

    index/
      manifest.json              the generation in force: its model, counts, and each file's size and SHA-256
      generations/<name>/        catalogue.sqlite, vectors.faiss, tokens.bin, starts.npy, prominence.npy, in_use.lock,
                                 stories.npy, former_stories.json;
                                 where there are many events: codes.faiss;
                                 where the model could be exported: encoder.xml, encoder.bin, tokenizer.json, head.npz
      build.lock                 held while a build runs; the system frees it when the process ends
      encoded.sqlite             vectors of a build that has not finished
      portal.sqlite              the portal's days that `update` has fetched
      checked.json               which files the bot has hashed, so that it need not at its next start

A build writes a generation beside the one in force and replaces the manifest with one rename; published files are
never written again. Readers hold a shared lock on their generation until they let go; a build deletes the older ones
that nobody holds. This guards against crashes and damage, not against somebody who may write to the folder.

What makes it safe to delete: a build looks for the exclusive lock of a generation only after another one is in force,
and a reader that has got the shared lock looks again whether its generation still is.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from embeddings.errors import BUILD_AGAIN, BuildRunningError, EmbeddingsError, IndexMissingError, IndexUnusableError
from embeddings.index import locks
from embeddings.index.catalogue import Catalogue
from embeddings.index.checked import CHECKED, CheckedFiles
from embeddings.index.disk import sync, unreadable
from embeddings.index.manifest import (
    CATALOGUE,
    CODES,
    FILES,
    FORMAT,
    FORMER,
    MANIFEST,
    PROMINENCE,
    STARTS,
    STORIES,
    TOKENS,
    VECTORS,
    FileRecord,
    Manifest,
    OtherFormatError,
    hash_problem,
    parse,
    render,
    size_problem,
)
from embeddings.program import index_command

if TYPE_CHECKING:
    from embeddings.index.prominence import Prominence
    from embeddings.index.stories import Stories
    from embeddings.index.tokens import TokenIndex
    from embeddings.index.vectors import VectorIndex

_NEW_MANIFEST = "manifest.json.new"
_IN_USE = "in_use.lock"
_OPEN_TRIES = 5
_ROWS_AT_ONCE = 4_096

_Look = Callable[[Path, FileRecord], str | None]  # says why a file is not the one that was published; None if it may be


@dataclass(slots=True)
class OpenIndex:
    """An open generation, which is not deleted before `close`.

    Attributes:
        stories: None where an earlier version made the index.
    """

    manifest: Manifest
    folder: Path
    catalogue: Catalogue
    vectors: VectorIndex
    tokens: TokenIndex
    prominence: Prominence
    stories: Stories | None
    _in_use: IO[bytes]

    def close(self) -> None:
        """Close the generation. Nothing of it may be used afterwards."""
        for part in (self.catalogue, self.vectors, self.tokens, self._in_use):
            part.close()


class IndexFolder:
    """The folder of an index, whether or not there is one in it yet."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def fetched(self) -> Path:
        """The file of the days that `update` has fetched, which outlives every generation."""
        return self.root / "portal.sqlite"

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
                f"make one with `{index_command(f'--index {self.root} build ARCHIVE')}`"
            ) from None
        except OSError as error:
            raise IndexUnusableError(unreadable(path, error)) from error
        try:
            return parse(data)
        except OtherFormatError as error:
            raise IndexUnusableError(
                f"the index in {self.root} has format {error}, this program reads {FORMAT}; {BUILD_AGAIN}"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexUnusableError(f"the manifest {path} is damaged; {BUILD_AGAIN}") from error

    def open(self) -> OpenIndex:
        """Open the generation in force, checking the manifest, the sizes of its files and that they belong together.

        Raises:
            IndexMissingError: if the folder has none.
            IndexUnusableError: if a file is missing, has another size, or does not belong to the others.
        """
        return self._open(size_problem, hashed=False)

    def open_checked(self, *, again: bool = True) -> OpenIndex:
        """Open as `open` does, and hash every file first: for processes that use the index for long, and for builds.

        Args:
            again: hash also what was hashed before and has not changed since (`embeddings.index.checked`).
        Raises:
            IndexMissingError, IndexUnusableError: as `open`; the second also if a file is not the one that was
                published.
        """
        checked = CheckedFiles(self.root / CHECKED)
        index = self._open(hash_problem if again else checked.problem, hashed=True)
        checked.save()
        return index

    @contextlib.contextmanager
    def catalogue(self) -> Iterator[Catalogue]:
        """Open the catalogue of the generation in force alone, checking as `open` does what can be checked of it.

        Raises:
            IndexMissingError, IndexUnusableError: as `open`.
        """
        manifest, in_use = self._hold()
        with in_use:
            for problem in self._file_problems(manifest, size_problem):
                raise IndexUnusableError(problem)
            with contextlib.closing(Catalogue(self._generation(manifest) / CATALOGUE)) as catalogue:
                if catalogue.size != manifest.events:
                    raise IndexUnusableError(
                        f"the parts of the index in {self.root} do not match: {manifest.events:,} events in the "
                        f"manifest, {catalogue.size:,} in the catalogue; {BUILD_AGAIN}"
                    )
                yield catalogue

    def _open(self, look: _Look, *, hashed: bool) -> OpenIndex:
        manifest, in_use = self._hold()
        try:
            for problem in self._file_problems(manifest, look):
                raise IndexUnusableError(problem)
            return self._open_parts(manifest, in_use, hashed=hashed)
        except BaseException:
            in_use.close()
            raise

    def _hold(self) -> tuple[Manifest, IO[bytes]]:
        """The manifest in force and the shared lock on its generation, which exists until the lock is closed."""
        for _ in range(_OPEN_TRIES):
            manifest = self.manifest()
            lock = self._generation(manifest) / _IN_USE
            try:
                in_use = lock.open("rb")
            except OSError as error:
                if self.manifest().generation != manifest.generation:
                    continue  # a build replaced and deleted it in between
                if isinstance(error, FileNotFoundError):
                    raise IndexUnusableError(f"the index lacks {lock}; {BUILD_AGAIN}") from error
                raise IndexUnusableError(unreadable(lock, error)) from error
            try:
                locks.share(in_use)
                if self.manifest().generation == manifest.generation:
                    return manifest, in_use
            except OSError as error:
                in_use.close()
                raise IndexUnusableError(
                    f"{lock} cannot be locked ({error}); keep the index on a file system that has locks"
                ) from error
            except BaseException:
                in_use.close()
                raise
            in_use.close()
        raise IndexUnusableError(f"the index in {self.root} is replaced faster than it can be opened; try again")

    def _file_problems(self, manifest: Manifest, look: _Look) -> Iterator[str]:
        folder = self._generation(manifest)
        export = manifest.model.export
        for name in (*FILES, *(export.files if export else ())):
            if name not in manifest.files:
                yield f"the manifest in {self.root} does not list {name}; {BUILD_AGAIN}"
        for name, record in sorted(manifest.files.items()):
            path = folder / name
            try:
                problem = size_problem(path, record) or look(path, record)
            except FileNotFoundError:
                yield f"the index lacks {path}; {BUILD_AGAIN}"
            except OSError as error:
                raise IndexUnusableError(unreadable(path, error)) from error
            else:
                if problem:
                    yield f"{problem}; {BUILD_AGAIN}"

    def _open_parts(self, manifest: Manifest, in_use: IO[bytes], *, hashed: bool) -> OpenIndex:
        # With these comes NumPy, for which what needs the catalogue alone would wait.
        from embeddings.index.prominence import Prominence
        from embeddings.index.stories import Stories
        from embeddings.index.tokens import TokenIndex
        from embeddings.index.vectors import VectorIndex

        folder = self._generation(manifest)
        codes = folder / CODES if CODES in manifest.files else None

        def check_codes() -> None:
            # FAISS believes what they say, and they are read whole in any case.
            if problem := hash_problem(folder / CODES, manifest.files[CODES]):
                raise IndexUnusableError(f"{problem}; {BUILD_AGAIN}")

        with contextlib.ExitStack() as opened:  # closes what is open where another part cannot be
            vectors = VectorIndex.open(folder / VECTORS, codes, None if hashed else check_codes)
            opened.callback(vectors.close)
            if hashed:
                vectors.prepare()
            tokens = opened.enter_context(contextlib.closing(TokenIndex(folder / TOKENS, folder / STARTS)))
            prominence = Prominence.load(folder / PROMINENCE)
            stories = Stories.load(folder / STORIES, folder / FORMER) if STORIES in manifest.files else None
            catalogue = opened.enter_context(contextlib.closing(Catalogue(folder / CATALOGUE)))
            if not (
                catalogue.size == manifest.events == len(vectors) == len(tokens) == len(prominence)
                and (stories is None or len(stories) == manifest.events)
                and vectors.dimension == manifest.model.dimension
            ):
                raise IndexUnusableError(
                    f"the parts of the index in {self.root} do not match: {manifest.events:,} events in the "
                    f"manifest, {catalogue.size:,} in the catalogue, {len(vectors):,} vectors of {vectors.dimension} "
                    f"numbers, the tokens of {len(tokens):,}; {BUILD_AGAIN}"
                )
            opened.pop_all()
        return OpenIndex(manifest, folder, catalogue, vectors, tokens, prominence, stories, in_use)

    def problems(self) -> Iterator[str]:
        """Hash every file and check the parts against each other; yields one sentence for each fault.

        Raises:
            IndexMissingError: if the folder has no index.
        """
        try:
            manifest, in_use = self._hold()
        except IndexUnusableError as error:
            yield str(error)
            return
        with in_use:
            try:
                sound = True
                for problem in self._file_problems(manifest, hash_problem):
                    sound = False
                    yield problem
                if sound:
                    with contextlib.closing(self._open_parts(manifest, in_use, hashed=True)) as index:
                        yield from _part_problems(index)
            except IndexUnusableError as error:
                yield str(error)

    def _generation(self, manifest: Manifest) -> Path:
        return self.root / "generations" / manifest.generation

    # --- writing ---

    @contextlib.contextmanager
    def build_lock(self) -> Iterator[None]:
        """Lock the folder against other builds, and delete what unfinished builds left.

        Raises:
            BuildRunningError: if another build runs.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / "build.lock").open("ab")
        except OSError as error:
            raise EmbeddingsError(
                f"a build has to write to the index's folder {self.root}, but cannot ({error.strerror}); "
                "make the folder writable, or name another folder with --index"
            ) from error
        with lock:
            try:
                locks.hold(lock)
            except locks.HeldError as error:
                raise BuildRunningError(
                    f"another build of the index in {self.root} is running; wait for it to end, then try again"
                ) from error
            except OSError as error:
                raise EmbeddingsError(
                    f"{lock.name} cannot be locked ({error}); keep the index on a file system that has locks"
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

        Everything is on the disk before the rename, so that a loss of power leaves either the old index or the new one.
        """
        for file in folder.iterdir():
            sync(file)
        for parent in (folder, folder.parent, self.root):
            sync(parent)
        with contextlib.suppress(PermissionError):  # who may write into the folder may not list the one around it
            sync(self.root.absolute().parent)
        new = self.root / _NEW_MANIFEST
        new.write_bytes(render(manifest))
        sync(new)
        new.replace(self.root / MANIFEST)
        sync(self.root)

    def clear(self) -> None:
        """Delete generations that are neither in force nor used by a reader; the caller must hold the build lock.

        What cannot be deleted now is left to the next build. If the manifest cannot be read, every generation is kept,
        because the manifest may still be repaired.
        """
        (self.root / _NEW_MANIFEST).unlink(missing_ok=True)
        try:
            kept = self.manifest().generation
        except IndexMissingError:
            kept = None
        except IndexUnusableError:
            return
        parent = self.root / "generations"
        for folder in parent.iterdir() if parent.is_dir() else ():
            if folder.name != kept and folder.is_dir():
                _delete_unless_held(folder)


def _delete_unless_held(folder: Path) -> None:
    try:
        in_use = (folder / _IN_USE).open("ab")
    except OSError:
        return
    with in_use:
        try:
            locks.hold(in_use)
        except (locks.HeldError, OSError):
            return  # a reader holds it
        shutil.rmtree(folder, ignore_errors=True)


def _part_problems(index: OpenIndex) -> Iterator[str]:
    manifest, catalogue = index.manifest, index.catalogue
    yield from catalogue.problems()
    stated = (manifest.days, manifest.first, manifest.last, manifest.attributions)
    if stated != (catalogue.day_count, catalogue.first, catalogue.last, catalogue.attributions):
        yield f"the manifest and the catalogue of {manifest.generation} disagree about days or origin; {BUILD_AGAIN}"
    for start in range(0, len(index.vectors), _ROWS_AT_ONCE):
        index.vectors.take(range(start, min(start + _ROWS_AT_ONCE, len(index.vectors))))
