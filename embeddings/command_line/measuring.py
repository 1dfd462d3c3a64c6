"""How well questions find their events, measured from the command line."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

from embeddings.command_line import display
from embeddings.command_line.json_output import print_json
from embeddings.command_line.options import Context, opened_for_writing
from embeddings.command_line.progress import ProgressDisplay
from embeddings.errors import InputError
from embeddings.search.evaluation import measure_silence, read_queries, read_unanswerable, run, summarise


def measure(context: Context, queries: Path, rows: Path | None, unanswerable: Path | None, today: dt.date) -> None:
    """Ask the questions of a file and print how many find their events, or with `unanswerable` how many are silenced.

    Args:
        rows: the file to which a line a question is written.
    Raises:
        InputError: if the files cannot be used, or both are named.
    """
    if unanswerable is not None and rows is not None:
        raise InputError("--rows says what was found, which --unanswerable does not look at; name one of the two")
    labelled = read_queries(queries)
    if unanswerable is not None:
        strange = read_unanswerable(unanswerable)
        with context.search() as search, ProgressDisplay() as progress:
            silence = measure_silence(search, labelled, strange, today, progress)
        if context.as_json:
            print_json(asdict(silence))
        else:
            display.show_silence(silence)
        return
    with context.search() as search, opened_for_writing(rows) as file:
        with ProgressDisplay() as progress:
            outcomes = list(run(search, labelled, today, progress))
        for outcome in outcomes if file is not None else ():
            row = {"id": outcome.id, "kind": outcome.kind, "query": outcome.query, "found": outcome.found}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    measures = summarise(outcomes)
    if context.as_json:
        print_json(measures)
    else:
        display.show_measures(measures, len(outcomes))
