"""Settings from a TOML file and the environment: `[index] path` is also `DATELINE_INDEX__PATH`, which wins."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
)

from embeddings.defaults import DEFAULT_CONFIG, PREFIX, Asking, Way
from embeddings.errors import InputError
from embeddings.program import own_command
from embeddings.text import clean, shorten

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_NEAR = 0.75  # of the letters of two names; INDEXPATH and INDEXPORT share two thirds

WIKIPEDIAS_API = "https://en.wikipedia.org/w/api.php"


class Section(BaseModel):
    """A part of the settings; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _web_address(value: object) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value)).rstrip("/")


WebAddress = Annotated[str, BeforeValidator(_web_address)]
"""An address that begins with http:// or https://, without a slash at its end."""

WebAddressOrNone = Annotated[str, BeforeValidator(lambda value: _web_address(value) if value else "")]
"""The same, or an empty text for none."""


class IndexSettings(Section):
    """Where the index is, the model that makes it, and how often the bot looks for a new one."""

    path: Path = Asking.path
    model: str | None = Field(default=Asking.model, min_length=1)  # None: the index's; a new one's: all-MiniLM-L6-v2
    encoder: Way = Asking.encoder
    check_seconds: float = Field(default=60, ge=1)


class TimeOfDay(NamedTuple):
    """A time of day in a zone of the IANA time zone database."""

    time: dt.time
    zone: str


def _time_of_day(text: str) -> TimeOfDay | None:
    if not text:
        return None
    time, _, zone = text.partition(" ")
    try:
        return TimeOfDay(dt.datetime.strptime(time, "%H:%M").time(), ZoneInfo(zone).key)  # noqa: DTZ007  # the zone's own
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError("expected a time and a zone, such as 06:00 UTC or 06:00 Europe/Berlin") from None


def _checked_time_of_day(text: str) -> str:
    _time_of_day(text)
    return text


class ArchiveSettings(Section):
    """Where new days of the Current Events portal come from, who fetches them, and when the bot does.

    Attributes:
        update: a time of day and a zone; "": never.
        days_of_the_year: whether updates fetch Wikipedia's articles on the days of the year, although none was before.
        births_and_deaths: whether those that Wikipedia's articles on the days of the year list become events.
        sample: whether the sample's events of before the archive's first day are added; None: where `update` or a dump
            makes the index.
    """

    api: WebAddress = WIKIPEDIAS_API
    contact: str = Field(default="", max_length=200, pattern=r"^[ -~]*$")  # it becomes a part of an HTTP header
    update: Annotated[str, AfterValidator(_checked_time_of_day)] = ""
    days_of_the_year: bool = False
    births_and_deaths: bool = False
    sample: bool | None = None

    @property
    def update_time(self) -> TimeOfDay | None:
        """When the bot updates the archive; None: never."""
        return _time_of_day(self.update)


class RerankSettings(Section):
    """Which model reranks the best answers, if any."""

    model: str | None = Field(default=Asking.rerank, min_length=1)


class Settings(BaseModel):
    """What the index commands read of the file; the other sections are the bot's."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    index: IndexSettings = IndexSettings()
    archive: ArchiveSettings = ArchiveSettings()
    rerank: RerankSettings = RerankSettings()

    @property
    def asking(self) -> Asking:
        """Those by which questions are answered."""
        return Asking(self.index.path, self.index.model, self.index.encoder, self.rerank.model)


SettingsT = TypeVar("SettingsT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read(Generic[SettingsT]):
    """Settings as they were read.

    Attributes:
        settings: with the default in place of what cannot be used.
        problems: a sentence for each setting, variable or file that cannot be used.
    """

    settings: SettingsT
    problems: tuple[str, ...] = ()


def load_settings(kind: type[SettingsT], path: Path | None) -> SettingsT:
    """Read settings of one kind; the environment overrides the file.

    Args:
        path: the TOML file; None takes `config.toml` of the current folder, if there is one.
    Raises:
        InputError: naming the file or the first setting that cannot be used.
    """
    read = read_settings(kind, path)
    if read.problems:
        raise InputError(read.problems[0])
    return read.settings


def read_settings(kind: type[SettingsT], path: Path | None) -> Read[SettingsT]:
    """Read settings as `load_settings` does, and go on where something cannot be used."""
    problems: list[str] = []
    if path is None:
        path = DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None
    elif not path.is_file():
        problems.append(
            f"there is no config file {path}; `{own_command('setup')}` writes one, `{own_command('config')}` prints "
            "one to begin with, and without --config none is needed"
        )
        path = None
    values: dict[str, Any] = {}
    try:
        if path is not None:
            with path.open("rb") as file:
                values = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"the config file {path} is not TOML: {error}")
    except OSError as error:
        problems.append(f"the config file {path} cannot be read: {error.strerror}")
    read = with_environment(kind, values)
    return Read(read.settings, (*problems, *read.problems))


def with_environment(kind: type[SettingsT], values: dict[str, Any]) -> Read[SettingsT]:
    """The settings of a file, by section, under those of the environment."""
    problems: list[str] = []
    if any(name.upper().startswith(PREFIX) for name in os.environ):
        values, unread = _environment(kind, values)
        problems += unread
    names = names_of(kind)
    problems += _strange_variables(names)
    settings, wrong = _usable(kind, values, names)
    return Read(settings, (*problems, *wrong))


def _environment(kind: type[BaseModel], values: dict[str, Any]) -> tuple[dict[str, Any], Sequence[str]]:
    """The settings of a file under those of the environment, and a sentence on what of it cannot be read."""
    from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

    class Reader(kind, BaseSettings):  # type: ignore[valid-type, misc]
        model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__")

    try:
        return _merged(values, EnvSettingsSource(Reader)()), ()
    except SettingsError:  # a variable that names a whole section holds no JSON
        return values, (
            "an environment variable for a whole section, such as DATELINE_INDEX for [index], does not hold a JSON "
            "object; set each of its settings by itself instead, such as DATELINE_INDEX__PATH",
        )


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of two sources, by section; those above win."""
    both = {**below, **above}
    for section in below.keys() & above.keys():
        if isinstance(below[section], dict) and isinstance(above[section], dict):
            both[section] = {**below[section], **above[section]}
    return both


