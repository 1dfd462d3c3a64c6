"""Long proofs, each one command: of an index that survives, `python -m tests.proofs.kill`, `damage`, `fuzz`, `disk` and
`hostile`.

Each prints its counts as a table and exits with 1 if something does not hold; a short form of each is a test beside it.
They need POSIX, and Linux for the most part.
"""
