"""The archive that ships with the program: well-known events for the days of the year, in the Markdown layout.

`source/MM.toml` is what people edit; `python -m embeddings.sample` writes the pages under `news/` from it, and
`events.jsonl`, the same events as every build reads them.
"""

from embeddings.archive.shipped import ATTRIBUTION, sample_path

__all__ = ["ATTRIBUTION", "sample_path"]
