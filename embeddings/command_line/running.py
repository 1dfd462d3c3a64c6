"""How a command line ends: an exit status, and one sentence on standard error where something went wrong."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import click
from platformdirs import user_log_path

from embeddings.errors import FULL, EmbeddingsError, InputError
from embeddings.private_files import make_private
from embeddings.text import clean

log = logging.getLogger("dateline")

FAILED, BAD_INPUT = 1, 2
INTERRUPTED = 128 + signal.SIGINT


def at_terminal() -> bool:
    """Whether somebody sits there who can be asked, and sees the question."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def run_command(
    command: click.Command, name: str, arguments: list[str] | None, redact: Callable[[str], str] = str
) -> int:
    """Run a click command and return its exit status; an error is printed as one sentence, without a traceback.

    Args:
        redact: takes secrets out of that sentence.
    """

    def say(sentence: str, status: int) -> int:
        # Before a sentence is cleaned a secret stands in it as it is, and cleaning may turn &amp; into a part of one.
        click.echo(redact(clean(redact(sentence))).rstrip("."), err=True)
        return status

    stdout = sys.stdout
    _take_every_letter()
    try:
        result = command.main(arguments, prog_name=name, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        return say(_commands(error.ctx), BAD_INPUT)
    except click.UsageError as error:
        return say(error.format_message(), BAD_INPUT)
    except InputError as error:
        return say(str(error), BAD_INPUT)
    except EmbeddingsError as error:
        return say(str(error), FAILED)
    except click.exceptions.Exit as error:
        return error.exit_code
    except SystemExit as error:
        # Where whoever read the answer has gone, rich ends so, and click, which puts another stream in place.
        if isinstance(error.__context__, BrokenPipeError) or sys.stdout is not stdout:
            return _silence()
        return error.code if isinstance(error.code, int) else FAILED
    except (click.Abort, KeyboardInterrupt):
        return say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _silence()
    except OSError as error:
        return say(_of_the_system(error), FAILED)
    except MemoryError:
        return say("there is not enough memory for this; free some, or take a smaller archive or model", FAILED)
    except Exception as error:  # noqa: BLE001  # the one place where anything may end up
        where = _log_traceback()
        return say(f"this should not have happened ({type(error).__name__}); the details are in {where}", FAILED)


def _take_every_letter() -> None:
    """Have standard output and error write what their encoding lacks in another way, rather than end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _of_the_system(error: OSError) -> str:
    """The sentence on what the system refused."""
    place = f" ({os.fsdecode(error.filename)})" if error.filename else ""
    if error.errno in FULL:
        return f"the disk is full{place}: {error.strerror}; free some of it, then try again"
    _log_traceback()
    return f"the system refused: {error.strerror or error}{place}"


def _silence() -> int:
    """Keep Python from failing again when it flushes at exit: whoever read the answer has gone, which is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _commands(ctx: click.Context | None) -> str:
    """The error message for a command line without a command."""
    if ctx is None or not isinstance(ctx.command, click.Group):
        return "an argument is missing; --help lists those needed"
    names = ", ".join(ctx.command.list_commands(ctx))
    return f"name a command: {names}; {ctx.command_path} --help tells what each does"


class _PrivateLog(RotatingFileHandler):
    """A log file that only its owner can read, also after the file is rotated."""

    def _open(self) -> TextIOWrapper:
        make_private(Path(self.baseFilename))
        return super()._open()


def _log_traceback() -> str:
    """Write the exception that is being handled to the log file; returns where that is."""
    path = Path(user_log_path("dateline", appauthor=False)) / "dateline.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _PrivateLog(path, maxBytes=2**20, backupCount=2, encoding="utf-8")
    except (OSError, MemoryError):
        return "no log, because none could be written"
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.propagate = False
    try:
        log.exception("unexpected error in: %s", " ".join(sys.argv))
    finally:
        log.removeHandler(handler)
        handler.close()
    return str(path)
