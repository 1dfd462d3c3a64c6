"""Runs command lines of `python -m embeddings` in processes that may be killed, starved or crash.

A server process imports everything once and forks a child for each run, so that a run costs its work alone. The
children encode with words instead of a model.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embeddings.model.tuning import Encoded
from tests.prepared import prepare_commands
from tests.proofs.steps import Steps
from tests.word_encoder import WordEncoder

ROOT = Path(__file__).parents[2]
CHUNK = 50  # texts between two commits
DEADLINE_S = 120.0


@dataclass(frozen=True)
class Outcome:
    """What became of one command line.

    Attributes:
        status: None where the process died before it ended.
        abrupt: a library ended the process, as libgomp does where it gets no memory.
    """

    arguments: tuple[str, ...]
    status: int | None = None
    stdout: str = ""
    stderr: str = ""
    took_s: float = 0.0
    abrupt: bool = False

    @property
    def in_a_sentence(self) -> bool:
        """Whether it ended as commands should: answered in JSON or text, or with one sentence and no answer."""
        if self.status not in (0, 1, 2) or "Traceback" in self.stderr or "should not have happened" in self.stderr:
            return False
        if self.status == 0 or "verify" in self.arguments:
            if "--json" not in self.arguments:
                return True
            try:
                return isinstance(json.loads(self.stdout, parse_constant=_refuse), dict)
            except ValueError:
                return False
        return not self.stdout and len(self.stderr.strip().splitlines()[-1:]) > 0

    def json(self) -> Any:
        """The answer."""
        return json.loads(self.stdout)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


@dataclass(frozen=True)
class Run:
    """What became of one process.

    Attributes:
        signal: what it died of, if it did.
        steps: on the disk, as `Steps` counts them.
    """

    outcomes: tuple[Outcome, ...]
    signal: int | None
    steps: int
    took_s: float
    processor_s: float
    peak_mb: int

    @property
    def only(self) -> Outcome:
        """The outcome of the one command."""
        [outcome] = self.outcomes
        return outcome


def _run_of(reply: str) -> Run:
    told = json.loads(reply)
    outcomes = tuple(Outcome(**{**row, "arguments": tuple(row["arguments"])}) for row in told.pop("outcomes"))
    return Run(outcomes=outcomes, **told)


@dataclass
class Commands:
    """A context that runs command lines.

    Attributes:
        log: a file to which every text that is encoded adds a line.
    """

    log: Path
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> Commands:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DATELINE_")}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "XDG_STATE_HOME": str(self.log.parent / "state")}
        environment["DATELINE_ARCHIVE__SAMPLE"] = "false"  # what is counted is what an archive holds
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.commands", str(self.log)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def run(self, *commands: Sequence[str | Path], **how: Any) -> Run:
        """Run command lines one after the other in one process.

        Args:
            how: `kill_after_s`; `kill_at_step`, a number from 1; `slow_s` a chunk of texts; `limits`, by the names of
                `resource`, the soft ones; `memory_mb`, on top of what the process has; `broken`, what encoding raises.
        """
        self._ask(commands, how)
        assert self._process is not None
        assert self._process.stdout is not None
        return _run_of(self._process.stdout.readline())

    def _ask(self, commands: Sequence[Sequence[str | Path]], how: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        request = {"commands": [list(map(str, command)) for command in commands], **how}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def start_aside(self, *commands: Sequence[str | Path], **how: Any) -> Callable[[], Run]:
        """Begin what `run` does, while which others may be run; what is returned waits for it."""
        folder = Path(tempfile.mkdtemp())
        self._ask(commands, {**how, "aside": str(told := folder / "told")})

        def finish() -> Run:
            end = time.monotonic() + DEADLINE_S
            while not told.exists():
                if time.monotonic() > end:
                    raise TimeoutError(f"nothing was told of {commands} within {DEADLINE_S:.0f} s")
                time.sleep(0.01)
            reply = told.read_text()
            shutil.rmtree(folder)
            return _run_of(reply)

        return finish

    def kill(self) -> None:
        """Kill the run that is under way."""
        assert self._process is not None
        server = self._process.pid
        for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)

    def encoded(self) -> int:
        """How many texts have been encoded so far, those of killed builds too."""
        return self.log.read_text().count("\n") if self.log.exists() else 0


# --- the server -------------------------------------------------------------------------------------------------------


class _SlowEncoder(WordEncoder):
    def __init__(self, log: Path, slow_s: float, broken: str | None) -> None:
        super().__init__(dimension=64)
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._slow_s = slow_s
        self._broken = broken

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        if self._broken is not None:
            raise RuntimeError(self._broken)
        encoded = super().encode(texts)
        time.sleep(self._slow_s)
        os.write(self._log, b"\n" * len(texts))
        return encoded


def _serve(log: Path) -> None:
    import embeddings.build.encoding
    from embeddings.command_line.commands import main

    embeddings.build.encoding.CHUNK = CHUNK
    prepare_commands()
    gc.freeze()  # else a child, when it looks for garbage, gets a copy of all that
    for line in sys.stdin:
        request = json.loads(line)
        aside = request.get("aside")
        if aside is not None and os.fork() != 0:
            continue  # with the next one; what was forked serves this one alone
        with tempfile.TemporaryDirectory() as scratch:
            results = Path(scratch) / "results"
            started = time.monotonic()
            child = os.fork()
            if child == 0:
                _run(request, results, log, main)
            status, died_of = _wait(child, request.get("kill_after_s", DEADLINE_S))
            took_s = time.monotonic() - started
            rows = [json.loads(row) for row in results.read_text().splitlines()] if results.exists() else []
            errors_file = results.with_name("errors")
            errors = errors_file.read_text(errors="replace") if errors_file.exists() else ""
        end = rows.pop() if rows and "steps" in rows[-1] else {"steps": 0, "peak_mb": 0, "processor_s": 0.0}
        lost: list[dict[str, Any]] = [{"arguments": command} for command in request["commands"][len(rows) :]]
        if lost and died_of is None:
            lost = [{**row, "status": status, "stderr": errors, "abrupt": True} for row in lost]
        reply = {"outcomes": rows + lost, "signal": died_of, "took_s": took_s, **end}
        if aside is not None:
            (whole := Path(f"{aside}.part")).write_text(json.dumps(reply))
            whole.rename(aside)
            os._exit(0)
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def _wait(child: int, timeout_s: float) -> tuple[int | None, int | None]:
    """Wait for a process, and kill it when the time is over; returns its status, or else the signal it died of."""
    descriptor = os.pidfd_open(child)
    try:
        if not select.select([descriptor], [], [], timeout_s)[0]:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    return (None, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (os.WEXITSTATUS(status), None)


def _run(request: dict[str, Any], results: Path, log: Path, main: Any) -> None:
    """In the child: run the commands, write what became of each, and end."""
    import embeddings.model.encoder
    import embeddings.model.export

    try:
        os.dup2(os.open(results.with_name("errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        encoder = _SlowEncoder(log, request.get("slow_s", 0.0), request.get("broken"))
        for module in (embeddings.model.encoder, embeddings.model.export):
            vars(module)["SentenceEncoder"] = lambda *_, **__: encoder  # to mypy, a module has no such name
        steps = Steps(request.get("kill_at_step"))
        output = os.open(results, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with _limited(request):
            steps.watch()
            rows = [_one(main, command, output) for command in request["commands"]]
        used = resource.getrusage(resource.RUSAGE_SELF)
        end = {
            "steps": steps.count,
            "peak_mb": used.ru_maxrss // 1024,
            "processor_s": used.ru_utime + used.ru_stime,
        }
        os.write(output, b"".join(rows) + json.dumps(end).encode() + b"\n")
    except BaseException:  # noqa: BLE001  # the server has to live on
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def _one(main: Any, command: list[str], output: int) -> bytes:
    stdout, stderr = io.StringIO(), io.StringIO()
    started = time.monotonic()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            status = main(command)
        except BaseException:  # noqa: BLE001  # what a command must never do
            status = 70
            traceback.print_exc()
    row = {
        "arguments": command,
        "status": status,
        "stdout": stdout.getvalue(),
        "stderr": stderr.getvalue(),
        "took_s": time.monotonic() - started,
    }
    return json.dumps(row).encode() + b"\n"


@contextlib.contextmanager
def _limited(request: dict[str, Any]) -> Iterator[None]:
    limits = {getattr(resource, name): value for name, value in request.get("limits", {}).items()}
    if "memory_mb" in request:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + int(request["memory_mb"] * 2**20)
    before = {kind: resource.getrlimit(kind) for kind in limits}
    for kind, value in limits.items():
        resource.setrlimit(kind, (value, before[kind][1]))
    try:
        yield
    finally:
        for kind, value in before.items():
            resource.setrlimit(kind, value)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
