"""How a command line ends where its output does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from rich.console import Console

from embeddings.command_line.running import run_command

FULL = Path("/dev/full")


def by_click() -> None:
    click.echo("a line")


def by_rich() -> None:
    Console().print("a line")


def by_python() -> None:
    sys.stdout.write("a line\n")
    sys.stdout.flush()


WAYS = pytest.mark.parametrize("write", [by_click, by_rich, by_python], ids=lambda write: write.__name__)


@WAYS
def test_a_reader_that_has_gone_is_no_failure(
    write: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stdout = os.fdopen(writer, "w")
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    assert run_command(click.command()(write), "it", []) == 0
    stdout.close()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@WAYS
def test_a_full_disk_is_called_so(
    write: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdout = FULL.open("w")
    monkeypatch.setattr(sys, "stdout", stdout)
    assert run_command(click.command()(write), "it", []) == 1
    assert capsys.readouterr().err == "the disk is full: No space left on device; free some of it, then try again\n"
    os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
    stdout.close()


def test_a_command_that_ends_by_itself_keeps_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    def end() -> None:
        raise SystemExit(3)

    assert run_command(click.command()(end), "it", []) == 3
