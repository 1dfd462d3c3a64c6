from __future__ import annotations

import json

import pytest

from embeddings.dates.abroad import SHIPPED
from tests.calendar_names import collected


def test_the_names_that_ship_are_those_of_the_installed_babel_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babel.localedata._cache", {})  # what was looked up before changes Babel's order
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert {kind: [list(names.items()) for names in both] for kind, both in shipped.items()} == {
        kind: [list(names.items()) for names in both] for kind, both in collected().items()
    }
