"""Long proofs, each one command, `python -m tests.proofs.NAME`; CONTRIBUTING.md says what each shows.

Each prints its counts as a table and exits with 1 if something does not hold; a short form of each is a test. Those of
the index need POSIX, and Linux for the most part.
"""
