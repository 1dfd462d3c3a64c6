"""The documents' parts that are made by code: `python -m tests.manual` writes them into `docs/`.

The pages of commands and settings come from the program, the charts from `docs/figures.toml`, the pictures of Discord's
developer portal from `portal`, those of the design from `flows`. `site` helps MkDocs to make a site of the documents.
"""
