"""Loading maps: the cells and areas of a city from boundary files."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.table import Table

from app.areas.queries import CityFacts, get_city
from app.cli import app, console, errors, existing, in_city
from app.core.database import Connection
from app.core.errors import Invalid
from app.core.settings import settings
from app.grids.rules import Finding
from geo.boundaries import Boundaries, read_boundaries
from geo.codes import arrange, read_names
from geo.loading import CellFields, LoadedAreas, holds_from, load_areas, load_cells
from geo.systems import known_system

load_app = typer.Typer(no_args_is_help=True, help="Load the map of a city: areas and cells.")
app.add_typer(load_app, name="load")

LAWS = {
    "gap": "缝隙 gap", "overlap": "重叠 overlap", "band": "户数超出范围 households out of band",
    "invalid": "图形无效 invalid polygon",
}  # fmt: skip
SHOWN = 200  # findings of each law
SystemOption = Annotated[
    str, typer.Option("--crs", help="System of the coordinates: WGS84, CGCS2000, GCJ02, BD09 or EPSG:number.")
]
SinceOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day on which this map holds; always, until cases are filed."),
]
LayerOption = Annotated[str | None, typer.Option(help="Layer, where the file has several.")]


def _local(day: datetime | None, city: CityFacts) -> datetime | None:
    return day.replace(tzinfo=city.tz) if day else None


@load_app.command("cells")
def cells(
    file: Annotated[Path, typer.Argument(help="GeoPackage, Shapefile, GeoJSON, KML, FlatGeobuf …")],
    crs: SystemOption,
    code_field: Annotated[str, typer.Option(help="Attribute with the cell's code.")],
    name_field: Annotated[str | None, typer.Option(help="Attribute with its name; the code if left out.")] = None,
    area_field: Annotated[str | None, typer.Option(help="Attribute with the code of the area it lies in.")] = None,
    area: Annotated[str | None, typer.Option(help="Code of the area that all of them lie in.")] = None,
    households_field: Annotated[str | None, typer.Option(help="Attribute with the number of households.")] = None,
    residents_field: Annotated[str | None, typer.Option(help="Attribute with the number of residents.")] = None,
    layer: LayerOption = None,
    since: SinceOption = None,
) -> None:
    """Load the grid cells from a file, checked as a whole: gaps, overlaps, households out of band.

    Where the city's profile says `partition_law: enforced`, a finding refuses the file and nothing changes; where it
    says `reported`, the cells are loaded and the findings are listed. May be repeated.

    Example: gridcase --city boston load cells precincts.gpkg --crs EPSG:4326 --code-field WARD_PRECINCT
    """
    fields = CellFields(name_field, area_field, area, households_field, residents_field)

    async def work(conn: Connection) -> tuple[Boundaries, list[Finding]]:
        city = await get_city(conn)
        read = read_boundaries(
            existing(file), system=known_system(crs), code_field=code_field, fields=fields.names(), layer=layer
        )
        return read, await load_cells(conn, city, read, fields, since=await holds_from(conn, _local(since, city)))

    try:
        read, findings = in_city(work)
    except Invalid as refused:
        errors.print(f"[red]gridcase:[/red] {refused.detail.zh} {refused.detail.en}", highlight=False)
        _show_findings(TypeAdapter(list[Finding]).validate_python(refused.facts["findings"]))
        raise typer.Exit(1) from refused
    _tell_mended(read)
    _show_findings(findings)
    console.print(f"{settings().city}: {len(read.rows)} cells loaded, {len(findings)} findings")


@load_app.command("areas")
def areas(
    file: Annotated[Path, typer.Argument(help="Boundaries of the areas of one tier.")],
    crs: SystemOption,
    codes: Annotated[list[Path], typer.Option(help="Code lists: CSV files with `code` and `name`, or their folder.")],
    code_field: Annotated[str, typer.Option(help="Attribute with the area's code.")] = "adcode",
    layer: LayerOption = None,
    since: SinceOption = None,
) -> None:
    """Load the areas of every tier from code lists, with the boundaries of those that the file holds.

    An area without a boundary is listed all the same; a case can be placed in it by its code. Codes that only
    statistics know (serial 400 and above, development zones) are marked as not official. May be repeated.

    Example: gridcase --city hohhot_real load areas counties.geojson --crs GCJ02 --codes lists/
    """

    async def work(conn: Connection) -> tuple[Boundaries, list[str], LoadedAreas]:
        city = await get_city(conn)
        names, skipped = read_names(codes)
        coded = arrange(names, city=city.code, patterns=city.profile.code_pattern)
        read = read_boundaries(existing(file), system=known_system(crs), code_field=code_field, layer=layer)
        loaded = await load_areas(conn, city, coded, read, since=await holds_from(conn, _local(since, city)))
        return read, skipped, loaded

    read, skipped, loaded = in_city(work)
    _tell_mended(read)
    if skipped:
        console.print(f"no columns code and name, left alone: {', '.join(skipped)}")
    table = Table("tier", "official", "with boundary", "areas", title=f"{settings().city}: areas")
    for (tier, official, bounded), number in sorted(loaded.counts.items(), key=str):
        table.add_row(tier, "yes" if official else "no", "yes" if bounded else "no", f"{number:,}")
    console.print(table)
    console.print(f"the map covers {loaded.square_kilometres:,.1f} km²")


def _tell_mended(read: Boundaries) -> None:
    if read.mended:
        console.print(f"crossed themselves, made valid: {', '.join(read.mended)}")


def _show_findings(findings: Sequence[Finding]) -> None:
    """The findings by law, the largest first, and at most SHOWN of each."""
    if not findings:
        return
    table = Table("", "cells", "township", "m²", "households", title="网格检查结果 Findings of the coverage check")
    ordered = sorted(findings, key=lambda f: (f.law, -(f.square_metres or 0.0), list(f.cells)))
    for law, group in groupby(ordered, key=lambda f: f.law):
        of_law = list(group)
        for f in of_law[:SHOWN]:
            size = "" if f.square_metres is None else f"{f.square_metres:,.1f}"
            households = "" if f.households is None else f"{f.households:,}"
            table.add_row(LAWS[law], ", ".join(f.cells), f.township or "", size, households)
        if len(of_law) > SHOWN:
            table.add_row(LAWS[law], f"… and {len(of_law) - SHOWN:,} more", "", "", "")
    console.print(table)
