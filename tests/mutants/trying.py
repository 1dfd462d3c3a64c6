"""Trying mutants inside one pytest: each has a process of its own, forked where all is imported and collected.

pytest loads it as a plugin, with the folder of a room's mutants in the environment. It runs the tests once without a
fault, to know which reach which function and how long they take. Then each mutant runs those that reach it, until one
fails: first those that noticed another mutant of the same function, then the quickest.
"""

from __future__ import annotations

import hashlib
import os
import resource
import select
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state as mutmut_state

from tests.mutants.made import MutatedModules, Verdicts, function_of
from tests.processes import Nothing

# A mutant's tests may take this many times as long as without a fault, and these seconds more, for a busy machine may
# not kill anything. A loop without end costs the processor's seconds alone. The others are for a test that waits for
# what does not come: a minute at most.
_TIMES = 4
_MORE_PROCESSOR_SECONDS = 10
_MORE_SECONDS = 80.0

_FAILED, _FINE, _BROKEN = 1, 0, 3  # how a mutant's process ends


@dataclass(slots=True)
class _Known:
    """What a run without a fault tells of a test."""

    item: pytest.Item
    reached: set[str] = field(default_factory=set)  # functions
    seconds: float = 0.0
    processor: float = 0.0


@dataclass(frozen=True, slots=True)
class _Try:
    """A mutant at work."""

    mutant: str
    process: int
    ended: int  # a file descriptor
    killer: int  # one from which the test that failed is read
    deadline: float
    started: float


class Trying:
    """The plugin.

    Args:
        verdicts: to which those of the mutants that have none yet are added.
        processes: how many are at work at once.
        until: the Unix time from which on none is begun.
    """

    def __init__(self, verdicts: Verdicts, processes: int, until: float) -> None:
        self._verdicts = verdicts
        self._processes = processes
        self._until = until
        self._failed: list[str] = []
        self._of_fixtures: dict[Any, set[str]] = defaultdict(set)
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._at_work: dict[int, _Try] = {}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Note what a fixture reaches, for each of the tests that share it; it is made for the first of them only."""
        reached = mutmut_state()._stats  # mutmut has no other place for it
        before = set(reached)
        reached.clear()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "session":
                self._of_fixtures[fixturedef] |= reached
            reached |= before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        known = self._run_without_fault(session)
        if not self._failed:
            try:
                self._try_all(known)
            finally:  # where somebody stops it, they are no part of what the terminal stops
                for one in self._at_work.values():
                    _kill(one.process)
        return True

    def _run_without_fault(self, session: pytest.Session) -> list[_Known]:
        set_mutant_under_test("stats")
        last = Nothing.from_parent(session, name="nothing")
        known: list[_Known] = []
        for item, following in zip(session.items, [*session.items[1:], last], strict=True):
            reached = mutmut_state()._stats
            reached.clear()
            one = _Known(item, seconds=-time.monotonic(), processor=-time.process_time())
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            one.seconds += time.monotonic()
            one.processor += time.process_time()
            one.reached |= reached
            known.append(one)
        for one in known:
            for fixtures in getattr(one.item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009  # pytest's own
                for fixture in fixtures:
                    one.reached |= self._of_fixtures[fixture]
        set_mutant_under_test("")
        return known

    def _try_all(self, tests_known: Sequence[_Known]) -> None:
        reaching: dict[str, list[_Known]] = defaultdict(list)
        for one in sorted(tests_known, key=lambda one: one.seconds):
            for function in one.reached:
                reaching[function].append(one)
        tried = self._verdicts.read()
        untried = [mutant for mutant in self._verdicts.mutants if mutant not in tried]
        # In no order that says anything: where the run is stopped, those that were tried stand for the others.
        for mutant in sorted(untried, key=lambda mutant: hashlib.sha256(mutant.encode()).digest()):
            if time.time() > self._until:
                break
            tests = reaching.get(function_of(mutant), [])
            if not tests:
                self._verdicts.add(mutant, "no tests")
                continue
            while len(self._at_work) >= self._processes:
                self._wait()
            self._start(mutant, tests)
        while self._at_work:
            self._wait()

    def _start(self, mutant: str, tests: Sequence[_Known]) -> None:
        killers = self._killers[function_of(mutant)]
        tests = sorted(tests, key=lambda one: -killers[one.item.nodeid])  # else the quickest first
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            self._run(mutant, tests, writer)
        os.close(writer)
        now = time.monotonic()
        deadline = now + _TIMES * sum(one.seconds for one in tests) + _MORE_SECONDS
        ended = os.pidfd_open(process)
        self._at_work[ended] = _Try(mutant, process, ended, reader, deadline, now)

    def _run(self, mutant: str, tests: Sequence[_Known], writer: int) -> NoReturn:
        status = _BROKEN
        try:
            # For what it starts to end with it. A session of its own would have as much of the machine as any other,
            # however low the priority of the whole run.
            os.setpgid(0, 0)
            limit = int(_TIMES * sum(one.processor for one in tests)) + _MORE_PROCESSOR_SECONDS
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            nowhere = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(nowhere, number)
            set_mutant_under_test(mutant)
            status = _FINE
            for one, following in zip(tests, [*tests[1:], None], strict=True):
                one.item.ihook.pytest_runtest_protocol(item=one.item, nextitem=following and following.item)
                if self._failed:
                    os.write(writer, one.item.nodeid.encode())
                    status = _FAILED
                    break
        except BaseException:  # noqa: BLE001  # a fault may raise whatever it likes, past pytest too
            status = _FAILED
        finally:
            os._exit(status)

    def _wait(self) -> None:
        """Until a mutant's process has ended, or has taken too long."""
        soonest = min(one.deadline for one in self._at_work.values())
        ended = select.select(list(self._at_work), [], [], max(0.0, soonest - time.monotonic()))[0]
        late = [file for file, one in self._at_work.items() if one.deadline <= time.monotonic()]
        for file in ended or late:
            one = self._at_work.pop(file)
            _kill(one.process)
            _, status, used = os.wait4(one.process, 0)
            killer = os.read(one.killer, 65_536).decode()
            os.close(one.killer)
            os.close(one.ended)
            code = os.waitstatus_to_exitcode(status)
            if file not in ended or code in (-signal.SIGXCPU, -signal.SIGKILL):
                outcome = "timed out"
            else:
                outcome = {_FINE: "survived", _FAILED: "killed"}.get(code, "else")
            if killer:
                self._killers[function_of(one.mutant)][killer] += 1
            self._verdicts.add(one.mutant, outcome, used.ru_utime + used.ru_stime, killer or None)


def _kill(process: int) -> None:
    """Kill a mutant's process, if it has not ended, and whatever it left behind."""
    for kill in os.killpg, os.kill:
        with suppress(ProcessLookupError):
            kill(process, signal.SIGKILL)


def pytest_load_initial_conftests() -> None:
    """Before anything of the program is imported."""
    folder = Path(os.environ["DATELINE_MUTANTS_FOLDER"])
    sys.meta_path.insert(0, MutatedModules(Verdicts(folder).modules, folder))


def pytest_configure(config: pytest.Config) -> None:
    verdicts = Verdicts(Path(os.environ["DATELINE_MUTANTS_FOLDER"]))
    until = float(os.environ.get("DATELINE_MUTANTS_UNTIL", "inf"))
    config.pluginmanager.register(Trying(verdicts, int(os.environ["DATELINE_MUTANTS_PROCESSES"]), until))
