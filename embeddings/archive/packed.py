"""Files that may be packed, by what they hold rather than by their names: their text as a stream in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from embeddings.errors import ArchiveMissingError

HEAD = 512  # bytes at the start of a file's text by which its kind is told
MAX_XZ_MEMORY = 128 * 2**20  # bytes; `xz -9` takes 65 MiB
MAX_ZSTD_WINDOW_LOG = 27  # 128 MiB, the most that `zstd -d` takes without being told to

PACKINGS = frozenset({".bz2", ".gz", ".xz", ".zst"})
"""How names of files end that are packed; what the files hold is what counts."""

_BLOCK = 2**16  # bytes
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes((number,)) + b"\x2a\x4d\x18" for number in range(0x50, 0x60)))
_NO_STREAM = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive, which is not read; unpack it with `7z x",
    b"PK\x03\x04": "a zip archive, which is not read; unpack it with `unzip",
    b"Rar!": "a rar archive, which is not read; unpack it with `unrar x",
}


def opened(path: Path) -> BinaryIO:
    """Open a file for reading what it holds, unpacked: gzip, bzip2, xz and Zstandard, or as it is.

    What its reading raises where it is damaged, `is_damage` tells.

    Raises:
        ArchiveMissingError: if it is packed in a way that is not read; says what unpacks it.
    """
    with path.open("rb") as file:
        start = file.read(8)
    for magic, what in _NO_STREAM.items():
        if start.startswith(magic):
            raise ArchiveMissingError(f"{path} is {what} {path.name}`, then name the file that comes out of it")
    if start.startswith(_GZIP):
        return cast("BinaryIO", gzip.open(path, "rb"))
    if start.startswith(_BZIP2):
        return cast("BinaryIO", bz2.open(path, "rb"))
    if start.startswith(_XZ):
        return cast("BinaryIO", io.BufferedReader(_Xz(path)))
    if start.startswith(_ZSTD):
        return _opened_zstd(path)
    return path.open("rb")


def is_damage(error: Exception) -> bool:
    """Whether an error says that a packed file is damaged, rather than that the disk refuses."""
    if isinstance(error, OSError):
        return error.errno is None
    return isinstance(error, EOFError | lzma.LZMAError | zlib.error) or type(error).__name__ == "ZstdError"


def _opened_zstd(path: Path) -> BinaryIO:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:  # an installation that was upgraded without its dependencies
        raise ArchiveMissingError(
            f"{path} is packed by Zstandard, for which the package backports.zstd is missing; install that, or unpack "
            f"the file with `zstd -d {path.name}` and name the one that comes out of it"
        ) from None
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: MAX_ZSTD_WINDOW_LOG}
    return cast("BinaryIO", zstd.open(path, "rb", options=options))


def head(path: Path) -> bytes:
    """The first bytes of what a file holds, unpacked; those that can be read, where it is damaged.

    Raises:
        ArchiveMissingError: as `opened`.
    """
    try:
        with opened(path) as file:
            return file.read(HEAD)
    except Exception as error:
        if is_damage(error):
            return b""
        raise


class _Xz(io.RawIOBase):
    """What the streams of xz in a file hold; unlike the standard library's, it takes no more memory than it may."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._unpacker: lzma.LZMADecompressor | None = None
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer as far as a block goes; 0 at the end."""
        view = memoryview(cast("bytearray", buffer))
        data = self._next(len(view))
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        while True:
            if self._unpacker is None:
                # Between streams there may be zeros, which fill a block of four bytes.
                while not self._rest.lstrip(b"\0"):
                    if not (block := self._file.read(_BLOCK)):
                        return b""
                    self._rest = block
                self._rest = self._rest.lstrip(b"\0")
                self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_XZ_MEMORY)
            given = b""
            if self._unpacker.needs_input:
                given, self._rest = self._rest or self._file.read(_BLOCK), b""
                if not given:
                    raise EOFError("it ends in the middle of a stream")
            data = self._unpacker.decompress(given, most)
            if self._unpacker.eof:
                self._rest, self._unpacker = self._unpacker.unused_data, None
            if data:
                return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
