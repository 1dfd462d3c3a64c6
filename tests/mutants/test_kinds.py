from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.kinds import EQUAL, LACK, LENGTHS, SQL_CASE, WORDS, read_change

SOURCE = '''
class Box:
    def put(self, a, b=1):
        """Put."""
        while a < b and not self.full:
            a += self.take(a, key="x")
        return None if a else b
        return "SELECT x"
        raise ValueError("no box")
        log.info("put %s", a)
        return zip(a, b, strict=True)
'''


@pytest.mark.parametrize(
    ("old", "new", "kind", "line", "shown"),
    [
        ("a < b", "a <= b", "a comparison", 5, ("a < b and (not self.full)", "a <= b and (not self.full)")),
        (" and ", " or ", "and, or", 5, ("a < b and (not self.full)", "a < b or not self.full")),
        ("not self.full", "self.full", "a not left out", 5, ("a < b and (not self.full)", "a < b and self.full")),
        ("a += ", "a = ", "a sum that starts anew", 6, ("a += self.take(a, key='x')", "a = self.take(a, key='x')")),
        ("a += ", "a -= ", "a sign of arithmetic", 6, ("a += self.take(a, key='x')", "a -= self.take(a, key='x')")),
        ('a, key="x"', "a, ", "an argument left out", 6, ("a += self.take(a, key='x')", "a += self.take(a)")),
        ('a, key="x"', 'key="x"', "an argument left out", 6, ("a += self.take(a, key='x')", "a += self.take(key='x')")),
        ('"x"', "None", "an argument made None", 6, ("a += self.take(a, key='x')", "a += self.take(a, key=None)")),
        ('"x"', '"XxX"', "a text", 6, ("a += self.take(a, key='x')", "a += self.take(a, key='XxX')")),
        ("if a else", "if (a) and False else", "a branch that is always taken, or never", 7,
         ("return None if a else b", "return None if a and False else b")),
        ("b=1", "b=2", "a number", 3, ("1", "2")),
        ("SELECT x", "select x", SQL_CASE, 8, ("return 'SELECT x'", "return 'select x'")),
        ("SELECT x", "SELECT y", "a text", 8, ("return 'SELECT x'", "return 'SELECT y'")),
        ("no box", "NO BOX", "a text", 9, ("raise ValueError('no box')", "raise ValueError('NO BOX')")),
        ("put %s", "PUT %S", "what the log says", 10, ("log.info('put %s', a)", "log.info('PUT %S', a)")),
        ("=True", "=None", LENGTHS, 11, ("return zip(a, b, strict=True)", "return zip(a, b, strict=None)")),
        (", strict=True", "", LENGTHS, 11, ("return zip(a, b, strict=True)", "return zip(a, b)")),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_kind_its_line_and_the_code_around_it(
    tmp_path: Path, old: str, new: str, kind: str, line: int, shown: tuple[str, str]
) -> None:
    source, mutated = tmp_path / "box.py", tmp_path / "mutated.py"
    source.write_text(SOURCE, encoding="utf-8")
    name = "xǁBoxǁput__mutmut_12"
    original = SOURCE.replace("put(", "xǁBoxǁput__mutmut_orig(")
    changed = SOURCE.replace(old, new).replace("put(", f"{name}(")
    mutated.write_text(original + changed, encoding="utf-8")
    change = read_change(source, mutated, f"tests.box.{name}", "tests/box.py")
    assert (change.kind, change.line, (change.before, change.after)) == (kind, line, shown)
    assert (change.file, change.function) == ("tests/box.py", "Box.put")
    sorts = {SQL_CASE: EQUAL, LENGTHS: EQUAL, "what the log says": WORDS}
    assert change.sort == (WORDS if old == "no box" else sorts.get(kind, LACK))
