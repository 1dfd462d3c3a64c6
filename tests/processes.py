"""The suite in several processes, each forked where everything is imported and collected, which takes seconds.

    python -m pytest -p tests.processes --processes 3

A process takes file after file; those that need the same part all go to the same one, which makes it once.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import ForkProcess
from multiprocessing.sharedctypes import RawArray
from typing import Any

import pytest

from tests.sharing import Unit, longest_first, units_of

_NUMBER = 4  # bytes of a unit's number
_STOP = 0  # where the array that processes share says whether to stop; after it, the place of the test each is at


class Nothing(pytest.Item):
    """Follows the last test that is known, so that what serves the whole session stays for others."""

    def runtest(self) -> None:
        raise NotImplementedError


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=1, help="how many are forked to run the tests")


def _number(config: pytest.Config) -> int:
    """How many processes there are: elsewhere than on Linux, what a fork finds may not work any longer."""
    number: int = config.option.processes
    return number if sys.platform == "linux" else 1


@pytest.hookimpl(tryfirst=True)  # before pytest-random-order
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it when the others are done."""
    if _number(config) > 1:
        longest_first(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Have processes run the tests, and report what they tell."""
    number = _number(session.config)
    if number < 2 or session.config.option.collectonly:
        return None  # pytest's own loop
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    units = units_of(session.items)
    queue, writer = os.pipe()
    os.write(writer, b"".join(unit.to_bytes(_NUMBER) for unit in range(len(units))))
    os.close(writer)
    shared = RawArray("i", 1 + number)
    workers: dict[Connection, tuple[int, ForkProcess]] = {}
    try:
        for place in range(1, 1 + number):
            reader, pipe = Pipe(duplex=False)
            worker = _Worker(session, pipe, shared, place)
            process = ForkProcess(target=worker.run, args=(units, queue, [*workers, reader]))
            process.start()
            pipe.close()
            workers[reader] = place, process
        while workers:
            for teller in wait(list(workers)):
                assert isinstance(teller, Connection)
                try:
                    if _report(session.config, teller.recv()):
                        workers.pop(teller)[1].join()
                except EOFError:
                    place, process = workers.pop(teller)
                    process.join()
                    how = f"the process of this test ended with status {process.exitcode}"
                    session.ihook.pytest_runtest_logreport(report=_failed(session.items[shared[place]], how))
            shared[_STOP] = bool(session.shouldfail or session.shouldstop)
    finally:
        os.close(queue)
        shared[_STOP] = True
        for reader, (_, process) in workers.items():
            reader.close()
            process.join()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True


def _report(config: pytest.Config, told: Any) -> bool:
    """Hand on what a process tells: nothing, which says that it is done, a warning, or reports; whether it is done."""
    if isinstance(told, dict):
        config.hook.pytest_warning_recorded.call_historic(kwargs=told)
    for data in told if isinstance(told, list) else []:
        report = config.hook.pytest_report_from_serializable(config=config, data=data)
        config.hook.pytest_runtest_logreport(report=report)
    return told is None


def _failed(item: pytest.Item, how: str) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, "failed", how, "teardown")


class _Worker:
    """What a process is: a plugin of the pytest of which it is a fork.

    Args:
        pipe: to which it tells reports, as pytest serialises them, and warnings.
        shared: as `_STOP` says.
        place: its own in that.
    """

    def __init__(self, session: pytest.Session, pipe: Connection, shared: Any, place: int) -> None:
        self._session = session
        self._pipe = pipe
        self._shared = shared
        self._place = place
        self._reports: list[object] = []

    def run(self, units: Sequence[Unit], queue: int, readers: Sequence[Connection]) -> None:
        """Run units until none is left."""
        for reader in readers:  # which are for the other end
            reader.close()
        try:
            self._be_apart()
            following = Nothing.from_parent(self._session, name="nothing")
            while (number := os.read(queue, _NUMBER)) and not self._shared[_STOP]:
                self._run(units[int.from_bytes(number)], following)
            getattr(self._session, "_setupstate").teardown_exact(None)  # noqa: B009  # pytest's own
        except BaseException:  # noqa: BLE001  # whoever has forked it is to say so
            self.pytest_runtest_logreport(
                _failed(self._session.items[self._shared[self._place]], traceback.format_exc())
            )
            self._tell()
        self._pipe.send(None)

    def _run(self, unit: Unit, following: pytest.Item) -> None:
        for (place, item), (_, after) in zip(unit, [*unit[1:], (0, following)], strict=True):
            if self._shared[_STOP]:
                return
            self._shared[self._place] = place
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            self._tell()

    def _be_apart(self) -> None:
        """Have what a process has for itself: output, a folder, no screen."""
        config = self._session.config
        capture = config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        capture.start_global_capturing()
        capture.suspend_global_capture()
        folders = getattr(config, "_tmp_path_factory")  # noqa: B009  # pytest's own
        os.environ.setdefault("DATELINE_TEST_MADE", str(folders.getbasetemp()))
        folders._basetemp = folders.getbasetemp() / f"process{self._place}"
        folders._basetemp.mkdir(mode=0o700)
        config.pluginmanager.register(self)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._session.config
        self._reports.append(config.hook.pytest_report_to_serializable(config=config, report=report))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: object
    ) -> None:
        seen = warning_message
        plain = warnings.WarningMessage(str(seen.message), seen.category, seen.filename, seen.lineno)
        self._pipe.send({"warning_message": plain, "when": when, "nodeid": nodeid, "location": location})

    def _tell(self) -> None:
        reports, self._reports = self._reports, []
        self._pipe.send(reports)
