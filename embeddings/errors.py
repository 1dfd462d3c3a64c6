"""What can go wrong, as a tree.

    EmbeddingsError
    ├── InputError                the caller's input cannot be used (a command exits with status 2)
    │   ├── DateError             not a date, or one that does not exist (`embeddings.dates.errors`)
    │   │   └── AmbiguousDateError    more than one date; `choices` holds them
    │   ├── ArchiveMissingError   no archive at that path
    │   └── IndexMissingError     no index in that folder
    ├── ArchiveDamagedError       an archive breaks off, so that the rest of it is unknown (status 1)
    ├── ModelError                the model cannot be loaded, or is not the expected one (status 1)
    ├── WikiError                 a wiki cannot be reached, or answers what cannot be used (status 1)
    ├── RemovalsRefusedError      more events are missing at once than are removed without a word (status 1)
    ├── BuildRunningError         another build holds the index folder (status 1)
    └── IndexUnusableError        the index is damaged, or made by another format or model (status 1)

A message is one sentence or two: the value, what was expected, what to do. It holds no secrets.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

from embeddings.program import index_command

BUILD_AGAIN = f"run `{index_command('build')}` again"
"""What to do about an index that is damaged, or of another format or model."""


FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says where a disk is full, or the part of it that an account may use."""


class EmbeddingsError(Exception):
    """The base class of the errors that this package raises on purpose.

    A message that users may read in another language comes with its values apart: `InputError("{given} is too much",
    given=given)`.

    Attributes:
        template: the message, with the names of its values in braces if there are any.
        values: what stands for them: texts, whole numbers that count something, values of `embeddings.said`.
    """

    def __init__(self, template: object = "", /, **values: object) -> None:
        super().__init__(in_english(str(template), values) if values else template)
        self.template = template
        self.values = values


def in_english(template: str, values: Mapping[str, object]) -> str:
    """A message with its values."""
    return template.format(**{name: f"{each:,}" if type(each) is int else each for name, each in values.items()})


class InputError(EmbeddingsError):
    """The caller's input cannot be used; trying again with the same input cannot help."""


class ArchiveMissingError(InputError):
    """There is no archive at the path that was named, or nothing that any reader can read."""


class ArchiveDamagedError(EmbeddingsError):
    """An archive breaks off in the middle; building from it would lose the events after that."""


class IndexMissingError(InputError):
    """There is no index in the folder that was named."""


class ModelError(EmbeddingsError):
    """The model cannot be loaded or fetched, or its weights are not those that were published."""


class WikiError(EmbeddingsError):
    """A wiki cannot be reached, or its answer cannot be used."""


class RemovalsRefusedError(EmbeddingsError):
    """More events are missing at once than an update or a build removes without being told to."""


class BuildRunningError(EmbeddingsError):
    """Another build is writing to the same index folder."""


class IndexUnusableError(EmbeddingsError):
    """The index is damaged, or belongs to another format, model or dimension."""
