"""Whether a build would make the index again that is in force: of the same events, by the same program."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from embeddings.build.staging import Staging
from embeddings.program import fingerprint


def fingerprint_of(staging: Staging, *settings: object) -> str:
    """A fingerprint of all that the index depends on that is made of staged events; "" where it can't be told.

    Args:
        settings: of the build, beside its events; the program among them, as it was when the build began.
    """
    if staging.has_doubles:  # they are told by every build that meets them
        return ""
    digest = hashlib.sha256(staging.digest())
    digest.update("\n".join(map(str, settings)).encode())
    return digest.hexdigest()


@cache
def program() -> str:
    """A fingerprint of the program with its tables, and of what is installed beside it: another may read otherwise."""
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(f"{each.name} {each.version}" for each in metadata.distributions()):
        digest.update(f"{name}\n".encode())
    digest.update(fingerprint(_files(resources.files("embeddings"))).encode())
    return digest.hexdigest()


def _files(folder: Traversable) -> Iterator[Traversable]:
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            if each.name != "__pycache__":
                yield from _files(each)
        elif each.is_file():  # an editor's lock is a link that leads nowhere
            yield each
