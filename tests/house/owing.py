"""Lists of what a house rule does not hold for yet. They only shrink: a new fault fails, and so does a line that is mended.

`MENDED=1 make test ARGS=tests/house/test_tables.py` strikes the mended lines out; nothing ever adds one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "owed"


def compare(name: str, found: Iterable[str], *, shrinks: bool = True) -> None:
    """Hold what was found against the list `owed/NAME.txt` (none: nothing is owed), line by line.

    With `shrinks` mended lines must go at once.
    """
    path = FOLDER / f"{name}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    listed = text.splitlines()
    faults = set(found)
    if os.environ.get("MENDED"):
        listed = [line for line in listed if line in faults]
        path.write_text("".join(f"{line}\n" for line in listed), encoding="utf-8")
        if not listed:
            path.unlink()
    new, mended = sorted(faults - set(listed)), sorted(set(listed) - faults)
    assert not new, "this breaks a rule of the house:\n  " + "\n  ".join(new)
    assert not (shrinks and mended), f"this is mended, strike it out of {path.name}:\n  " + "\n  ".join(mended)
    assert listed == sorted(set(listed)), f"{path.name} is sorted, each line once"
