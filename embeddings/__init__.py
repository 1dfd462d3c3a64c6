"""News events: archives, an index of them, and answers from it.

Data flows one way: `archive` → `build` → `index` → `search`, with `model` and `prominence` in between; `command_line`
is how people call it. docs/design.md draws the rooms and the ways through them.

This file imports nothing, so that a command pays only for the modules that it uses.
"""
