"""Answers as cards: what a message shows, and how Discord draws it."""
