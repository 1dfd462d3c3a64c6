from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Config, load_config
from embeddings.errors import InputError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def settings_of(kind: type[BaseModel], prefix: str = "") -> set[str]:
    """The dotted names of all settings."""
    found: set[str] = set()
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= settings_of(inner, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def uncommented(text: str) -> str:
    """The example with its commented-out settings switched on."""
    lines = [line.removeprefix("# ") if " = " in line else line for line in text.splitlines()]
    return "\n".join(lines)


def names_in(text: str) -> set[str]:
    return {f"{section}.{name}" for section, values in tomllib.loads(text).items() for name in values}


def test_the_example_gives_the_defaults() -> None:
    assert load_config(EXAMPLE) == Config()


def test_the_example_shows_every_setting_and_no_other() -> None:
    assert names_in(uncommented(EXAMPLE.read_text())) == settings_of(Config)


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[index]\npath = "from-file"\nmodel = "some-model"\n')
    monkeypatch.setenv("DATELINE_INDEX__PATH", "from-environment")
    config = load_config(file)
    assert config.index.path == Path("from-environment")
    assert config.index.model == "some-model"


def test_the_environment_suffices_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_INDEX__PATH", "elsewhere")
    assert load_config(None).index.path == Path("elsewhere")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[index]\npaht = "x"\n',
            "there is no setting index.paht; did you mean index.path? `python -m bot config` shows them all",
        ),
        ("[idnex]\n", "there is no setting idnex; did you mean index? `python -m bot config` shows them all"),
        ("[index]\nmodel = 3\n", "the setting index.model cannot be used: Input should be a valid string, got 3"),
        ("[index\n", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_setting(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(sentence)):
        load_config(file)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no config file .*; `python -m bot setup` writes one"):
        load_config(tmp_path / "config.toml")
