"""Gives neighbouring polygons the very same vertices along the edges they share.

Polygons that were cut apart separately meet in T-junctions: a corner of one lies in the middle of another's edge. Here
every such corner becomes a vertex of the other polygon too, and every vertex goes to the 1e-7 degree grid once. What
comes out is an exact coverage: no gap and no overlap, however narrow.
"""

from collections.abc import Mapping

import numpy as np
import shapely
from shapely import Polygon

from seeds.hohhot.partition import Ring
from seeds.hohhot.plane import GRID_PER_DEGREE, GridPoint, Point, to_grid

_ON_EDGE_M = 1e-3
"""A corner no farther than this from an edge lies on it: far above rounding error, far below any drawn distance."""


def edge_matched(rings: Mapping[str, Ring]) -> dict[str, Polygon]:
    """Rings in plane metres → polygons in degrees (EPSG:4326), edge-matched, counter-clockwise, in the same order."""
    corner_at: dict[GridPoint, Point] = {}
    for ring in rings.values():
        for point in ring:
            corner_at.setdefault(to_grid(point), point)
    names = list(corner_at)
    edges = [(ring[k - 1], ring[k]) for ring in rings.values() for k in range(len(ring))]
    between_ends = _corners_on_edges(edges, [corner_at[name] for name in names])
    polygons: dict[str, Polygon] = {}
    start = 0
    for code, ring in rings.items():
        outline: list[GridPoint] = []
        for k in range(start, start + len(ring)):
            outline.append(to_grid(edges[k][0]))
            outline.extend(names[corner] for corner in between_ends.get(k, ()))
        start += len(ring)
        polygons[code] = _polygon(outline)
    return polygons


def _corners_on_edges(edges: list[tuple[Point, Point]], corners: list[Point]) -> dict[int, list[int]]:
    """Edge number → numbers of the corners strictly inside it, in order from its start."""
    tree = shapely.STRtree(shapely.points(corners))
    edge_numbers, corner_numbers = tree.query(shapely.linestrings(edges), predicate="dwithin", distance=_ON_EDGE_M)
    found: dict[int, list[tuple[float, int]]] = {}
    for edge, corner in zip(edge_numbers.tolist(), corner_numbers.tolist(), strict=True):
        (ax, ay), (bx, by) = edges[edge]
        x, y = corners[corner]
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
        if 0.0 < along < 1.0:
            found.setdefault(edge, []).append((along, corner))
    return {edge: [corner for _, corner in sorted(inside)] for edge, inside in found.items()}


def _polygon(outline: list[GridPoint]) -> Polygon:
    """Grid points → polygon in degrees, without repeated vertices, starting at its westernmost vertex."""
    distinct = [point for k, point in enumerate(outline) if point != outline[k - 1]]
    first = distinct.index(min(distinct))
    grid = np.array(distinct[first:] + distinct[:first], dtype=np.int64)
    return Polygon(grid / GRID_PER_DEGREE)
