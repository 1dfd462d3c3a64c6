from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from discord import Interaction, InteractionType, Locale
from hypothesis import given
from hypothesis import strategies as st

from bot import current
from bot.redaction import LEAST_LENGTH

OPTION = {"name": "query", "type": 3, "value": "Who landed on the Moon"}


def interaction(of: InteractionType = InteractionType.application_command, **data: Any) -> Interaction[Any]:
    found = SimpleNamespace(extras={}, locale=Locale.french, type=of, data={"name": "ask", "options": [OPTION], **data})
    return cast("Interaction[Any]", found)


def test_outside_an_interaction_each_reference_is_a_new_one() -> None:
    assert current.current() is None
    assert current.reference() != current.reference()
    assert (current.kind(), current.age_s()) == (current.UNKNOWN, 0.0)


async def test_tasks_that_begin_inside_an_interaction_are_of_it_until_it_is_left() -> None:
    async def ask() -> str:
        return current.reference()

    with current.working_on(one := interaction()) as at:
        assert current.kind() == "ask"
        assert current.age_s() >= 0
        assert await asyncio.create_task(ask()) == at.reference == current.reference()
    assert current.current() is None
    with current.working_on(one) as again, current.working_on(interaction()) as other:
        assert again is at
        assert other.reference != at.reference == again.reference


@pytest.mark.parametrize(
    ("of", "data", "kind"),
    [
        (InteractionType.application_command, {}, "ask"),
        (InteractionType.component, {"component_type": 2}, "button"),
        (InteractionType.component, {"component_type": 8}, "select"),
        (InteractionType.modal_submit, {}, "form"),
        (InteractionType.autocomplete, {}, "autocomplete"),
        (InteractionType.ping, {}, current.UNKNOWN),
    ],
)
def test_kinds_are_few_whatever_comes(of: InteractionType, data: dict[str, Any], kind: str) -> None:
    with current.working_on(interaction(of, **data)) as at:
        assert at.kind == kind


@given(st.text(), st.sampled_from(("in %s here", "%r", "[%r, %r]")))
def test_what_a_user_wrote_is_taken_out_line_by_line(text: str, said: str) -> None:
    option = {**OPTION, "value": text}
    with current.working_on(interaction(options=[option])) as at:
        told = at.without_texts(said % ((text,) * said.count("%")))
    words = [line.strip() for line in text.splitlines() if LEAST_LENGTH <= len(line.strip()) <= 500]
    assert not [line for line in words if line.isascii() and line.isalnum() and f" {line} " in told]
    if [text] == words and text.isalnum() and len(text) >= 8:
        assert text not in told


@pytest.mark.parametrize("written", ["Who landed on the Moon", "who landed on the moon"])
def test_the_names_of_options_and_ids_are_not_what_users_wrote(written: str) -> None:
    with current.working_on(interaction(custom_id="d1:abcdefgh")) as at:
        assert at.without_texts(f"query {written} d1:abcdefgh") == "query *** d1:abcdefgh"


def test_a_long_text_that_is_quoted_in_part_is_taken_out_in_pieces() -> None:
    text = " ".join(f"word{number}" for number in range(200))
    with current.working_on(interaction(options=[{**OPTION, "value": text}])) as at:
        assert "word" not in at.without_texts(text)
        assert "word3 " not in at.without_texts(f"cannot read {text[:300]}...")
