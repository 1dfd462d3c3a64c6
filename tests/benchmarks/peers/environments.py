"""An environment a peer, made once and used again while its requirements stay the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_STAMP = "installed.txt"


def environment(folder: Path, requirements: Path) -> Path:
    """The Python of an environment in `folder` that holds what `requirements` pins; pip takes minutes the first time.

    Raises:
        subprocess.CalledProcessError: if pip cannot install it.
    """
    python, stamp, wanted = folder / "bin" / "python", folder / _STAMP, requirements.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # torch comes first and alone, so that what follows takes the build that is there.
    for torch in [line for line in wanted.splitlines() if line.startswith("torch==")]:
        subprocess.run([*install, torch], check=True)
    subprocess.run([*install, "-r", str(requirements)], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python
