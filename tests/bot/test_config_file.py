from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, load_config
from bot.config_file import ConfigFile, example
from embeddings.errors import EmbeddingsError, InputError
from tests.conftest import few_examples

NAMES = st.text("abcdefgh", min_size=1, max_size=4)
COMMENTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20)


def test_a_new_file_is_the_example_but_for_what_is_set(tmp_path: Path) -> None:
    file = ConfigFile(tmp_path / "new" / "config.toml")
    file.set("discord", "token", "a.secret.token")
    file.set("index", "path", r"C:\news\"index")
    assert file.write()
    written = (tmp_path / "new" / "config.toml").read_text(encoding="utf-8")
    changed = [line for line in written.splitlines() if line not in example().splitlines()]
    assert changed == ['token = "a.secret.token"', r'path = "C:\\news\\\"index"']
    assert len(written.splitlines()) == len(example().splitlines())
    assert load_config(file.path).index.path == Path(r"C:\news\"index")


def test_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    path.chmod(0o644)
    file = ConfigFile(path)
    file.set("discord", "token", "x")
    file.write()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@given(st.dictionaries(NAMES, st.tuples(COMMENTS, st.dictionaries(NAMES, st.tuples(st.integers(), COMMENTS)))))
@few_examples()
def test_whatever_else_stands_in_it_stays(
    tmp_path_factory: pytest.TempPathFactory, sections: dict[str, tuple[str, dict[str, tuple[int, str]]]]
) -> None:
    lines: list[str] = []
    for section, (comment, settings) in sections.items():
        lines += [f"# {comment}", f"[{section}]  # {comment}"]
        lines += [f"{name} = {number}  # {remark}" for name, (number, remark) in settings.items()]
    before = "".join(f"{line}\r\n" for line in lines)
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_bytes(before.encode())
    file = ConfigFile(path)
    assert not file.write()
    assert path.read_bytes().decode() == before
    file.set("index", "path", "here")
    assert file.write()
    after = path.read_bytes().decode()
    assert [line for line in lines if line not in after.splitlines()] == []
    assert tomllib.loads(after) == {**tomllib.loads(before), "index": {"path": "here"}}


def test_a_comment_behind_a_changed_value_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[discord]\ntoken = "old"  # mine\n')
    file = ConfigFile(path)
    file.set("discord", "token", "new")
    file.write()
    assert path.read_text() == '[discord]\ntoken = "new"  # mine\n'


@pytest.mark.parametrize("text", [b"[index\n", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_what_is_no_toml_is_told_and_left_as_it_is(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with pytest.raises(InputError, match=r"config\.toml is not TOML.*; put it right, or move it away"):
        ConfigFile(path)
    assert path.read_bytes() == text


def test_a_value_where_a_section_belongs_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("discord = 5\n")
    with pytest.raises(InputError, match=r"discord in .* is no section"):
        ConfigFile(path).set("discord", "token", "x")


def test_where_it_cannot_be_written_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = ConfigFile(tmp_path / "file" / "config.toml")
    with pytest.raises(EmbeddingsError, match=r"config\.toml cannot be written: "):
        file.write()


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("[index]\n")
    (tmp_path / "config.toml").symlink_to("real.toml")
    file = ConfigFile(tmp_path / "config.toml")
    file.set("index", "path", "x")
    file.write()
    assert (tmp_path / "config.toml").is_symlink()
    assert (tmp_path / "real.toml").read_text() == '[index]\npath = "x"\n'


def test_the_example_is_found_and_gives_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(example(), encoding="utf-8")
    assert load_config(tmp_path / "config.toml") == Config()


@pytest.mark.parametrize("text", ["[store]\npassword hunter2hunter2\n", "hunter2 = 1\nhunter2 = 2\n"])
def test_what_stands_in_a_line_that_is_no_toml_is_not_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="is not TOML") as caught:
        ConfigFile(path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives a file to somebody else")
def test_it_stays_that_of_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    os.chown(path, 65534, 65534)
    file = ConfigFile(path)
    file.set("discord", "token", "x")
    file.write()
    assert (path.stat().st_uid, path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) == (65534, 65534, 0o600)


def test_nothing_with_the_token_is_left_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", refuse)
    file = ConfigFile(tmp_path / "config.toml")
    file.set("discord", "token", "x")
    with pytest.raises(EmbeddingsError, match="Device or resource busy"):
        file.write()
    assert list(tmp_path.iterdir()) == []
