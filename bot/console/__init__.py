"""The same commands in a terminal."""
