"""Commands as a user types them, and small cities to import into."""

import asyncio
import csv
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml
from typer.testing import CliRunner, Result

SQUARES = {"0101": (0, 0), "0102": (1, 0), "0201": (0, 1), "0202": (1, 1)}  # of 0.1 degrees, from (-71.2, 42.2)


@pytest.fixture
def gridcase(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """`gridcase("boston", "load", "cells", …)` runs a command on a city; the result has exit_code and output."""
    import app.cli.imports
    import app.cli.load
    from app.cli import app as command
    from app.core.settings import settings

    monkeypatch.setenv("GRIDCASE_CITY", os.environ.get("GRIDCASE_CITY", "hohhot"))
    for console in (app.cli.console, app.cli.errors):
        monkeypatch.setattr(console, "width", 200)

    def invoke(city: str, *words: Any) -> Result:
        result: Result = CliRunner().invoke(command, ["--city", city, *map(str, words)])
        settings.cache_clear()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield invoke
    monkeypatch.undo()
    settings.cache_clear()  # what was read for the other city must not outlive it


@pytest.fixture(scope="module")
def squares_city(database: str, worker_id: str) -> str:
    """A city of four square cells with the profile of Boston."""
    from app.areas.queries import get_city
    from app.cli.city import create_city
    from app.core.database import connect
    from geo.boundaries import Boundaries, Boundary
    from geo.loading import ALWAYS, CellFields, load_cells
    from seeds import load
    from tests import databases

    city = f"squares_{worker_id}"
    with databases.alone("roles"):
        create_city(city, load.read_profile(load.PROFILES["boston"]), bare=True)
    boxes = {
        code: shapely.box(-71.2 + x / 10, 42.2 + y / 10, -71.1 + x / 10, 42.3 + y / 10)
        for code, (x, y) in SQUARES.items()
    }
    rows = [Boundary(code, {}, shapely.multipolygons([box])) for code, box in boxes.items()]

    async def fill() -> None:
        conn = await connect(city, "owner")
        async with conn.transaction():
            await load_cells(conn, await get_city(conn), Boundaries(rows, [], "squares"), CellFields(), since=ALWAYS)
        await conn.close()

    asyncio.run(fill())
    return city


@pytest.fixture
def squares(squares_city: str, sql: Any) -> str:
    """The city of four squares, without a case."""
    sql("truncate cases cascade", city=squares_city)
    return squares_city


COLUMNS = ("id", "type", "title", "opened", "closed", "lon", "lat", "address")


def plain_mapping() -> dict[str, Any]:
    """A mapping for files with the columns COLUMNS."""
    return {
        "source": {"system": "other", "external_id": "id"},
        "kind": {"value": "request"},
        "category": {"column": "type", "map": {"light": "streetlight.fault", "road": "road.damage"}},
        "title": "title",
        "address": "address",
        "location": {"lon": "lon", "lat": "lat", "crs": "WGS84"},
        "times": {"registered": "opened", "closed": "closed"},
    }


def plain_row(number: int, **changes: str) -> list[str]:
    """A row that fits; `changes` replace cells."""
    row = {
        "id": f"A{number}", "type": "light", "title": f"lamp {number}", "opened": "2020-05-04 10:00:00",
        "closed": "2020-05-05 11:30:00", "lon": "-71.15", "lat": "42.25", "address": "1 Main St",
    }  # fmt: skip
    return list({**row, **changes}.values())


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """`write(rows, mapping)` writes the file and its mapping and gives both paths."""

    def write_both(
        rows: Sequence[Sequence[str]], mapping: Any = None, *, header: Sequence[str] = COLUMNS, encoding: str = "utf-8"
    ) -> tuple[Path, Path]:
        data, rules = tmp_path / "rows.csv", tmp_path / "rows.yaml"
        with data.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, *rows])
        rules.write_text(yaml.safe_dump(mapping or plain_mapping(), allow_unicode=True), encoding="utf-8")
        return data, rules

    return write_both


def on_app(city: str, work: Callable[[Any], Any]) -> Any:
    """Run `await work(connection)` as the city's app role."""
    from app.core.database import connect

    async def run() -> Any:
        conn = await connect(city, "runner")
        try:
            return await work(conn)
        finally:
            await conn.close()

    return asyncio.run(run())
