"""Asking all peers in turn, so that what else the machine does meets all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

BLOCK = 25  # questions that a peer answers before the next peer's turn
ANSWERS = 5  # as many as `/ask` gives


class Asked(Protocol):
    """A peer that can be asked."""

    name: str

    def request(self, do: str, **values: Any) -> dict[str, Any]:
        """What the peer replies."""
        ...


@dataclass(slots=True)
class Answers:
    """What one peer said: ids by question, and the milliseconds of each question in blocks of the same questions."""

    found: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[list[float]] = field(default_factory=list)


def ask_in_turn(
    peers: Sequence[Asked], questions: Sequence[str], depth: int, passes: int, tell: Callable[[str], None]
) -> dict[str, Answers]:
    """Ask every peer every question: once for `depth` ids, then `passes` times for five, timed.

    The first pass warms them up, and is not timed.
    """
    answers = {peer.name: Answers() for peer in peers}
    tell("questions, to warm up")
    for peer, block in _turns(peers, questions):
        for question in block:
            answers[peer.name].found[question] = peer.request("ask", question=question, k=depth)["ids"]
    for number in range(passes):
        tell(f"questions, timed: {number + 1} of {passes}")
        for peer, block in _turns(peers, questions):
            took = [peer.request("ask", question=question, k=ANSWERS)["seconds"] for question in block]
            answers[peer.name].blocks.append([1_000 * seconds for seconds in took])
    return answers


def encode_in_turn(peers: Sequence[Asked], texts: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Texts a second of each peer, a round of `len(texts) / rounds` texts after another."""
    speeds: dict[str, list[float]] = {peer.name: [] for peer in peers}
    size = len(texts) // rounds
    for peer, part in _turns(peers, texts[: size * rounds], size):
        took = peer.request("encode", texts=list(part))["seconds"]
        speeds[peer.name].append(len(part) / took)
    return speeds


def _turns(peers: Sequence[Asked], items: Sequence[str], size: int = BLOCK) -> Iterator[tuple[Asked, Sequence[str]]]:
    """Blocks of the items, each to every peer; another peer begins each time, for what came before may leave traces."""
    for number, start in enumerate(range(0, len(items), size)):
        first = number % len(peers)
        for peer in (*peers[first:], *peers[:first]):
            yield peer, items[start : start + size]
