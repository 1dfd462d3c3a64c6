"""Makes `embeddings/search/abroad/words.json` and `signs.json`: `python -m tests.words_abroad`."""