def names_of(kind: type[BaseModel], before: str = "") -> tuple[str, ...]:
    """The dotted names of all settings of a kind, such as `index.path`."""
    found: list[str] = []
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += names_of(inner, f"{before}{name}.")
        else:
            found.append(before + name)
    return tuple(found)


def _usable(kind: type[SettingsT], values: dict[str, Any], names: Sequence[str]) -> tuple[SettingsT, Sequence[str]]:
    """The settings without those that cannot be used, and a sentence on each of these."""
    problems: list[str] = []
    while True:
        try:
            return kind.model_validate(values), problems
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False):
                problems.append(_sentence(problem, names))
                _leave_out(values, problem["loc"])


def _leave_out(values: dict[str, Any], place: tuple[int | str, ...]) -> None:
    """Take a setting out; where it is a part of one, such as the second of a list, all of that."""
    section, *rest = place
    inner = values.get(str(section))
    if rest and isinstance(inner, dict):
        inner.pop(str(rest[0]), None)
    else:
        values.pop(str(section), None)


def _sentence(problem: ErrorDetails, names: Sequence[str]) -> str:
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        near = _nearest(name, [*names, *{each.partition(".")[0] for each in names}])
        meant = f"; did you mean {near}?" if near else ";"
        return f"there is no setting {shorten(clean(name), 60)}{meant} `{own_command('config')}` shows them all"
    if "." not in name or any(part in name for part in ("token", "url", "api")):  # a section or setting with a secret
        return f"the setting {name} cannot be used: {problem['msg']}"
    return f"the setting {name} cannot be used: {problem['msg']}, got {shorten(clean(repr(problem['input'])), 60)}"


def _strange_variables(names: Sequence[str]) -> Iterator[str]:
    """A sentence on each environment variable that is nearly that of a setting, and would be passed over.

    What is not like any is left alone: a machine that runs many programs has variables of its own, as Kubernetes does
    for a service that is called dateline.
    """
    variables = {PREFIX + name.replace(".", "__").upper(): name for name in names}
    sections = {PREFIX + name.partition(".")[0].upper() for name in names}
    for name in sorted(os.environ):
        known = name.upper()
        if not known.startswith(PREFIX) or known in variables or known in sections:
            continue
        if any(known.startswith(f"{section}__") for section in sections):
            continue  # which is read, and refused by the name of the setting
        if near := _nearest(known.removeprefix(PREFIX), names):
            variable = PREFIX + near.replace(".", "__").upper()
            yield f"the environment variable {shorten(clean(name), 60)} sets nothing; did you mean {variable}?"


def _nearest(name: str, names: Sequence[str]) -> str | None:
    """What a name that is no setting's was meant to be, whatever stands between its words; None: nothing is near."""
    wanted = _letters(name)
    ends = [each for each in names if _letters(each.rpartition(".")[2]) == wanted]
    if len(ends) == 1:
        return ends[0]
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    found = process.extractOne(
        wanted,
        {each: _letters(each) for each in names},
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=_NEAR,
    )
    return found and found[2]


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
