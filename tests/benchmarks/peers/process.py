"""This end of a worker's line protocol."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[3]
LONGEST_S = 1_800.0  # building the slowest peer takes minutes

_OFFLINE = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "HAYSTACK_TELEMETRY_ENABLED": "False"}


class PeerError(Exception):
    """A peer failed; the sentence names its log."""


class PeerProcess:
    """A worker, ended when the block ends.

    Args:
        command: of a process that speaks the worker's protocol.
        log: gets what the process writes to standard error.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, longest_s: float = LONGEST_S) -> None:
        self.name = name
        self._log = log
        self._longest_s = longest_s
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **_OFFLINE},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if kind is not None:  # it may be in the middle of long work
            self._process.kill()
        with contextlib.suppress(BrokenPipeError):  # it may have ended by itself
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def request(self, do: str, **values: Any) -> dict[str, Any]:
        """Have something done and wait for the reply.

        Raises:
            PeerError: if the peer fails, ends, or takes too long.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps({"do": do, **values}) + "\n")
            stdin.flush()
            # Every reply is one line and answers one request, so nothing of it is left in a buffer.
            if not select.select([stdout], [], [], self._longest_s)[0]:
                raise self._failed(f"took longer than {self._longest_s:g} s to {do}")
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise self._failed(f"ended with status {self._process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise self._failed(f"could not {do}: {reply['error']}")
        return reply

    def resident_bytes(self) -> int:
        """Memory that the process has in use, with the pages of files that it has mapped. Linux only."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        return int(kilobytes) * 1_024

    def _failed(self, what: str) -> PeerError:
        return PeerError(f"{self.name} {what}; its log is {self._log}")
