"""Daily posts: when they are due, which events they show, which posts are claimed, their texts. Pure."""
