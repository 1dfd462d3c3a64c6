"""The versions of a store, as they are told, are those that its migrations make."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.store.schema import VERSION_TABLE, VERSIONS, bring_to, contents, latest, migrations, tables_of


def test_there_is_a_migration_to_each_version_and_no_other() -> None:
    scripts = ScriptDirectory.from_config(migrations())
    assert [script.revision for script in scripts.walk_revisions()] == list(VERSIONS)[::-1]
    assert scripts.get_current_head() == latest()


def test_a_store_has_the_tables_of_its_version(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/store.db")
    with engine.begin() as connection:
        for version in VERSIONS:
            bring_to(connection, version)
            tables, noted = contents(connection)
            assert noted == version
            assert set(tables) - {VERSION_TABLE} == tables_of(version)
    engine.dispose()
