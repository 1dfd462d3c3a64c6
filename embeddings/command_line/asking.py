"""Questions asked from the command line: one, or a line each from standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import click

from embeddings.command_line import display
from embeddings.command_line.json_output import print_json, range_as_dict
from embeddings.errors import InputError
from embeddings.events import event_as_dict
from embeddings.search.answers import Answer

MOST_BYTES = 10_000  # of a line; a question of 500 characters has far fewer


def show(answer: Answer, *, as_json: bool) -> None:
    """Print the answer to a question."""
    if not as_json:
        display.show_answer(answer)
        return
    print_json(
        {
            "query": answer.query,
            "dates": [range_as_dict(dates) for dates in answer.dates],
            "events": [{**event_as_dict(hit.event), "score": round(hit.score, 4)} for hit in answer.hits],
            "took_ms": round(answer.took_ms, 1),
            **answer.reading_as_dict(),
            **answer.story_as_dict(),
        }
    )


def ask_each(questions: Iterator[str], ask: Callable[[str], Answer], *, as_json: bool) -> None:
    """Answer questions in their order, each as soon as it comes; one that cannot be asked does not stop the others."""
    for question in questions:
        if not as_json:
            display.show_question(question)
        try:
            answer = ask(question)
        except InputError as error:
            if as_json:
                print_json({"query": question, "error": str(error)})
            else:
                click.echo(str(error))
        else:
            show(answer, as_json=as_json)


def lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream without their ends, in UTF-8; what of a line is beyond `MOST_BYTES` is not read."""
    is_first = True
    while line := stream.readline(MOST_BYTES):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(MOST_BYTES)):
            pass
        # A file from Windows may begin with a mark of its encoding.
        yield line.decode("utf-8-sig" if is_first else "utf-8", errors="replace").rstrip("\r\n")
        is_first = False
