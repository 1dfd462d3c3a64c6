"""Notes: one value per name, shared by all processes."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import NoteRow


async def write_note(session: AsyncSession, name: str, value: str) -> None:
    """Write a note in place of the one before, in one statement: two processes may write the first one at once."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(NoteRow).values(name=name, value=value)
    await session.execute(statement.on_conflict_do_update(index_elements=[NoteRow.name], set_={"value": value}))
