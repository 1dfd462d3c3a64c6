"""Pictures of Dateline's messages as Discord shows them, for the documents and for looking at a change.

    python -m tests.pictures [--index DIR] [--only NAME]… [--documents] [OUT_DIR]

The answers are the bot's own, as the stand-in for Discord gets them; only the last step, Discord's drawing of them, is
imitated here, with headless Chromium. A picture shows a message four times: in the dark and the light theme, on a
desktop and on a phone. `--documents` writes those that the documents show.
"""
