"""Parts that many tests use: a small archive written on the spot, the sample archive, and the word encoder."""

from __future__ import annotations

import gc
import logging
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import portalocker
import pytest
from hypothesis import HealthCheck, Phase, settings
from xdist.scheduler import LoadFileScheduling

from embeddings.archive import Report
from embeddings.archive.shipped import events_path, shipped_events
from embeddings.build.joining import shipped_days
from embeddings.build.result import BuildResult
from embeddings.build.run import build_index
from embeddings.build.tellings import shipped_vocabulary
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import SentenceEncoder
from embeddings.sample import sample_path
from embeddings.search.service import Search
from tests.postgresql import CannotRunError, PostgreSQL
from tests.word_encoder import WordEncoder

# How fast the machine is says nothing of what a test looks at: no profile has a deadline, nor looks at drawing's speed.
# `make test` runs `ci`, the same few examples each time; `make laws` runs `long`; `pytest` by itself draws anew. To
# `make mutants` it is all one which example fails, so it looks for no shorter one.
_ANY_MACHINE: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, max_examples=25, **_ANY_MACHINE)
settings.register_profile("dev", **_ANY_MACHINE)
settings.register_profile("long", max_examples=2_000, **_ANY_MACHINE)
settings.register_profile(
    "mutants",
    settings.get_profile("ci"),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],  # which runs a test several times
)
settings.load_profile("dev")


