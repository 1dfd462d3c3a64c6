"""Daily posts of events over the years: when (`schedule`), which events (`choice`), and the posting itself."""
