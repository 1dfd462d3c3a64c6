"""A room's modules with all their mutants in them, which mutmut writes: one is chosen when the function is called."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.mutants.rooms import Room

_INDEX = "mutants.json"


def make_mutants(room: Room, root: Path, folder: Path) -> None:
    """Write the modules of a room with their mutants into a folder, and which those are."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # libcst, which takes a second

    index: dict[str, str] = {}
    for module in room.modules:
        made = mutate_file_contents(module, (root / module).read_text("utf-8"))
        (folder / module).parent.mkdir(parents=True, exist_ok=True)
        (folder / module).write_text(made.code, "utf-8")
        for name in made.mutant_names:
            function = name.partition("__mutmut_")[0]
            index[f"{dotted(module)}.{name}"] = made.hash_by_function_name[function]
    made_of = {"modules": room.modules, "digest": _digest(room, root), "mutants": index}
    (folder / _INDEX).write_text(json.dumps(made_of), "utf-8")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        function: a hash of the function as it is without a fault.
        digest: a hash of the room's modules and tests.
        outcome: killed, survived, timed out, no tests, else
        processor: seconds that its process took.
        killer: the test that noticed, if one did.
    """

    mutant: str
    function: str
    digest: str
    outcome: str
    processor: float
    killer: str | None


class Verdicts:
    """The file of a folder's verdicts, to which one after another is added, so that a run that is stopped goes on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "verdicts.jsonl"
        index = folder / _INDEX
        made: dict[str, Any] = (
            json.loads(index.read_text("utf-8")) if index.exists() else {"modules": [], "digest": "", "mutants": {}}
        )
        self._digest: str = made["digest"]
        self.modules: list[str] = made["modules"]
        self.mutants: dict[str, str] = made["mutants"]
        """The folder's mutants, and for each the hash of its function."""

    def read(self) -> dict[str, Verdict]:
        """Those that still hold, by mutant: of a function that is as it was, killed or seen by the same tests."""
        found: dict[str, Verdict] = {}
        for line in self._file.read_text("utf-8").splitlines() if self._file.exists() else ():
            with contextlib.suppress(json.JSONDecodeError):  # a line that was cut short
                verdict = Verdict(**json.loads(line))
                same = verdict.digest == self._digest
                if self.mutants.get(verdict.mutant) == verdict.function and (same or verdict.outcome == "killed"):
                    found[verdict.mutant] = verdict
        return found

    def add(self, mutant: str, outcome: str, processor: float = 0.0, killer: str | None = None) -> None:
        verdict = Verdict(mutant, self.mutants[mutant], self._digest, outcome, round(processor, 3), killer)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict), ensure_ascii=False) + "\n")


def function_of(mutant: str) -> str:
    """The function that a mutant changes, by the name that mutmut calls it."""
    return mutant.partition("__mutmut_")[0]


def dotted(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")


def _digest(room: Room, root: Path) -> str:
    """A hash of a room's modules and of the tests that must notice."""
    files = [root / module for module in room.modules]
    for tests in room.tests:
        path = root / tests.partition("::")[0]
        files += sorted(path.rglob("*.py")) or [path]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


class MutatedModules(MetaPathFinder):
    """Has Python import the modules of a room from the folder that holds them with their mutants."""

    def __init__(self, modules: Sequence[str], folder: Path) -> None:
        self._paths: Mapping[str, Path] = {dotted(module): folder / module for module in modules}
        if known := self._paths.keys() & sys.modules.keys():
            raise RuntimeError(f"imported before they could be mutated: {', '.join(sorted(known))}")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if (file := self._paths.get(fullname)) is None:
            return None
        return importlib.util.spec_from_file_location(fullname, file)
