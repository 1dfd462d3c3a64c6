"""The bot's settings: `config.example.toml` shows each with its default, unit and meaning."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.settings import IndexSettings, load_settings


class Config(BaseSettings):
    """Everything that an operator can set; a name that is not here is refused."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    index: IndexSettings = IndexSettings()


def load_config(path: Path | None) -> Config:
    """Read the config file and the environment. InputError names the setting that cannot be used."""
    return load_settings(Config, path)
