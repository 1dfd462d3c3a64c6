"""Catalogues for translators.

python -m tests.messages                 collects all texts, and brings every catalogue and its .mo up to date
python -m tests.messages new LOCALE      begins a catalogue, under one of Discord's names of locales
python -m tests.messages check FILE…     says what is wrong with catalogues; exit status 1 if anything is
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import sys
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bot.language import DOMAIN, FOLDER
from tests.messages.judged import problems

_NO_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

TEMPLATE = FOLDER / f"{DOMAIN}.pot"


def written(made: Catalog) -> bytes:
    """A catalogue as a .po or .pot file, without what changes though no text does."""
    file = io.BytesIO()
    write_po(file, made, width=110, include_lineno=False, ignore_obsolete=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    left_out = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Generated-By', '"Report-Msgid')
    return "".join(line for line in lines if not line.startswith(left_out)).encode()


def compiled(made: Catalog) -> bytes:
    """A catalogue as a .mo file, the same for the same texts."""
    made.creation_date = made.revision_date = _NO_DATE
    file = io.BytesIO()
    write_mo(file, made)
    return file.getvalue()


def read(path: Path) -> Catalog:
    """A catalogue or the template."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def begun(locale: str) -> Catalog:
    """A catalogue without any translation."""
    made = Catalog(
        Locale.parse(locale.replace("-", "_")), domain=DOMAIN, project="Dateline", charset="utf-8", fuzzy=False
    )
    made.header_comment = f"# Dateline in {Locale.parse(locale.replace('-', '_')).get_display_name('en')}."
    made.update(read(TEMPLATE), no_fuzzy_matching=True)
    made.language_team = ""
    return made


def update() -> None:
    """Bring the template, every catalogue and what is compiled from it up to date."""
    from tests.messages.collected import template  # which loads the bot

    TEMPLATE.write_bytes(written(template()))
    for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        made = read(path)
        made.update(read(TEMPLATE), no_fuzzy_matching=False)
        path.write_bytes(written(made))
        path.with_suffix(".mo").write_bytes(compiled(made))
        _tell(path, made)


def _tell(path: Path, made: Catalog) -> int:
    found = problems(made, read(TEMPLATE))
    for each in found:
        print(f"{path}: {each}")  # noqa: T201
    print(f"{path}: {len(found)} problems" if found else f"{path}: complete")  # noqa: T201
    return len(found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.messages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("new").add_argument("locale")
    actions.add_parser("check").add_argument("files", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    if options.action == "check":
        return int(sum(_tell(path, read(path)) for path in options.files) > 0)
    if options.action == "new":
        path = FOLDER / options.locale / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=False)
        path.write_bytes(written(begun(options.locale)))
        print(path)  # noqa: T201
        return 0
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
