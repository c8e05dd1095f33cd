"""Cutting a convex polygon into convex parts of given areas, by power diagrams.

A power diagram is a Voronoi diagram whose sites carry weights; for every set of areas there is exactly one set of
weights that gives them, found here by damped Newton steps. Plain arithmetic throughout: no randomness, no library whose
rounding could differ between machines. Coordinates are metres in the plane of `plane.py`.
"""

import math
from collections.abc import Sequence

from seeds.hohhot.plane import Point

OUTSIDE = -1
"""Label of an edge on the rim of the polygon that is being cut."""

Ring = list[Point]
LabelledRing = list[tuple[float, float, int]]
"""Vertices counter-clockwise; each with the number of the neighbour across the edge that starts there."""

AREA_TOLERANCE = 1e-4
_NEWTON_STEPS = 60
_HALVINGS = 30


class PartitionFailed(Exception):
    """The areas asked for could not be reached from these sites."""


def area_of(ring: Sequence[Sequence[float]]) -> float:
    """Signed area in square metres; positive when the ring runs counter-clockwise."""
    total = 0.0
    for k in range(len(ring)):
        a, b = ring[k - 1], ring[k]
        total += a[0] * b[1] - b[0] * a[1]
    return total / 2.0


def centroid_of(ring: Sequence[Sequence[float]]) -> Point:
    """Centre of mass."""
    east = north = total = 0.0
    x0, y0 = ring[0][0], ring[0][1]
    for k in range(len(ring)):
        ax, ay = ring[k - 1][0] - x0, ring[k - 1][1] - y0
        bx, by = ring[k][0] - x0, ring[k][1] - y0
        cross = ax * by - bx * ay
        total += cross
        east += (ax + bx) * cross
        north += (ay + by) * cross
    return x0 + east / (3.0 * total), y0 + north / (3.0 * total)


def depth_of(ring: Sequence[Sequence[float]], point: Point) -> float:
    """How far inside a convex counter-clockwise ring a point lies, in metres; negative outside."""
    depth = math.inf
    for k in range(len(ring)):
        ax, ay = ring[k - 1][0], ring[k - 1][1]
        bx, by = ring[k][0], ring[k][1]
        length = math.hypot(bx - ax, by - ay)
        if length > 0.0:
            depth = min(depth, ((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)) / length)
    return depth


def clip(ring: LabelledRing, nx: float, ny: float, limit: float, label: int) -> LabelledRing:
    """The part of a convex ring with nx·x + ny·y ≤ limit; the new edge, if any, carries `label`."""
    sides = [nx * x + ny * y - limit for x, y, _ in ring]
    if max(sides) <= 0.0:
        return ring
    kept: LabelledRing = []
    for k in range(len(ring)):
        x, y, edge = ring[k]
        here = sides[k]
        there = sides[k + 1 - len(ring)]
        if here <= 0.0:
            kept.append((x, y, edge))
        if (here < 0.0 < there) or (there < 0.0 < here):
            share = here / (here - there)
            next_x, next_y, _ = ring[k + 1 - len(ring)]
            crossing_label = label if here < 0.0 else edge
            kept.append((x + share * (next_x - x), y + share * (next_y - y), crossing_label))
        elif here == 0.0 and there > 0.0:
            kept[-1] = (x, y, label)
    return kept if len(kept) >= 3 else []


def power_cells(rim: Ring, sites: Sequence[Point], weights: Sequence[float]) -> list[LabelledRing]:
    """The cell of every site inside `rim` (convex, counter-clockwise); empty where a site's weight is too small."""
    whole: LabelledRing = [(x, y, OUTSIDE) for x, y in rim]
    cells = []
    for i, (x, y) in enumerate(sites):
        nearest_first = sorted(
            (j for j in range(len(sites)) if j != i), key=lambda j: (sites[j][0] - x) ** 2 + (sites[j][1] - y) ** 2
        )
        ring = whole
        for j in nearest_first:
            dx, dy = sites[j][0] - x, sites[j][1] - y
            middle = (dx * dx + dy * dy + weights[i] - weights[j]) / 2.0
            ring = clip(ring, dx, dy, middle + dx * x + dy * y, j)
            if not ring:
                break
        cells.append(ring)
    return cells


