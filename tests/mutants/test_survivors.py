from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.mutants.kinds import EQUAL, LACK, SQL_CASE, WORDS, Change
from tests.mutants.made import Verdict
from tests.mutants.rooms import ROOMS
from tests.mutants.survivors import EQUIVALENT, Argued, Tried, report


def tried(outcome: str, change: Change | None = None) -> Tried:
    return Tried("box", "box.py", Verdict("box.x_put__mutmut_1", "", "", outcome, 1.5, None), change)


def test_what_was_not_killed_is_counted_and_listed_by_sort(tmp_path: Path) -> None:
    argued = Argued(**tomllib.loads(EQUIVALENT.read_text("utf-8"))["equivalent"][0])
    text, number = ("a text", "box.py", "put", 7), ("a number", "box.py", "put", 3)
    found = [
        tried("killed"),
        tried("survived", Change(number[0], LACK, *number[1:], "a = 1", "a = 2")),
        tried("no tests", Change(text[0], LACK, *text[1:], "a = 'b'", "a = 'B'")),
        tried("timed out", Change(text[0], LACK, *text[1:], "b = 'b'", "b = 'B'")),
        tried("survived", Change("what the log says", WORDS, *text[1:], "log.info('b')", "log.info('B')")),
        tried("survived", Change(SQL_CASE, EQUAL, *text[1:], "'SELECT b'", "'select b'")),
        tried("survived", Change("a text", LACK, argued.file, argued.function, 1, argued.before, argued.after)),
    ]
    seconds = {"box": 120.0, "other": 60.0}
    tables = report(found, {"other.py": 3}, seconds, tmp_path / "list.md")
    rows = {line[:36].strip(): line[36:].split() for line in tables.splitlines() if line}
    assert tables.splitlines()[1].split() == ["box.py", "7", "1", "2", "1", "0", "2", "1", "0", "14.3"]
    assert rows["other.py"] == ["3", "0", "0", "0", "0", "0", "0", "3"]
    assert rows["box"] == ["7", "10", "1.50", "2.0"]
    assert rows["all"] == ["7", "10", "1.50", "3.0"]
    told = (tmp_path / "list.md").read_text("utf-8")
    assert tables in told
    assert "- box.py:3 put: `a = 1` → `a = 2`\n" in told
    assert "`a = 'b'` → `a = 'B'` (no test of its room reaches it)" in told
    assert f"→ `{argued.after}` — {argued.why}" in told
    heads = [line.removeprefix("## ") for line in told.splitlines() if line.startswith("## ")]
    assert heads == [
        "Tests lack: 2",
        "Timed out: 1",
        "Only speed: 0",
        "Only a message's words: 1",
        "Equal in meaning: 2",
    ]


def test_what_is_argued_by_hand_is_of_a_module_that_is_mutated() -> None:
    modules = {module for room in ROOMS for module in room.modules}
    for entry in tomllib.loads(EQUIVALENT.read_text("utf-8"))["equivalent"]:
        assert Argued(**entry).file in modules
        assert entry.get("only", "speed") == "speed"


def test_the_tests_of_each_room_are_there() -> None:
    root = Path(__file__).parents[2]
    for room in ROOMS:
        for test in room.tests:
            path, *names = test.split("::")
            assert (root / path).exists(), test
            assert "[" not in test, "what parameters are called changes with them"
            text = (root / path).read_text("utf-8") if names else ""
            assert all(re.search(rf"\b(class|def) {name}\b", text) for name in names), test
