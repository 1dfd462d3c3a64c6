"""The archives that `dateline setup` offers: the sample, Wikipedia's portal, one's own, or the index that is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.config import Config
from bot.sample_index import index_sample
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.command_line import display
from embeddings.command_line.progress import ProgressDisplay
from embeddings.errors import IndexMissingError, InputError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder
from embeddings.sample import sample_path
from embeddings.text import counted

SAMPLE, PORTAL, OWN = "sample", "portal", "own"


@dataclass(frozen=True, slots=True)
class Archive:
    """What an index is to be built from.

    Attributes:
        kind: `SAMPLE`, `PORTAL` or `OWN`; None: the index that is there stays.
        paths: of one's own.
    """

    kind: str | None = None
    paths: tuple[Path, ...] = ()

    @classmethod
    def of(cls, named: tuple[str, ...]) -> Archive:
        """The archive that is meant by `sample`, `portal` or paths. InputError if a path is none."""
        if len(named) == 1 and named[0] in (SAMPLE, PORTAL):
            return cls(named[0])
        paths = tuple(Path(each).expanduser() for each in named)
        for path in paths:
            if not path.exists():
                raise InputError(f"there is no archive {path}; name a folder, a file, {SAMPLE} or {PORTAL}")
        return cls(OWN, paths)

    def sources(self) -> tuple[Path, ...]:
        """The paths that a build would read."""
        return (sample_path(),) if self.kind == SAMPLE else self.paths

    def loses(self, folder: Path) -> str | None:
        """The events of other archives that a build would take out of an index, such as "3 events"; None: of none."""
        if self.kind in (None, PORTAL) or (manifest := there(folder)) is None:
            return None
        same = {path.resolve() for path in self.sources()}
        stay = all(_is_sample(name) or Path(name).resolve() in same for name in manifest.archives)
        return None if stay else events_of(manifest)


def _is_sample(archive: str) -> bool:
    """Whether an index was built from the sample: that of this installation, or of one that was elsewhere before."""
    return Path(archive).parts[-2:] == sample_path().parts[-2:]


def build(archive: Archive, settings: Config) -> None:
    """Build what an archive needs, and say how it went. While the portal is fetched the bot answers from the sample.

    Raises:
        EmbeddingsError: if that cannot be done; an index that was there is as it was.
    """
    folder = IndexFolder(settings.index.path)
    if archive.kind is None or (archive.kind == PORTAL and there(folder.root) is not None):
        return
    compute_alone()
    report = Report()
    encoder = SentenceEncoder(settings.index.model or DEFAULT_MODEL)
    with ProgressDisplay() as progress:
        if archive.kind == OWN:
            result = build_index(
                folder,
                archive.paths,
                encoder,
                report,
                progress=progress,
                way=settings.index.encoder,
                births_and_deaths=settings.archive.births_and_deaths,
                sample=settings.archive.sample,
            )
        else:
            index_sample(folder, encoder, progress, settings.index.encoder)
            return  # how many of its events were new says nothing to whoever makes the first index
    display.show_build(result, report, None)


def there(folder: Path) -> Manifest | None:
    """The index in a folder; None if there is none.

    Raises:
        IndexUnusableError: if it is damaged, or of another version.
    """
    try:
        return IndexFolder(folder).manifest()
    except IndexMissingError:
        return None


def events_of(manifest: Manifest) -> str:
    """How many events an index holds, and of which days."""
    return f"{counted(manifest.events, 'event')} from {manifest.first} to {manifest.last}"