def cut(rim: Ring, sites: Sequence[Point], shares: Sequence[float]) -> list[Ring]:
    """Cut `rim` into one convex part per site, their areas in proportion to `shares` to within 0.01 %.

    Raises PartitionFailed when a site lies outside `rim` or on another site.
    """
    whole = area_of(rim)
    unit = whole / math.fsum(shares)
    targets = [share * unit for share in shares]
    weights = [0.0] * len(sites)
    cells = power_cells(rim, sites, weights)
    areas = [area_of(ring) if ring else 0.0 for ring in cells]
    if min(areas) <= 0.0:
        raise PartitionFailed("a site lies outside its polygon or on another site")
    floor = min(*areas, *targets) / 2.0
    for _ in range(_NEWTON_STEPS):
        if all(abs(a - t) <= AREA_TOLERANCE * t for a, t in zip(areas, targets, strict=True)):
            return [[(x, y) for x, y, _ in ring] for ring in cells]
        step = _newton_step(cells, sites, areas, targets)
        weights, cells, areas = _damped(rim, sites, weights, step, areas, targets, floor)
    raise PartitionFailed(f"no partition of {whole:.0f} m² into {len(sites)} parts after {_NEWTON_STEPS} steps")


def _damped(
    rim: Ring, sites: Sequence[Point], weights: list[float], step: list[float], areas: list[float],
    targets: list[float], floor: float,
) -> tuple[list[float], list[LabelledRing], list[float]]:  # fmt: skip
    """The longest of the steps 1, 1/2, 1/4 … that keeps every part alive and brings the areas nearer."""
    worst = math.sqrt(math.fsum((a - t) ** 2 for a, t in zip(areas, targets, strict=True)))
    damping = 1.0
    for _ in range(_HALVINGS):
        tried = [w + damping * s for w, s in zip(weights, step, strict=True)]
        cells = power_cells(rim, sites, tried)
        reached = [area_of(ring) if ring else 0.0 for ring in cells]
        error = math.sqrt(math.fsum((a - t) ** 2 for a, t in zip(reached, targets, strict=True)))
        if min(reached) > floor and error <= (1.0 - damping / 2.0) * worst:
            return tried, cells, reached
        damping /= 2.0
    raise PartitionFailed("no step brings the areas nearer to their targets")


def _newton_step(
    cells: list[LabelledRing], sites: Sequence[Point], areas: list[float], targets: list[float]
) -> list[float]:
    """Change of the weights that would bring the areas to the targets if areas were linear in the weights."""
    n = len(sites)
    matrix = [[0.0] * n for _ in range(n)]
    for i, ring in enumerate(cells):
        for k in range(len(ring)):
            x, y, j = ring[k]
            if j == OUTSIDE:
                continue
            next_x, next_y, _ = ring[k + 1 - len(ring)]
            distance = math.hypot(sites[j][0] - sites[i][0], sites[j][1] - sites[i][1])
            rate = math.hypot(next_x - x, next_y - y) / (2.0 * distance)
            matrix[i][i] += rate
            matrix[i][j] -= rate
    # Only differences between weights matter: the first is held at zero.
    missing = [t - a for a, t in zip(areas, targets, strict=True)]
    return [0.0, *_solve([row[1:] for row in matrix[1:]], missing[1:])]


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with partial pivoting."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(n):
        pivot = max(range(column, n), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        for r in range(column + 1, n):
            factor = rows[r][column] / top[column]
            if factor != 0.0:
                rows[r] = [a - factor * b for a, b in zip(rows[r], top, strict=True)]
    answer = [0.0] * n
    for r in range(n - 1, -1, -1):
        known = math.fsum(rows[r][c] * answer[c] for c in range(r + 1, n))
        answer[r] = (rows[r][n] - known) / rows[r][r]
    return answer


def relax(rim: Ring, sites: Sequence[Point], steps: int, *, fixed: int = 0) -> list[Point]:
    """Spread sites evenly (Lloyd): move each to the centre of its Voronoi cell, `steps` times.

    The first `fixed` sites stay where they are.
    """
    spread = list(sites)
    for _ in range(steps):
        cells = power_cells(rim, spread, [0.0] * len(spread))
        spread = spread[:fixed] + [centroid_of(ring) for ring in cells[fixed:]]
    return spread
