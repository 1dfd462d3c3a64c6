"""The commands that make, check and ask an index; values to text for people."""
