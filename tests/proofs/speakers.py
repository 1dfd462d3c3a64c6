"""What `tests.proofs.secrets` and `tests.proofs.log_lines` listen to, for processes that are forked from one.

The first argument is `secrets` or `lines`; the others are those of `secrets_speaker` and `log_speaker`.
"""

from __future__ import annotations

from tests.proofs import log_speaker, secrets_speaker


def prepare() -> None:
    """Nothing beside what is imported."""


def main(arguments: list[str]) -> int:
    """Speak."""
    who, *others = arguments
    if who == "secrets":
        secrets_speaker.main(others)
    log_speaker.main(others)
    return 0
