"""Speed and quality, each one command, `python -m tests.benchmarks.NAME`; CONTRIBUTING.md says what each shows."""
