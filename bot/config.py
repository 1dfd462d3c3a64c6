"""The bot's settings: `config.example.toml` shows each with its default, unit and meaning."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from embeddings.settings import IndexSettings, load_settings


class Config(BaseModel):
    """Everything that an operator can set; a name that is not here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: IndexSettings = IndexSettings()


def load_config(path: Path | None) -> Config:
    """Read the config file and the environment. InputError names the setting that cannot be used."""
    return load_settings(Config, path)
