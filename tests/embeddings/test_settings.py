from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import InputError
from embeddings.settings import IndexSettings, Settings, _usable, load_settings, names_of, read_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, without the settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATELINE_INDEX", "DATELINE_INDEX__PATH", "DATELINE_INDEX__MODEL"):
        monkeypatch.delenv(name, raising=False)


def write(text: str | bytes, name: str = "config.toml") -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_without_a_file_the_defaults_hold() -> None:
    settings = load_settings(Settings, None)
    assert (settings.index.path, settings.index.model) == (Path("index"), None)


def test_the_folders_config_is_read_where_no_other_is_named() -> None:
    write('[index]\npath = "here"\n')
    assert load_settings(Settings, None).index.path == Path("here")
    other = write('[index]\npath = "there"\n', "other.toml")
    assert load_settings(Settings, other).index.path == Path("there")


def test_the_environment_wins_over_the_file_setting_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    write('[index]\npath = "here"\nmodel = "a model"\n')
    monkeypatch.setenv("DATELINE_INDEX__PATH", "elsewhere")
    settings = load_settings(Settings, None)
    assert (settings.index.path, settings.index.model) == (Path("elsewhere"), "a model")


def test_the_environment_suffices_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_INDEX__MODEL", "a model")
    assert load_settings(Settings, None).index.model == "a model"


def test_what_others_read_of_the_file_is_passed_over() -> None:
    write('[index]\npath = "here"\n[discord]\ntoken = "secret"\n')
    assert load_settings(Settings, None).index.path == Path("here")


def test_the_example_is_a_config_of_the_index_commands_too() -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    assert load_settings(Settings, example) == Settings()


@pytest.mark.parametrize(
    "line", ['api = "w/api.php"', 'api = "ftp://en.wikipedia.org"', 'contact = "é"', r'contact = "a\nX-Header: b"']
)
def test_an_archive_that_no_request_can_be_made_to_is_refused(line: str) -> None:
    write(f"[archive]\n{line}\n")
    with pytest.raises(InputError, match=r"^the setting archive\.(api|contact) cannot be used: "):
        load_settings(Settings, None)


def test_the_time_of_the_daily_update_is_that_of_a_zone_or_none() -> None:
    assert Settings().archive.update_time is None
    write('[archive]\nupdate = "06:05 Europe/Berlin"\n')
    assert load_settings(Settings, None).archive.update_time == (dt.time(6, 5), "Europe/Berlin")


@pytest.mark.parametrize("text", ["06:00", "6 UTC", "24:00 UTC", "06:00 Mars", "06:00 ../UTC", "daily", "06:00 UTC "])
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    write(f'[archive]\nupdate = "{text}"\n')
    with pytest.raises(InputError, match=r"the setting archive.update .*expected a time and a zone, such as 06:00 UTC"):
        load_settings(Settings, None)


def test_a_file_that_was_named_must_be_there() -> None:
    Path("folder").mkdir()
    for missing in ("missing.toml", "folder"):
        with pytest.raises(InputError, match=f"there is no config file {missing}; `python -m bot setup` writes one"):
            load_settings(Settings, Path(missing))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[index\n", "the config file config.toml is not TOML: "),
        ("path = here\n", "the config file config.toml is not TOML: "),
        (b"\xff\xfe[\0", "the config file config.toml is not TOML: "),
        (
            '[index]\npaht = "x"\n',
            "there is no setting index.paht; did you mean index.path? `python -m bot config` shows them all",
        ),
        ("[index]\npath = 5\n", "the setting index.path cannot be used: "),
        ("[index]\nmodel = 5\n", "the setting index.model cannot be used: "),
        ('[index]\nmodel = ""\n', "the setting index.model cannot be used: "),
        ("index = 5\n", "the setting index cannot be used: "),
    ],
)
def test_what_cannot_be_used_is_named_in_one_sentence(text: str | bytes, sentence: str) -> None:
    write(text)
    with pytest.raises(InputError) as caught:
        load_settings(Settings, None)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATELINE_INDEX__PAHT", "x", "there is no setting index.paht"),
        ("DATELINE_INDEX__MODEL", "", "the setting index.model cannot be used"),
        (
            "DATELINE_INDEX",
            "x",
            "an environment variable for a whole section, such as DATELINE_INDEX for [index], does not hold",
        ),
        ("DATELINE_INDEX", "5", "the setting index cannot be used"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        load_settings(Settings, None)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[archive]\napi = "ftp://me:hunter2@wiki.example"\n',
        '[archive]\napi = ["https://me:hunter2@wiki.example"]\n',
        'archive = "https://me:hunter2@wiki.example"\n',
    ],
)
def test_what_may_hold_a_password_is_named_and_not_quoted(text: str) -> None:
    write(text)
    with pytest.raises(InputError, match=r"^the setting archive(\.api)? cannot be used: ") as caught:
        load_settings(Settings, None)
    assert "hunter2" not in str(caught.value)


def test_settings_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(Settings, None).index.path = Path("elsewhere")  # type: ignore[misc]  # what must fail


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("DATELINE_INDEX_PATH", "DATELINE_INDEX__PATH"),
        ("DATELINE_INDEXPATH", "DATELINE_INDEX__PATH"),
        ("dateline_archive_contact", "DATELINE_ARCHIVE__CONTACT"),
        ("DATELINE_IDNEX__PATH", "DATELINE_INDEX__PATH"),
        ("DATELINE_CHECK_SECONDS", "DATELINE_INDEX__CHECK_SECONDS"),
    ],
)
def test_a_variable_that_is_nearly_a_settings_is_told_with_the_right_one(
    monkeypatch: pytest.MonkeyPatch, variable: str, meant: str
) -> None:
    monkeypatch.setenv(variable, "somewhere")
    with pytest.raises(InputError) as caught:
        load_settings(Settings, None)
    assert str(caught.value) == f"the environment variable {variable} sets nothing; did you mean {meant}?"


@pytest.mark.parametrize(
    "variable", ["DATELINE_INDEX_PORT", "DATELINE_SERVICE_HOST", "DATELINE_PORT_80_TCP", "DATELINE_TEST_ARCHIVES"]
)
def test_a_variable_of_another_program_is_left_alone(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "10.0.0.7")
    assert load_settings(Settings, None) == Settings()


def test_every_problem_is_told_and_what_is_right_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    write('[index]\npath = "here"\nmodel = 5\npaht = "x"\n[archive]\nupdate = "noon"\n')
    monkeypatch.setenv("DATELINE_INDEX_PATH", "somewhere")
    read = read_settings(Settings, None)
    names = ["DATELINE_INDEX_PATH", "index.model", "index.paht", "archive.update"]
    assert all(name in problem for name, problem in zip(names, read.problems, strict=True))
    assert read.settings == Settings(index=IndexSettings(path=Path("here")))


@given(st.sampled_from(names_of(Settings)), st.data())
def test_a_setting_misspelt_by_one_letter_is_recognised(name: str, data: st.DataObject) -> None:
    section, _, setting = name.partition(".")
    place = data.draw(st.integers(0, len(setting) - 1))
    misspelt = f"{setting[:place]}z{setting[place:]}"
    [problem] = _usable(Settings, {section: {misspelt: 1}}, names_of(Settings))[1]
    assert f"there is no setting {section}.{misspelt}; did you mean {name}?" in problem
