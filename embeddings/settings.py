"""Settings from a TOML file and the environment: `[index] path` is also `DATELINE_INDEX__PATH`, which wins."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar
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
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from embeddings.errors import InputError
from embeddings.text import clean, shorten

DEFAULT_CONFIG = Path("config.toml")

Way = Literal["auto", "torch"]
"""How texts are encoded: by the index's export of the model where it can be used, or by torch alone."""


WIKIPEDIAS_API = "https://en.wikipedia.org/w/api.php"


class Section(BaseModel):
    """A part of the settings; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _web_address(value: object) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value)).rstrip("/")


WebAddress = Annotated[str, BeforeValidator(_web_address)]
"""An address that begins with http:// or https://, without a slash at its end."""


class IndexSettings(Section):
    """Where the index is, the model that makes it, and how often the bot looks for a new one."""

    path: Path = Path("index")
    model: str | None = Field(default=None, min_length=1)  # None: the index's own, all-MiniLM-L6-v2 for a new one
    encoder: Way = "auto"
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

    model: str | None = Field(default=None, min_length=1)


class Settings(BaseModel):
    """What the index commands read of the file; the other sections are the bot's."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    index: IndexSettings = IndexSettings()
    archive: ArchiveSettings = ArchiveSettings()
    rerank: RerankSettings = RerankSettings()


SettingsT = TypeVar("SettingsT", bound=BaseModel)


def load_settings(kind: type[SettingsT], path: Path | None) -> SettingsT:
    """Read settings of one kind; the environment overrides the file.

    Args:
        path: the TOML file; None takes `config.toml` of the current folder, if there is one.
    Raises:
        InputError: naming the file or the setting that cannot be used.
    """
    if path is None:
        path = DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None
    elif not path.is_file():
        raise InputError(f"there is no config file {path}; copy config.example.toml to it, or leave --config out")

    class Reader(kind, BaseSettings):  # type: ignore[valid-type, misc]
        model_config = SettingsConfigDict(
            env_prefix="DATELINE_",
            env_nested_delimiter="__",
            extra=kind.model_config.get("extra", "ignore"),  # else BaseSettings' own counts
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            file = () if path is None else (TomlConfigSettingsSource(settings_cls, toml_file=path),)
            return (env_settings, *file)

    try:
        return kind.model_validate(Reader().model_dump())
    except ValidationError as error:
        raise InputError(_first_problem(error)) from error
    except SettingsError as error:  # a variable that names a whole section holds no JSON
        raise InputError(
            "an environment variable for a whole section, such as DATELINE_INDEX for [index], does not hold a JSON "
            "object; set each of its settings by itself instead, such as DATELINE_INDEX__PATH"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the config file {path} is not TOML: {error}") from error
    except OSError as error:
        raise InputError(f"the config file {path} cannot be read: {error.strerror}") from error


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"there is no setting {name}; config.example.toml shows them all"
    if "." not in name or any(part in name for part in ("token", "url", "api")):  # a section or setting with a secret
        return f"the setting {name} cannot be used: {problem['msg']}"
    return f"the setting {name} cannot be used: {problem['msg']}, got {shorten(clean(repr(problem['input'])), 60)}"
