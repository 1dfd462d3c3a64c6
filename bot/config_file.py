"""The config file as `dateline setup` edits it: comments, and whatever else stands in it, stay."""

from __future__ import annotations

import contextlib
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from embeddings.errors import EmbeddingsError, InputError
from embeddings.private_files import PRIVATE
from embeddings.program import ROOT, in_checkout

_EXAMPLE = "config.example.toml"


def example() -> str:
    """The config file that shows every setting with its default, unit and meaning."""
    folder = ROOT if in_checkout() else Path(__file__).parent
    return (folder / _EXAMPLE).read_text(encoding="utf-8")


class ConfigFile:
    """A config file, or what will be one; begun with the example where there is none.

    Raises:
        InputError: if what is there is no TOML, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_new = not path.exists()
        try:
            # As it is, line ends of Windows included.
            self._before = "" if self.is_new else path.read_bytes().decode("utf-8-sig")
            self._document = tomlkit.parse(example() if self.is_new else self._before)
        except (TOMLKitError, UnicodeDecodeError) as error:
            # What the library says of it would show what stands there, which may be a secret.
            where = f" (line {error.line}, column {error.col})" if isinstance(error, ParseError) else ""
            raise InputError(f"the config file {path} is not TOML{where}; put it right, or move it away") from None
        except OSError as error:
            raise InputError(f"the config file {path} cannot be read: {error.strerror}") from error

    def values(self) -> dict[str, Any]:
        """What stands in it, by section."""
        return self._document.unwrap()

    def set(self, section: str, name: str, value: str) -> None:
        """Change one setting; a comment in its line stays."""
        table: Any = self._document.setdefault(section, tomlkit.table())
        if not isinstance(table, MutableMapping):
            raise InputError(f"{section} in {self.path} is no section; put it right, or move the file away")
        if table.get(name) != value:
            table[name] = value

    def write(self) -> bool:
        """Replace the file, which its owner alone may then read; returns whether it is another than was read.

        Its owner stays who that was: the bot may run as another user than whoever sets it up.

        Raises:
            EmbeddingsError: if it cannot be written; what was there is as it was.
        """
        text = tomlkit.dumps(self._document)
        encoded = text.encode()
        place = self.path.resolve()  # a link stays one
        new = place.with_name(f".{place.name}.new")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
                file.write(encoded)
                if os.name == "posix" and place.exists():
                    was = place.stat()
                    if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
                        os.fchown(file.fileno(), was.st_uid, was.st_gid)
                file.flush()
                os.fsync(file.fileno())
            new.replace(place)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)  # it holds the token
            raise EmbeddingsError(f"the config file {self.path} cannot be written: {error.strerror}") from error
        return text != self._before
