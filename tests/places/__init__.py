"""Makes `bot/zones/places.npz`: `python -m tests.places`."""
