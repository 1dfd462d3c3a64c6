"""How much an event matters: measured while an index is built."""
