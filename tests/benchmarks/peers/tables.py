"""Figures as a table: for the terminal and for the README. The best of each column stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table

from tests.benchmarks.peers.measures import Figures


@dataclass(frozen=True, slots=True)
class Column:
    """A title, the number that a peer has there, how it is written, and whether large ones are good."""

    title: str
    value: Callable[[Figures], float | None]
    form: str
    larger_is_better: bool = False

    def texts(self, figures: Sequence[Figures], bold: str) -> list[str]:
        """What stands in the column; the best, as it is written, between two `bold`."""
        written = [None if (value := self.value(peer)) is None else format(value, self.form) for peer in figures]
        values = [float(text.replace(",", "")) for text in written if text is not None]
        best = max(values) if self.larger_is_better else min(values)
        return [
            "–" if text is None else f"{bold}{text}{bold}" if float(text.replace(",", "")) == best else text
            for text in written
        ]


COLUMNS = (
    Column("success@1", lambda peer: peer.quality["all"]["s1"], ".3f", larger_is_better=True),
    Column("success@5", lambda peer: peer.quality["all"]["s5"], ".3f", larger_is_better=True),
    Column("MRR@10", lambda peer: peer.quality["all"]["mrr10"], ".3f", larger_is_better=True),
    Column("recall@50", lambda peer: peer.quality["all"]["r50"], ".3f", larger_is_better=True),
    Column("p50 ms", lambda peer: peer.p50_ms, ",.1f"),
    Column("p95 ms", lambda peer: peer.p95_ms, ",.1f"),
    Column("× Dateline", lambda peer: peer.times_dateline, ".2f"),
    Column("texts/s", lambda peer: peer.texts_per_s, ",.0f", larger_is_better=True),
    Column("build s", lambda peer: peer.build_s, ",.1f"),
    Column("load s", lambda peer: peer.load_s, ",.1f"),
    Column("memory MB", lambda peer: peer.memory_mb, ",.0f"),
    Column("disk MB", lambda peer: peer.disk_mb, ",.0f"),
)


def markdown(figures: Sequence[Figures]) -> str:
    """A Markdown table, a row a peer."""
    columns = [column.texts(figures, "**") for column in COLUMNS]
    rows = [[peer.name, *texts] for peer, *texts in zip(figures, *columns, strict=True)]
    titles = ["", *(column.title for column in COLUMNS)]
    rule = ["---", *(["---:"] * len(COLUMNS))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (titles, rule, *rows))


def table(figures: Sequence[Figures]) -> Table:
    """The same for a terminal."""
    shown = Table("", *(column.title for column in COLUMNS))
    for column in shown.columns[1:]:
        column.justify = "right"
    columns = [column.texts(figures, "*") for column in COLUMNS]
    for peer, *texts in zip(figures, *columns, strict=True):
        shown.add_row(peer.name, *texts)
    return shown
