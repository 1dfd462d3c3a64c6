"""News events: archives, an index of them, and answers from it.

Data flows one way: `archive` → `build` → `index` → `search`, with `model` and `prominence` in between; people call it
by `command_line`. docs/design.md draws the rooms and the ways through them.

This file imports nothing, so that a command pays only for the modules that it uses.
"""
