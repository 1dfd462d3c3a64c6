"""The loop that sends daily posts, and what it asks of Discord."""
