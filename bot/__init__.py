"""The bot: news events looked up on Discord and in a terminal. docs/design.md draws its rooms."""
