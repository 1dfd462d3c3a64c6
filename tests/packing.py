"""The ways in which a file of an archive may be packed."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable


def zstd_frames(data: bytes) -> bytes:
    """A frame of Zstandard whose content is stored as it is (RFC 8878), which needs no packer."""
    blocks = [data[start : start + 2**16] for start in range(0, len(data), 2**16)]
    packed = b"".join((len(block) << 3 | 0).to_bytes(3, "little") + block for block in blocks)
    return b"\x28\xb5\x2f\xfd\x00\x58" + packed + (1).to_bytes(3, "little")


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "bz2": bz2.compress,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstd_frames,
}
"""What packs bytes, by how the names of such files end."""
