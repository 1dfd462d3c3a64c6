"""`python -P related_lists.py INDEX LIMIT`: lists of related events, computed by whatever version is on the path.

Standard input has a JSON list of rows of the index, standard output gets one list of events for each. It imports only
what earlier versions have, too.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from embeddings.index.folder import IndexFolder
from embeddings.search.related import computed


def main(root: str, limit: str) -> None:
    """Read rows, write the lists for them."""
    with closing(IndexFolder(Path(root)).open()) as index:
        lists = []
        for row in json.load(sys.stdin):
            event = replace(index.catalogue.events([row])[0], related=())
            found = computed(index, row, event, int(limit))
            lists.append([{"date": str(o.date), "headline": o.headline, "id": o.id} for o in found])
    json.dump({"from": str(Path(sys.modules["embeddings"].__file__ or "").parents[1]), "lists": lists}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
