"""Parts that many tests use: a small archive written on the spot, the sample archive, and the word encoder."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import portalocker
import pytest
from hypothesis import HealthCheck, Phase, settings

from embeddings.archive import Report
from embeddings.archive.shipped import events_path, shipped_events
from embeddings.build.joining import shipped_days
from embeddings.build.result import BuildResult
from embeddings.build.run import build_index
from embeddings.build.tellings import shipped_vocabulary
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import Encoder, SentenceEncoder
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

_VERSIONS = count()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Do not look for garbage among what stays to the end: the modules, and thousands of tests."""
    _make_meanwhile(session.config)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(100_000, 50, 50)  # what a test makes is small beside what is there


def _make_meanwhile(config: pytest.Config) -> None:
    """Have a process make what the whole suite needs while this one collects, where several processes run it."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS or not config.pluginmanager.hasplugin(
        "tests.processes"
    ):
        return
    factory: pytest.TempPathFactory = getattr(config, "_tmp_path_factory")  # noqa: B009  # pytest's own
    os.environ.setdefault("DATELINE_TEST_MADE", str(factory.getbasetemp()))

    def make() -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):  # where it fails, so does the test that needs it, and says why
            os.dup2(nowhere, number)
        made_once(factory, "sample", partial(_index_sample, WordEncoder()))
        import torch

        torch.set_num_threads(1)
        made_once(factory, "model", partial(_index_sample, SentenceEncoder()))

    ForkProcess(target=make, daemon=True).start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have torch compute in one thread: several spend more time waiting for each other, and each core has a process."""
    if item.get_closest_marker("model") is not None:
        import torch

        torch.set_num_threads(1)


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
        monkeypatch.setattr("embeddings.build.journal._SYNCHRONOUS", "OFF")
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


@pytest.fixture(autouse=True)
def _another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each build is by another version than the last, which never leaves an index as it is without making it again."""
    monkeypatch.setattr("embeddings.build.repeated.program", lambda: f"version {next(_VERSIONS)}")


@pytest.fixture
def build(folder: IndexFolder, encoder: WordEncoder) -> BuildArchives:
    """Builds the index in `folder` from the archives that it is given."""

    def run(*archives: Path, report: Report | None = None, accept_removals: bool = False) -> BuildResult:
        return build_index(folder, archives, encoder, report or Report(), accept_removals=accept_removals)

    return run


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by whichever of the test processes needs it first. Nothing may write to it afterwards."""
    root = factory.getbasetemp()
    if shared := os.environ.get("DATELINE_TEST_MADE"):
        root = Path(shared)  # of the processes of `tests.processes`, or of runs of the same code, one after another
    with (root / f"{name}.lock").open("a") as lock:
        portalocker.lock(lock, portalocker.LOCK_EX)
        if not (made := root / f"{name}.made").exists():
            make(root / name)
            made.touch()
    return root / name


def _index_sample(encoder: Encoder, folder: Path) -> None:
    build_index(IndexFolder(folder), [SAMPLE_FOLDER], encoder, Report())


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of the sample archive. Nothing may write to it."""
    return IndexFolder(made_once(tmp_path_factory, "sample", partial(_index_sample, WordEncoder())))


@pytest.fixture(scope="session")
def sample_part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample's events of each tenth year. Nothing may write to it."""

    def make(folder: Path) -> None:
        for year in (SAMPLE_FOLDER / "news").glob("*5"):
            shutil.copytree(year, folder / "news" / year.name)

    return made_once(tmp_path_factory, "sample_part", make)


@pytest.fixture(scope="session")
def sample_part_folder(sample_part: Path, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of `sample_part`. Nothing may write to it."""

    def make(folder: Path) -> None:
        build_index(IndexFolder(folder), [sample_part], WordEncoder(), Report())

    return IndexFolder(made_once(tmp_path_factory, "sample_part_index", make))


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
    return IndexFolder(made_once(tmp_path_factory, "model", partial(_index_sample, model)))


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
