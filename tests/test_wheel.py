"""What the wheel is installed with: all of the lock file that it asks for, nothing that only development needs."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from tests.wheel import ROOT, locked, needed

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def names(lock: str) -> set[str]:
    """The packages of a lock file."""
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def test_what_the_wheel_asks_for_is_locked_with_its_hashes() -> None:
    wanted = needed(["dateline"])
    kept = locked(LOCK, wanted)
    assert {"aiohttp", "discord-py", "numpy", "sentence-transformers", "transformers"} <= names(kept)
    assert names(kept) == wanted & names(LOCK)
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", kept))


def test_development_tools_are_left_out() -> None:
    assert not {"hatchling", "mypy", "openvino", "pytest", "ruff"} & needed(["dateline"])
    assert "openvino" in needed(["dateline[fast]"])


def test_a_package_locked_twice_keeps_both_versions() -> None:
    lock = "a==1 ; python_full_version < '3.12' \\\n    --hash=x\na==2 \\\n    --hash=y\nb==1 \\\n    --hash=z\n"
    assert locked(lock, {"a"}).splitlines() == lock.splitlines()[:4]
