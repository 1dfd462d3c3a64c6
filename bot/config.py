"""The bot's settings: `config.example.toml` shows each with its default, unit and meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from embeddings.errors import InputError
from embeddings.program import own_command
from embeddings.settings import (
    ArchiveSettings,
    IndexSettings,
    Read,
    RerankSettings,
    Section,
    WebAddress,
    WebAddressOrNone,
    load_settings,
    read_settings,
)

DISCORDS_API = "https://discord.com/api/v10"

LogFormat = Literal["auto", "json", "text"]
"""How lines of the log are written; `auto`: as text where somebody reads along, as JSON elsewhere."""


class DiscordSettings(Section):
    """How to reach Discord."""

    token: SecretStr = SecretStr("")
    api_url: WebAddress = DISCORDS_API
    shard_count: int | None = Field(default=None, ge=1)
    shard_ids: tuple[Annotated[int, Field(ge=0)], ...] = ()
    contact: str = Field(default="", max_length=200)
    source: WebAddressOrNone = Field(default="", max_length=200)

    def given_token(self) -> str:
        """The token, which connecting needs.

        Raises:
            InputError: if there is none.
        """
        if token := self.token.get_secret_value():
            return token
        raise InputError(
            f"no token is set; run `{own_command('setup')}`, or start the bot where that wrote config.toml, "
            "or put the bot's token into the environment variable DATELINE_DISCORD__TOKEN"
        )


class StoreSettings(Section):
    """The database for data that must outlive a restart."""

    url: str = "sqlite:///dateline.db"


class LimitSettings(Section):
    """How much one user or server may ask."""

    user_commands: int = Field(default=8, ge=1)
    user_seconds: float = Field(default=15, gt=0)
    at_once: int = Field(default=8, ge=1)
    waiting_per_server: int = Field(default=30, ge=1)


class DailySettings(Section):
    """Daily posts."""

    grace_hours: float = Field(default=6, ge=0, le=20)
    requests_per_second: float = Field(default=30, gt=0, le=50)


class LogSettings(Section):
    """What a bot that serves says of itself on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: LogFormat = "auto"


def _place(address: str) -> tuple[str, int]:
    """The host and the port of an address.

    Raises:
        ValueError: if it has no host, no port, or more.
    """
    parts = urlsplit(f"//{address}")
    if parts.hostname is None or parts.port is None or parts.netloc != address or parts.username is not None:
        raise ValueError
    return parts.hostname, parts.port


def _checked_address(address: str) -> str:
    try:
        if address:
            _place(address)
    except ValueError:
        raise ValueError("expected a host and a port, such as 127.0.0.1:9464") from None
    return address


class MetricsSettings(Section):
    """Where metrics and health can be asked for.

    Attributes:
        address: a host and a port; "": nowhere.
    """

    address: Annotated[str, AfterValidator(_checked_address)] = ""

    @property
    def place(self) -> tuple[str, int] | None:
        """The host and the port; None: nowhere."""
        return _place(self.address) if self.address else None


class Config(Section):
    """Everything that an operator can set; other names are refused."""

    discord: DiscordSettings = DiscordSettings()
    index: IndexSettings = IndexSettings()
    archive: ArchiveSettings = ArchiveSettings()
    rerank: RerankSettings = RerankSettings()
    store: StoreSettings = StoreSettings()
    limits: LimitSettings = LimitSettings()
    daily: DailySettings = DailySettings()
    logs: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()


def load_config(path: Path | None) -> Config:
    """Read the config file and the environment. InputError names the setting that cannot be used."""
    return load_settings(Config, path)


def read_config(path: Path | None) -> Read[Config]:
    """Read the same, with a sentence on each thing that cannot be used in place of an error."""
    return read_settings(Config, path)
