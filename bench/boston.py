"""A million rows of real shape: copies of the 2011 Boston file with new numbers and places moved a little."""

import csv
import gzip
import random
from pathlib import Path
from typing import IO

JITTER = 0.0005  # degrees, one standard deviation: about 50 m


def write_jittered(path_in: Path, path_out: Path, copies: int, seed: int) -> int:
    """Write `copies` of the file, each row with a number and a point of its own; how many rows there are.

    The same seed gives the same file. Both paths may end in .gz.
    """
    chance = random.Random(seed)
    written = 0
    with _open(path_out, "w") as out:
        writer = csv.writer(out)
        for copy in range(copies):
            with _open(path_in, "r") as text:
                reader = csv.reader(text)
                header = next(reader)
                if copy == 0:
                    writer.writerow(header)
                number, lat, lon = (header.index(name) for name in ("case_enquiry_id", "latitude", "longitude"))
                for row in reader:
                    row[number] = f"{row[number]}-{copy:02d}"
                    row[lat] = f"{float(row[lat]) + chance.gauss(0.0, JITTER):.6f}"
                    row[lon] = f"{float(row[lon]) + chance.gauss(0.0, JITTER):.6f}"
                    writer.writerow(row)
                    written += 1
    return written


def _open(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, f"{mode}t", encoding="utf-8", newline="")  # type: ignore[return-value]
    return path.open(mode, encoding="utf-8", newline="")
