"""How soon the program answers after it is started: `python -m tests.benchmarks.starts --index INDEX`.

Each command of the shell, `dateline bot --demo` the second time, and the bot until it is ready, on the stand-in for
Discord. The commands are started in turn, so that what else the machine does slows all of them; the first round, which
reads everything from the disk, does not count.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests.benchmarks.yardsticks import machine
from tests.bot.running import environment
from tests.discord_server import discord_server

ROOT = Path(__file__).parents[2]
LONGEST_S = 120.0
COMMANDS = {
    "dates": ("dates", "late 2016"),
    "stats": ("stats",),
    "event": ("event", "2015-12-23"),
    "onthisday": ("onthisday", "12-23"),
    "related": ("related", "2015-12-23"),
    "ask": ("ask", "civilian deaths in 2015"),
}


@dataclass
class Measured:
    """Seconds of each start, by the clock and of the processor, with what it waited for."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def bare() -> dict[str, str]:
    """This process's environment without settings, and with compiled modules kept."""
    left_out = ("DATELINE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | {
        "PYTHONPATH": str(ROOT)
    }


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command to its end; seconds by the clock and of the processor."""
    environ = bare() | {"XDG_CACHE_HOME": str(folder)}  # where the demo keeps its index
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} ended with status {process.returncode}")
    return took, used.ru_utime + used.ru_stime


async def start_bot(index: Path, folder: Path) -> tuple[float, float]:
    """Start the bot until it is ready, and end it; the processor's seconds are those of all of that."""
    async with discord_server() as server:
        settings = bare() | {
            name: value
            for name, value in environment(server, index, f"sqlite:///{folder}/store.db").items()
            if name.startswith("DATELINE_") and name != "DATELINE_TEST_ARCHIVES"
        }
        with (folder / "bot.log").open("ab") as log:
            began = time.perf_counter()
            process = subprocess.Popen([sys.executable, "-m", "bot"], cwd=folder, env=settings, stderr=log)  # noqa: ASYNC220
            try:
                await server.ready(timeout_s=LONGEST_S)
                took = time.perf_counter() - began
            finally:
                process.terminate()
                _, status, used = await asyncio.to_thread(os.wait4, process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
    return took, used.ru_utime + used.ru_stime


@click.command()
@click.option("--index", type=click.Path(path_type=Path, exists=True, resolve_path=True), required=True)
@click.option("--times", type=click.IntRange(1), default=10, show_default=True, help="Starts of each command.")
@click.option("--only", multiple=True, help="A command to measure; repeatable.  [default: all, the demo and the bot]")
def main(index: Path, times: int, only: tuple[str, ...]) -> None:
    """Print how long each start takes: medians, by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        event = subprocess.run(
            [sys.executable, "-m", "embeddings", "--index", str(index), "onthisday", "12-23", "--json"],
            cwd=folder, env=bare(), capture_output=True, check=True, text=True,
        )  # fmt: skip
        first_id = event.stdout.partition('"id": "')[2].partition('"')[0]
        starts: dict[str, Callable[[], tuple[float, float]]] = {}
        for name, words in COMMANDS.items():
            given = ("related", first_id) if name == "related" else words
            command = ["-m", "embeddings", "--index", str(index), *given]
            starts[name] = lambda command=command: run(command, folder)  # type: ignore[misc]
        starts["demo"] = lambda: run(["-m", "bot", "--demo"], folder)
        starts["bot"] = lambda: asyncio.run(start_bot(index, folder))
        chosen = {name: start for name, start in starts.items() if not only or name in only}
        measured = {name: Measured() for name in chosen}
        for number in range(times + 1):
            for name, start in chosen.items():
                clock, processor = start()
                if number:
                    measured[name].clock.append(clock)
                    measured[name].processor.append(processor)
    click.echo(f"{machine()}; {times} starts each")
    for name, of in measured.items():
        click.echo(
            f"{name:10} {statistics.median(of.clock):6.2f} s   least {min(of.clock):5.2f} s   "
            f"processor {statistics.median(of.processor):5.2f} s, least {min(of.processor):5.2f} s"
        )


if __name__ == "__main__":
    sys.exit(main())
