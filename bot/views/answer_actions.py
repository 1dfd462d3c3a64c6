"""The buttons under an answer that lead to no other page; their letters are those of `encode` and `decode`."""

from __future__ import annotations

SHARE = "x"
"""Shows a private answer to everybody."""
NOT_MEANT = "y"
"""Opens the form in which somebody says what they meant; the form's custom_id is the button's."""

REMARK = "remark"
"""The custom_id of the form's one field."""


def action(custom_id: str) -> str:
    """The letter of a custom_id that `decode` reads."""
    return custom_id[3:4]
