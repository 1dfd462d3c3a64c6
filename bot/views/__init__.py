"""Buttons and selects that work after a restart: everything they need stands in their custom_id."""
