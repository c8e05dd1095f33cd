"""Where the real files are. A test that needs one says so by asking; without it the test is skipped, and shows nothing."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("GRIDCASE_DATA") or Path(__file__).parents[2] / "shared" / "data")


def real_file(*parts: str) -> Path:
    """The file (or folder) of that name; skips the test where it is absent."""
    path = FOLDER.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is absent: name the folder of real files in GRIDCASE_DATA")
    return path
