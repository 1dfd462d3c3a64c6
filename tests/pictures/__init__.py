"""Pictures of Dateline's messages as Discord shows them, for the documents and for looking at a change.

    python -m tests.pictures [--index DIR] [OUT_DIR]

The answers are the bot's own, up to the payload that Discord would get; only the last step, Discord's drawing of it,
is imitated here, with headless Chromium.
"""
