"""What a mutant changed: the place, the code before and after, and the kind of fault that it stands for."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SQL_CASE = "SQL in the other case, which says the same"
LENGTHS = "two lengths that are equal anyhow are not compared"
EQUAL, WORDS, SPEED, LACK = "equal in meaning", "only a message's words", "only speed", "tests lack"
"""The sorts of faults that no test notices; nobody would miss a test for the first three."""

_LOG = "what the log says"
_LONGEST = 110  # characters of the code around a change that are shown

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Change:
    """One mutant's difference from the code as it is; `sort` is what can be told from the code alone."""

    kind: str
    sort: str
    file: str
    function: str  # with its class
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: `{self.before}` → `{self.after}`"


def read_change(source: Path, mutated: Path, mutant: str, file: str) -> Change:
    """The change that a mutant makes.

    Args:
        source: the module as it is, for the number of the line.
        mutated: what mutmut made of it.
        mutant: its name at mutmut: `bot.views.state.xǁPlaceǁback__mutmut_3`, `bot.views.state.x_encode__mutmut_1`
        file: what to call the module.
    """
    mangled = mutant.rpartition(".")[2]
    owner = mangled.partition("__mutmut_")[0]
    name = owner.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    made = _functions(mutated, in_classes=False)
    before = made[f"{owner}__mutmut_orig"]
    path = _differing(before, made[mangled])
    line = next(line for old, _ in reversed(path) if (line := getattr(old, "lineno", None)))
    now = _functions(source).get(name, before)  # the function may have gone since
    kind = _kind(path)
    return Change(kind, _sort(kind, path), file, name, now.lineno + line - before.lineno, *_shown(path))


@cache
def _functions(path: Path, *, in_classes: bool = True) -> dict[str, Function]:
    found: dict[str, Function] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{node.name}." if in_classes else "")
            elif isinstance(node, Function):
                found[prefix + node.name] = node

    visit(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return found


Pairs = list[tuple[ast.AST, ast.AST]]


def _differing(old: ast.AST, new: ast.AST) -> Pairs:
    """Pairs of nodes from two functions down to the one difference between them."""
    path: Pairs = [(old, new)]
    while type(old) is type(new):
        pairs = [pair for field in old._fields for pair in _differing_children(old, new, field)]
        if len(pairs) != 1:
            break
        old, new = pairs[0]
        path.append(pairs[0])
    return path


def _differing_children(old: ast.AST, new: ast.AST, field: str) -> list[tuple[ast.AST, ast.AST]]:
    """What of a field differs; twice the parents themselves where it is no pair of nodes."""
    if isinstance(old, Function) and field in ("name", "decorator_list"):
        return []
    one, other = _listed(getattr(old, field, None)), _listed(getattr(new, field, None))
    if len(one) != len(other):
        return [(old, new)] * 2
    found: list[tuple[ast.AST, ast.AST]] = []
    for left, right in zip(one, other, strict=True):
        if isinstance(left, ast.AST) and isinstance(right, ast.AST):
            if ast.dump(left) != ast.dump(right):
                found.append((left, right))
        elif left != right:
            found += [(old, new)] * 2
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _shown(path: Pairs) -> tuple[str, str]:
    """The code before and after, with as much around it as fits."""
    shown = "", ""
    for old, new in reversed(path):
        if isinstance(old, ast.expr | ast.stmt | ast.keyword | ast.comprehension | ast.match_case):
            wider = _unparsed(old), _unparsed(new)
            if max(map(len, wider)) > _LONGEST or (isinstance(old, ast.stmt) and hasattr(old, "body")):
                return shown if shown[0] else _shortened(old, new)
            shown = wider
    return shown


def _shortened(old: ast.AST, new: ast.AST) -> tuple[str, str]:
    """The code before and after; of a call, without those of its arguments that both have."""
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        kept = {ast.dump(argument) for argument in (*new.args, *new.keywords)}
        args = [argument for argument in old.args if ast.dump(argument) not in kept]
        keywords = [keyword for keyword in old.keywords if ast.dump(keyword) not in kept]
        rest = ast.Constant(...)
        old, new = ast.Call(old.func, [rest, *args], keywords), ast.Call(old.func, [rest], [])
    return _unparsed(old), _unparsed(new)


def _unparsed(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _sort(kind: str, path: Pairs) -> str:
    if kind in (SQL_CASE, LENGTHS):
        return EQUAL
    is_text = isinstance(old := path[-1][0], ast.Constant) and isinstance(old.value, str)
    if kind == _LOG or (is_text and any(isinstance(node, ast.Raise) for node, _ in path)):
        return WORDS
    return LACK


def _kind(path: Pairs) -> str:
    (old, new), parent = path[-1], path[-2][0] if len(path) > 1 else None
    if any(isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.") for node, _ in path):
        return _LOG
    if any(isinstance(node, ast.keyword) and node.arg == "strict" for node, _ in path) or _is_left_out(
        "strict", *path[-1]
    ):
        return LENGTHS
    if isinstance(old, ast.Call) and isinstance(new, ast.Call) and _arguments(new) < _arguments(old):
        return "an argument left out"
    if isinstance(old, ast.AugAssign) and isinstance(new, ast.Assign):
        return "a sum that starts anew"
    if isinstance(new, ast.Constant) and new.value is None:
        if isinstance(parent, ast.Lambda):
            return "a function that gives nothing"
        return "an argument made None" if isinstance(parent, ast.Call | ast.keyword) else "a value made None"
    if isinstance(new, ast.BoolOp):
        return "a branch that is always taken, or never"
    if isinstance(old, ast.Constant) and isinstance(new, ast.Constant) and _is_the_same_sql(old.value, new.value):
        return SQL_CASE
    if isinstance(old, ast.Constant):
        return _KINDS_OF_CONSTANTS[type(old.value)]
    return next((kind for types, kind in _KINDS if isinstance(old, types)), "something else")


def _is_left_out(name: str, old: ast.AST, new: ast.AST) -> bool:
    """Whether a call's argument with a name, and no other, is not there any longer."""
    if not isinstance(old, ast.Call) or not isinstance(new, ast.Call) or len(old.args) != len(new.args):
        return False
    names = {keyword.arg for keyword in old.keywords}
    return names - {keyword.arg for keyword in new.keywords} == {name}


def _is_the_same_sql(old: object, new: object) -> bool:
    """Whether two statements of SQL without texts in them differ in nothing but case."""
    if not isinstance(old, str) or not isinstance(new, str) or "'" in old or '"' in old:
        return False
    return bool(_SQL.match(old)) and old.lower() == new.lower()


_SQL = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA)\b")
_KINDS_OF_CONSTANTS = {
    bool: "true and false",
    int: "a number",
    float: "a number",
    str: "a text",
    bytes: "a text",
    type(None): "None made a text",
}
_KINDS: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.cmpop, "a comparison"),
    (ast.boolop, "and, or"),
    (ast.operator, "a sign of arithmetic"),
    (ast.unaryop, "a sign of arithmetic"),
    (ast.UnaryOp, "a not left out"),
    (ast.Attribute, "another method"),
    (ast.Match, "a case left out"),
    (ast.stmt, "another jump"),
)


def _arguments(call: ast.Call) -> int:
    return len(call.args) + len(call.keywords)