def few_examples() -> settings:
    """For a law each of whose examples takes long: a third of those of the profile."""
    return settings(max_examples=settings().max_examples // 3)


compute_alone()  # as every process of the program does before it answers

BuildArchives = Callable[..., BuildResult]

SAMPLE_FOLDER = sample_path()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Do not look for garbage among what stays to the end: the modules, and thousands of tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(100_000, 50, 50)  # what a test makes is small beside what is there


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have torch compute in one thread: several spend more time waiting for each other, and each core has a process."""
    if item.get_closest_marker("model") is not None:
        import torch

        torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it when the others are done."""
    tests = Counter(item.path for item in items)
    stores = {item.path for item in items if _on_postgresql(item.nodeid)}

    def turn(item: pytest.Item) -> tuple[bool, bool, int]:
        alone = shared_part(item.path) is None and item.path not in stores
        return alone, not _starts_processes(item.path), -tests[item.path]

    items.sort(key=turn)  # else in their order


@cache
def shared_part(file: Path) -> str | None:
    """What takes a process long to make ready and serves all tests of a file: the model, a server."""
    text = file.read_text("utf-8")
    if "pytest.mark.model" in text:
        return "the model"
    if "commands: Commands" in text:
        return "the commands that are forked"
    if "speakers: list" in text:
        return "the speakers"
    return _POSTGRESQL if re.search(r"\b(store_url|new_store|postgresql): ", text) else None


_POSTGRESQL = "PostgreSQL"


def _on_postgresql(nodeid: str) -> bool:
    """Whether a test is one of a pair, on each of the databases."""
    return "postgresql" in nodeid.partition("[")[2]


@cache
def _starts_processes(file: Path) -> bool:
    """Whether some test of a file waits for other processes: it may be the only one, and take as long as a hundred."""
    return re.search(r"tests\.proofs|sys\.executable|Forks\(", file.read_text("utf-8")) is not None


class _Schedule(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file goes to one process; those that need the same part all go to the same one, which makes it once."""

    @cached_property
    def _stores(self) -> set[str]:
        """The files some of whose tests are on PostgreSQL."""
        return {super(_Schedule, self)._split_scope(nodeid) for nodeid in self.collection if _on_postgresql(nodeid)}

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return shared_part(Path(__file__).parents[1] / file) or (_POSTGRESQL if file in self._stores else file)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget what is done: xdist would count it again after each test."""
        super().mark_test_complete(node, item_index, duration)
        units = self.assigned_work[node]
        for scope in [scope for scope, unit in units.items() if all(unit.values())]:
            del units[scope]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Schedule | None:
    """Have it in place of xdist's own, where `--dist loadfile` is given."""
    return _Schedule(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """No test cuts the power; in processes of their own `tests.proofs` do see to it that a file is on the disk."""
    connect = sqlite3.connect

    def connect_without_waiting(*where: Any, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*where, **how)
        with suppress(sqlite3.Error):  # whatever the file is, the test is to find out itself
            connection.execute("PRAGMA synchronous = OFF")
        return connection

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        monkeypatch.setattr(sqlite3, "connect", connect_without_waiting)
        yield


@pytest.fixture(autouse=True)
def _records_are_made_as_before() -> Iterator[None]:
    """A command that sets the log up in a test's process changes how records are made from then on."""
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index")


@pytest.fixture
def build(folder: IndexFolder, encoder: WordEncoder) -> BuildArchives:
    """Builds the index in `folder` from the archives that it is given."""

    def run(*archives: Path, report: Report | None = None, accept_removals: bool = False) -> BuildResult:
        return build_index(folder, archives, encoder, report or Report(), accept_removals=accept_removals)

    return run


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by whichever of the test processes needs it first. Nothing may write to it afterwards."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # which the processes share
    if shared := os.environ.get("DATELINE_TEST_MADE"):
        root = Path(shared)  # of runs of the same code, one after another
    with (root / f"{name}.lock").open("a") as lock:
        portalocker.lock(lock, portalocker.LOCK_EX)
        if not (made := root / f"{name}.made").exists():
            make(root / name)
            made.touch()
    return root / name


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of the sample archive. Nothing may write to it."""

    def make(folder: Path) -> None:
        build_index(IndexFolder(folder), [SAMPLE_FOLDER], WordEncoder(), Report())

    return IndexFolder(made_once(tmp_path_factory, "sample", make))


@pytest.fixture(scope="session")
def sample_part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample's events of each tenth year. Nothing may write to it."""

    def make(folder: Path) -> None:
        for year in (SAMPLE_FOLDER / "news").glob("*5"):
            shutil.copytree(year, folder / "news" / year.name)

    return made_once(tmp_path_factory, "sample_part", make)


@pytest.fixture
def few_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Has the sample that ships hold few events, the first moon landing among them: to add all takes seconds."""
    lines = events_path().read_bytes().splitlines(keepends=True)
    few = [line for place, line in enumerate(lines) if place % 12 == 0 or b'"1969-07-20"' in line]
    (tmp_path / "shipped.jsonl").write_bytes(b"".join(few))
    shipped_vocabulary()  # of all
    monkeypatch.setattr("embeddings.archive.shipped.events_path", lambda: tmp_path / "shipped.jsonl")
    kept = shipped_events, shipped_days
    for each in kept:
        each.cache_clear()
    yield
    for each in kept:
        each.cache_clear()


@pytest.fixture(scope="session")
def model() -> SentenceEncoder:
    """The default model, which takes a second to load."""
    return SentenceEncoder()


@pytest.fixture(scope="session")
def model_folder(model: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of the sample archive by the default model, with its export. Nothing may write to it."""

    def make(folder: Path) -> None:
        build_index(IndexFolder(folder), [SAMPLE_FOLDER], model, Report())

    return IndexFolder(made_once(tmp_path_factory, "model", make))


@pytest.fixture
def sample_index(sample_folder: IndexFolder) -> Iterator[OpenIndex]:
    index = sample_folder.open()
    yield index
    index.close()


@pytest.fixture
def sample_search(sample_index: OpenIndex) -> Search:
    return Search(sample_index, WordEncoder())


@pytest.fixture(scope="session")
def real_archives() -> Path:
    """The folder of real archives that `DATELINE_TEST_ARCHIVES` names; tests that need it are skipped without it."""
    folder = os.environ.get("DATELINE_TEST_ARCHIVES")
    if not folder:
        pytest.skip("DATELINE_TEST_ARCHIVES names no folder of real archives")
    return Path(folder)


@pytest.fixture(scope="session")
def real_folder(real_archives: Path, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of `archive` among the real archives, all of whose pages can be read. Nothing may write to it."""

    def make(folder: Path) -> None:
        report = Report()
        build_index(IndexFolder(folder), [real_archives / "archive"], WordEncoder(), report)
        assert report.count == 0, report.first

    return IndexFolder(made_once(tmp_path_factory, "real", make))


@pytest.fixture(scope="session")
def both_real_folder(real_archives: Path, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of `archive` and `pages`, all of whose pages can be read. Nothing may write to it."""

    def make(folder: Path) -> None:
        report = Report()
        archives = [real_archives / "archive", real_archives / "pages"]
        build_index(IndexFolder(folder), archives, WordEncoder(), report)
        assert report.count == 0, report.first

    return IndexFolder(made_once(tmp_path_factory, "both_real", make))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server that tests share; each makes a database of its own. Skipped where it cannot run, but not by the gate."""
    try:
        server = PostgreSQL()
    except CannotRunError as error:
        if os.environ.get("DATELINE_TEST_POSTGRESQL") == "required":
            raise
        pytest.skip(str(error))
    yield server
    server.close()
