"""What a bot no longer uses serves its other threads, or goes back to the system."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from embeddings.program import ROOT

ALLOCATE = """
import re, sys, threading
from pathlib import Path
from bot.memory import share_one_arena

if "shared" in sys.argv:
    share_one_arena()
# OpenSSL allocates with malloc and without the lock of Python, so that threads do so at the same time.
import hashlib
data, started = bytes(1_000_000), threading.Barrier(4)

def allocate():
    started.wait()
    for _ in range(50):
        hashlib.sha256(data)

threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
arenas = 0
for line in Path("/proc/self/maps").read_text().splitlines():
    first, last = (int(edge, 16) for edge in re.match("([0-9a-f]+)-([0-9a-f]+)", line).groups())
    arenas += "---p" in line and 2**25 < last - first < 2**26  # what glibc has reserved for one of a thread
print(arenas)
"""


FREE = """
import asyncio
from pathlib import Path
from bot.memory import give_back

def held():
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("RssAnon:") + 1])

parts = [bytes(8_000) for _ in range(5_000)]
del parts[::2], parts[::2]  # what stays lies between what is free
before = held()
asyncio.run(give_back())
print(before - held())
"""

OTHERWISE = ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES", "LD_PRELOAD")  # by which an operator has settled the same

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="tries settings that only glibc has")


def told(program: str, *arguments: str) -> int:
    environ = {name: value for name, value in os.environ.items() if name not in OTHERWISE} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_threads_allocate_from_one_arena() -> None:
    assert told(ALLOCATE, "shared") == 0
    assert told(ALLOCATE) > 0, "nothing shows here whether they do"


def test_what_is_free_goes_back_to_the_system() -> None:
    assert told(FREE) > 10_000  # kilobytes of some 30,000
