"""What people install is whole: `python -m tests.wheel torch==VERSION`, which `make wheel-check` runs.

Builds the sdist, the wheel from the unpacked sdist, and an empty environment away from the checkout; installs there the
wheel and those locked packages that it asks for, without the development tools; sets a bot up with it, and runs that.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.discord_server.running import discord_server

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "embeddings")
EVENTS = (
    {"date": "2014-04-16", "headline": "The ferry Sewol capsizes off South Korea with 476 people on board"},
    {"date": "2015-12-23", "headline": "Amnesty reports civilian deaths from Russian air strikes in Syria"},
    {"date": "2016-11-25", "headline": "Fidel Castro dies in Havana at the age of 90"},
)
# By words alone it would be another event.
QUESTION, ANSWER = "Cuban leader's death", EVENTS[2]
# Discord's tokens start with the bot's id in Base64; this one is nobody's.
NO_TOKEN = "NDI.nobodys.token"


def run(
    what: str, command: Iterable[str | Path], cwd: Path, env: dict[str, str] | None = None, typed: str | None = None
) -> str:
    """What a command printed; `typed` is piped into it.

    Raises:
        click.ClickException: if it fails.
    """
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, input=typed, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise click.ClickException(f"{what} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(what: str, missing: Iterable[str]) -> None:
    """Fail, and name what is missing."""
    if names := sorted(missing):
        raise click.ClickException(f"{what}: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}")


def build_sdist(folder: Path) -> Path:
    """The unpacked sdist: all of the repository but what is only for its host, whose names start with a dot."""
    run("Building the sdist", [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder], ROOT)
    [packed] = folder.glob("*.tar.gz")
    shutil.unpack_archive(packed, folder)
    source = folder / packed.name.removesuffix(".tar.gz")
    if (ROOT / ".git").exists():
        tracked = run("Listing the repository", ["git", "ls-files", "-z"], ROOT).split("\0")
        wanted = [name for name in tracked if name and not name.startswith(".")]
        expect("The sdist lacks files of the repository", (name for name in wanted if not (source / name).is_file()))
    return source


def build_wheel(source: Path, folder: Path) -> Path:
    """The wheel of an unpacked sdist: both packages, nothing of them left out and nothing else."""
    run("Building the wheel", [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], source)
    [wheel] = folder.glob("*.whl")
    wanted = {
        path.relative_to(source).as_posix()
        for package in PACKAGES
        for path in (source / package).rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted |= {"bot/config.example.toml", "dateline.py"}
    expect("The wheel lacks files of the sdist", wanted - held)
    expect("The wheel holds what belongs to neither package", held - wanted)
    expect("The wheel does not say that it has types", {f"{package}/py.typed" for package in PACKAGES} - held)
    return wheel


def needed(names: Iterable[str]) -> set[str]:
    """These packages and all that they ask for, as the packages installed here say."""
    found: set[str] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            key = f"{canonicalize_name(wanted.name)}[{extra}]"
            if key in found:
                continue
            found.add(key)
            try:
                asked = [Requirement(line) for line in requires(wanted.name) or ()]
            except PackageNotFoundError:
                continue
            waiting += [one for one in asked if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {key.partition("[")[0] for key in found}


def locked(lock: str, names: set[str]) -> str:
    """The entries of a lock file, with their hashes, that these packages have."""
    entries = re.split(r"\n(?=\S)", lock)
    return "\n".join(entry for entry in entries if canonicalize_name(re.split("[= ;]", entry)[0]) in names)


def install(wheel: Path, torch: str, folder: Path) -> Path:
    """An empty environment with the wheel and what it asks for; the folder of its programs."""
    environment = folder / "environment"
    run("python -m venv", [sys.executable, "-m", "venv", "--without-pip", environment], folder)
    programs = environment / "bin"
    # What is imported is compiled then; compiling all of torch would take longer than the rest.
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    pip += ["--python", programs / "python"]
    add = [*pip, "install", "--quiet", "--no-compile"]
    entries = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"), needed(["dateline"]))
    lock = folder / "requirements.lock"
    lock.write_text(entries, encoding="utf-8")
    run("Installing the locked packages", [*add, "--require-hashes", "--no-deps", "-r", lock], folder)
    # Last, so that pip looks for nothing that is locked; it has no one hash (see the Makefile).
    run("Installing torch", [*add, torch], folder)
    run("Installing the wheel", [*add, "--no-deps", wheel], folder)
    run("Looking for what the wheel asks for and the lock file lacks", [*pip, "check"], folder)
    return programs


def use(programs: Path, folder: Path) -> None:
    """Set a bot up beside a stand-in for Discord, ask it, and start it, in a folder with a bot.py of somebody else."""
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    (folder / "token.txt").write_text(NO_TOKEN, encoding="utf-8")
    for name in PACKAGES:
        (folder / f"{name}.py").write_text("raise SystemExit('somebody else was run')", encoding="utf-8")
    strangers = ("PYTHON", "DATELINE_", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(strangers)} | {"HOME": str(folder)}
    asyncio.run(_use(programs / "dateline", folder, env))


async def _use(program: Path, folder: Path, env: dict[str, str]) -> None:
    async with discord_server(token=NO_TOKEN) as server:
        env["DATELINE_DISCORD__API_URL"] = server.api_url

        async def dateline(*arguments: str, typed: str = "") -> str:
            line = f"dateline {' '.join(arguments)}"
            return await asyncio.to_thread(run, line, [program, *arguments], folder, env, typed)

        await dateline("--help")
        expect(
            "dateline config lacks sections",
            {"[discord]", "[index]", "[store]"} - {*(await dateline("config")).split()},
        )
        said = await dateline("setup", "--token-file", "token.txt", "--archive", "events.jsonl")
        if (
            f"client_id={server.application_id}" not in said
            or "dateline bot --check" not in said
            or "python -m" in said
        ):
            raise click.ClickException(f"dateline setup said:\n{said}")
        events = json.loads(await dateline("index", "ask", QUESTION, "--json"))["events"]
        found = [event["headline"] for event in events]
        if found[:1] != [ANSWER["headline"]]:
            raise click.ClickException(f'"{QUESTION}" was answered with {found}, not with "{ANSWER["headline"]}"')
        if ANSWER["headline"].split()[0] not in await dateline("bot", "--console", typed=f"/event {ANSWER['date']}\n"):
            raise click.ClickException("the console did not answer /event")
        await dateline("bot", "--check")
        process = await asyncio.create_subprocess_exec(program, "bot", cwd=folder, env=env)
        await server.ready()
        process.terminate()
        if (status := await process.wait()) != 0:
            raise click.ClickException(f"dateline bot ended with status {status}")


@click.command()
@click.argument("torch")
def main(torch: str) -> None:
    """Prove the wheel; TORCH is the requirement that the Makefile installs first."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dateline-wheel-") as place:
        folder = Path(place).resolve()
        wheel = build_wheel(build_sdist(folder), folder)
        click.echo(f"built {wheel.name} from its sdist; installing it, which takes minutes the first time", err=True)
        use(install(wheel, torch, folder), folder)
    click.echo(f"{wheel.name} is whole, installs alone and answers ({time.monotonic() - start:.0f} s)")


if __name__ == "__main__":
    main()
