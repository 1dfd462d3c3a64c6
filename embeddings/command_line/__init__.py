"""The commands that make, check and ask an index, and what they print for people and scripts."""
