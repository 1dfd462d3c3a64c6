"""Buttons and selects that never die: everything they need stands in their custom_id."""
