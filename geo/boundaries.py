"""Boundary files of any vector format, read into sound multipolygons in the stored system."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import shapely

from geo.systems import to_stored

POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Boundary:
    """One feature: its code, the attributes asked for (None where empty), and a valid multipolygon, EPSG:4326."""

    code: str
    attributes: dict[str, str | None]
    shape: Any

    @property
    def wkb(self) -> bytes:
        """The shape as it is stored."""
        wkb: bytes = shapely.to_wkb(self.shape)
        return wkb


@dataclass(frozen=True, slots=True)
class Boundaries:
    """What a file held. `mended` are the codes whose polygon crossed itself and was made valid."""

    rows: list[Boundary]
    mended: list[str]
    source: str


def read_boundaries(
    path: Path, *, system: str, code_field: str, fields: Sequence[str] = (), layer: str | None = None
) -> Boundaries:
    """Read `path`, whose coordinates are in `system` (geo.systems), with the attributes `fields` beside the code.

    Raises ValueError that names what to mend: no such layer or field, a feature without a code or polygon, a code that
    stands twice, coordinates that `system` cannot hold.
    """
    wanted = [code_field, *(field for field in fields if field != code_field)]
    meta, shapes, columns = _read(path, wanted, layer)
    values = {name: columns[list(meta["fields"]).index(name)] for name in wanted}
    codes = [as_text(value) for value in values[code_field]]
    _check_codes(codes, code_field)
    _check_shapes(shapes, codes)
    stored = to_stored(shapely.force_2d(shapes), system)
    sound = shapely.is_valid(stored)  # what is valid stays as it was written, vertex by vertex
    whole = numpy.where(sound, stored, shapely.make_valid(stored, method="structure", keep_collapsed=False))
    mended = [str(code) for code, valid in zip(codes, sound, strict=True) if not valid]
    rows = [
        Boundary(str(code), {name: as_text(values[name][i]) for name in fields}, _multi(whole[i], str(code)))
        for i, code in enumerate(codes)
    ]
    return Boundaries(rows, mended, path.name)


def as_text(value: object) -> str | None:
    """An attribute as text: numbers without a fraction as integers, nothing and NaN as None."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def _read(path: Path, wanted: list[str], layer: str | None) -> tuple[dict[str, Any], Any, Any]:
    import pyogrio  # only now: where pandas is installed it comes along, and would slow the start of every command

    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is not None and layer not in layers:
            raise ValueError(f"{path.name}: there is no layer {layer}; it has {', '.join(layers)}")
        if layer is None and len(layers) > 1:
            raise ValueError(f"{path.name}: choose a layer with --layer: {', '.join(layers)}")
        present = list(pyogrio.read_info(path, layer=layer)["fields"])
        missing = [name for name in wanted if name not in present]
        if missing:
            raise ValueError(f"{path.name}: there is no field {', '.join(missing)}; it has {', '.join(present)}")
        meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, columns=wanted)
        return meta, shapely.from_wkb(wkb), columns
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.GEOSException) as error:
        raise ValueError(f"{path.name}: not a boundary file that can be read ({error})") from error


def _check_codes(codes: list[str | None], field: str) -> None:
    if not codes:
        raise ValueError("the file holds no feature")
    if without := [i for i, code in enumerate(codes, 1) if code is None]:
        raise ValueError(f"features without a code in {field}: number {', '.join(map(str, without[:20]))}")
    if twice := [str(code) for code, times in Counter(codes).items() if times > 1]:
        raise ValueError(f"codes that stand twice in {field}: {', '.join(twice[:20])}")


def _check_shapes(shapes: Any, codes: list[str | None]) -> None:
    wrong = [
        f"{code} ({'nothing' if shape is None or shape.is_empty else shape.geom_type})"
        for code, shape in zip(codes, shapes, strict=True)
        if shape is None or shape.is_empty or shape.geom_type not in POLYGONS
    ]
    if wrong:
        raise ValueError(f"features that are no polygon: {', '.join(wrong[:20])}")


def _multi(shape: Any, code: str) -> Any:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in POLYGONS and not part.is_empty]
    if not parts:
        raise ValueError(f"nothing is left of the polygon of {code} when it is made valid")
    return shapely.multipolygons(shapely.get_parts(parts))
