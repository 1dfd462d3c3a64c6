"""Daily posts: when they are due, which events they show, what is claimed of them, their words. Pure."""
