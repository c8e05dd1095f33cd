"""import_1m and import_rss_mb: the 2011 Boston 311 file eighteen times over, with numbers of their own and places moved
a little, imported as a user does it; against COPY of the rows that come of it into the same tables with the same indexes.
"""

import subprocess
import time
from pathlib import Path
from typing import Any

from bench.boston import write_jittered
from bench.ground import as_owner, say
from bench.report import Row
from scripts.run import GRIDCASE
from tests.data import FOLDER

CITY = "boston"
COPIES = 18
MEMORY_MB = 256
MAPPING = Path(__file__).parents[1] / "examples" / "boston.yaml"
TABLES = ("cases", "case_text", "case_access", "event")  # parents first


def _gridcase(*words: Any) -> float:
    """Run a command on the city; seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        [GRIDCASE, "--city", CITY, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"gridcase {words[0]} failed:\n{done.stdout[-3000:]}")
    return time.perf_counter() - began


def _columns(table: str) -> str:
    """The columns of a table that are stored as given."""
    rows = as_owner(
        CITY,
        lambda conn: conn.fetch(
            "select quote_ident(attname) as name from pg_attribute where attrelid = $1::text::regclass and attnum > 0"
            " and not attisdropped and attgenerated = '' order by attnum",
            table,
        ),
    )
    return ", ".join(row["name"] for row in rows)


def _copy_again(home: Path) -> float:
    """Copy the resulting rows out, empty the tables, and copy them in: seconds of the latter."""
    columns = {table: _columns(table) for table in TABLES}

    async def out(conn: Any) -> None:
        for table in TABLES:
            await conn.copy_from_query(f"select {columns[table]} from {table}", output=home / table, format="binary")

    async def back(conn: Any) -> None:
        for table in TABLES:
            names = [name.strip('"') for name in columns[table].split(", ")]
            await conn.copy_to_table(table, source=home / table, columns=names, format="binary")

    as_owner(CITY, out)
    as_owner(CITY, lambda conn: conn.execute("truncate cases cascade"))
    as_owner(CITY, lambda conn: conn.execute("vacuum analyze"), transaction=False)
    began = time.perf_counter()
    as_owner(CITY, back)
    took = time.perf_counter() - began
    for table in TABLES:
        (home / table).unlink()
    return took


PRECINCTS = FOLDER / "boston" / "boston_precincts_wgs84.gpkg"
REQUESTS = FOLDER / "boston" / "311_service_requests_2011.csv.gz"


def absent() -> str | None:
    """What is missing for these rows, if anything is."""
    missing = [f"boston/{path.name}" for path in (PRECINCTS, REQUESTS) if not path.exists()]
    return f"{', '.join(missing)}: name the folder of real files in GRIDCASE_DATA" if missing else None


def measure(home: Path) -> list[Row]:
    """Both rows."""
    say(f"{CITY}: {COPIES} copies of the file")
    _gridcase("city", "create", CITY, "--profile", "boston")
    _gridcase("load", "cells", PRECINCTS, "--crs", "EPSG:4326", "--code-field", "WARD_PRECINCT")
    rows = write_jittered(REQUESTS, home / "requests.csv", COPIES, seed=1)
    say(f"{CITY}: importing {rows:,} rows")
    took, peak = _import(home)
    stored = as_owner(CITY, lambda conn: conn.fetchval("select count(*) from cases"))
    if stored != rows:
        raise RuntimeError(f"{rows} rows were given and {stored} are stored")
    say(f"{CITY}: imported in {took:.0f} s; copying the rows that came of it")
    floor = _copy_again(home)
    (home / "requests.csv").unlink()
    raw = {"rows": rows, "import_s": round(took, 1), "copy_s": round(floor, 1)}
    return [
        Row("import_1m", floor / took, rows / floor, rows / took, "rows/s", raw),
        Row("import_rss_mb", peak / MEMORY_MB, MEMORY_MB, peak, "MB", {}),
    ]


def _import(home: Path) -> tuple[float, float]:
    """Seconds, and the peak of resident memory in MB, of the importing process."""
    words = [
        "--city",
        CITY,
        "import",
        "cases",
        home / "requests.csv",
        "--mapping",
        MAPPING,
        "--report",
        home / "refused.csv",
    ]
    began, peak = time.perf_counter(), 0.0
    with (home / "import.log").open("wb") as said:
        child = subprocess.Popen([GRIDCASE, *map(str, words)], stdout=said, stderr=said)
        try:
            while child.poll() is None:
                peak = max(peak, _high_water(child.pid))
                time.sleep(0.2)
        except BaseException:
            child.kill()
            child.wait()
            raise
    if child.returncode != 0:
        raise RuntimeError(f"the import failed:\n{(home / 'import.log').read_text()[-3000:]}")
    return time.perf_counter() - began, peak


def _high_water(pid: int) -> float:
    """The most memory a process held so far, MB. What the system tells at its end counts this process too, before it became
    the other."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)
