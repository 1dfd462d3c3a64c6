"""The bot's settings: `config.example.toml` shows each with its default, unit and meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

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


class Config(Section):
    """Everything that an operator can set; other names are refused."""

    discord: DiscordSettings = DiscordSettings()
    index: IndexSettings = IndexSettings()
    archive: ArchiveSettings = ArchiveSettings()
    rerank: RerankSettings = RerankSettings()
    store: StoreSettings = StoreSettings()
    limits: LimitSettings = LimitSettings()
    daily: DailySettings = DailySettings()


def load_config(path: Path | None) -> Config:
    """Read the config file and the environment. InputError names the setting that cannot be used."""
    return load_settings(Config, path)


def read_config(path: Path | None) -> Read[Config]:
    """Read the same, with a sentence on each thing that cannot be used in place of an error."""
    return read_settings(Config, path)
