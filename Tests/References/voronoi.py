"""voronoi.json: shares of boxes that are nearest to points, exact up to rounding.

Definition 4.1: the weight of an alternative is the share of the space that is nearest to it, and
copies divide their cell evenly. Every set of weights is computed in two ways:

- SciPy's Voronoi diagram of the points and their mirror images in the box's faces, the volumes as
  convex hulls of the cells' corners. The images make the faces borders of cells. A point on a face
  is its own image, so that its cell goes on behind the face; all images over corners are then taken
  too, and the share in the box is one half of the cell for each face that the point is on.
- The half-spaces nearer to a point than to each other one, cut with the box: by rational arithmetic
  up to two dimensions, by Qhull's intersection of half-spaces beyond.

On a line the second way is the points half-way between neighbours.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection, Voronoi

from common import Case, Vector, document, largest, on_grid

PACKAGES = ("numpy", "scipy")

Corner = tuple[Fraction, Fraction]


def mirrored(points: Vector, lower: Vector, upper: Vector) -> Vector:
    """Weights by the diagram of the points and their images; for points in the box."""
    count, dimension = points.shape
    on_face = (points == lower) | (points == upper)
    images = [points]
    if on_face.any():
        for sides in product((None, lower, upper), repeat=dimension):
            image = points.copy()
            for axis, bound in enumerate(sides):
                if bound is not None:
                    image[:, axis] = 2 * bound[axis] - image[:, axis]
            images.append(image)
    else:
        for axis, bound in product(range(dimension), (lower, upper)):
            image = points.copy()
            image[:, axis] = 2 * bound[axis] - image[:, axis]
            images.append(image)
    everything = np.vstack(images)
    _, first = np.unique(everything, axis=0, return_index=True)
    distinct = everything[np.sort(first)]
    diagram = Voronoi(distinct)
    volumes = np.zeros(count)
    for i in range(count):
        region = diagram.regions[diagram.point_region[i]]
        if -1 in region:
            raise ArithmeticError(f"the cell of point {i} is not bounded")
        volumes[i] = ConvexHull(diagram.vertices[region]).volume / 2.0 ** on_face[i].sum()
    return np.asarray(volumes / np.prod(upper - lower))


def cut(polygon: list[Corner], a: Fraction, b: Fraction, c: Fraction) -> list[Corner]:
    """The part of a convex polygon where a x + b y is at most c."""
    result: list[Corner] = []
    for k, (x, y) in enumerate(polygon):
        before_x, before_y = polygon[k - 1]
        here, before = a * x + b * y - c, a * before_x + b * before_y - c
        if here * before < 0:
            t = before / (before - here)
            result.append((before_x + t * (x - before_x), before_y + t * (y - before_y)))
        if here <= 0:
            result.append((x, y))
    return result


def rational(points: Vector, lower: Vector, upper: Vector) -> list[Fraction]:
    """Weights in one or two dimensions without rounding: every coordinate is a fraction."""
    flat = points.shape[1] == 1
    exact = [[Fraction(x) for x in row] + [Fraction(0)] * flat for row in points.tolist()]
    left, low = [Fraction(x) for x in lower.tolist()] + [Fraction(0)] * flat
    right, high = [Fraction(x) for x in upper.tolist()] + [Fraction(1)] * flat
    result = []
    for x, y in exact:
        cell = [(left, low), (right, low), (right, high), (left, high)]
        for other_x, other_y in exact:
            if (other_x, other_y) != (x, y):
                c = (other_x**2 + other_y**2 - x**2 - y**2) / 2
                cell = cut(cell, other_x - x, other_y - y, c)
        area = sum(
            (cell[k - 1][0] * cell[k][1] - cell[k][0] * cell[k - 1][1] for k in range(len(cell))),
            start=Fraction(0),
        )
        result.append(area / 2 / ((right - left) * (high - low)))
    return result


def midpoints(points: Vector, lower: Vector, upper: Vector) -> Vector:
    """Weights in one dimension: cells end half-way to the neighbours; for points in the box."""
    order = np.argsort(points[:, 0])
    line = points[order, 0]
    ends = np.concatenate([lower, (line[1:] + line[:-1]) / 2, upper])
    weights = np.zeros(len(line))
    weights[order] = np.diff(ends)
    return np.asarray(weights / (upper - lower)[0])


def half_spaces(points: Vector, lower: Vector, upper: Vector) -> Vector:
    """Weights by Qhull's intersection of half-spaces, for points anywhere."""
    count, dimension = points.shape
    weights = np.zeros(count)
    box = np.vstack([np.eye(dimension), -np.eye(dimension)])
    bounds = np.concatenate([upper, -lower])
    for i, point in enumerate(points):
        others = np.delete(points, i, axis=0)
        normals = np.vstack([others - point, box])
        limits = np.concatenate([((others**2).sum(1) - (point**2).sum()) / 2, bounds])
        lengths = np.linalg.norm(normals, axis=1)
        # The centre of the largest ball inside.
        found = linprog(
            np.append(np.zeros(dimension), -1),
            A_ub=np.column_stack([normals, lengths]),
            b_ub=limits,
            bounds=[(None, None)] * dimension + [(0, None)],
        )
        if not found.success or found.x[-1] < 1e-9:
            continue
        cell = HalfspaceIntersection(np.column_stack([normals, -limits]), found.x[:-1])
        weights[i] = ConvexHull(cell.intersections).volume
    return np.asarray(weights / np.prod(upper - lower))


def described(
    name: str, points: Vector, lower: Vector, upper: Vector, space: str = "box", source: str = ""
) -> Case:
    """Points, box and weights, copies sharing their cell, and how far the two ways are apart."""
    distinct, member = np.unique(points, axis=0, return_inverse=True)
    member = member.reshape(-1)
    everything = distinct, lower, upper
    inside = bool(np.all((points >= lower) & (points <= upper)))
    if points.shape[1] <= 2:
        exact = rational(*everything)
        assert sum(exact) == 1
        weights, method = np.array([float(weight) for weight in exact]), "rational arithmetic"
    else:
        weights, method = mirrored(*everything), "mirrored points"
    if points.shape[1] == 1:
        other, second = midpoints(*everything), "midpoints"
    elif points.shape[1] == 2 and inside:
        other, second = mirrored(*everything), "mirrored points"
    else:
        other, second = half_spaces(*everything), "half-spaces"
    shares = weights[member] / np.bincount(member)[member]
    return {
        "name": name,
        "source": source or "random points",
        "space": space,
        "lower": lower,
        "upper": upper,
        "contexts": points,
        "weights": shares,
        "method": method,
        "secondWay": second,
        "secondWayDifference": largest(weights, other),
        "sumDifference": abs(float(np.sum(shares)) - 1),
    }


def content() -> Case:
    """The file."""
    square = np.zeros(2), np.ones(2)
    corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    paper = "Procaccia, Schiffer, Zhang, Clone-Robust AI Alignment, ICML 2025"
    cases = [
        described("three corners", np.array(corners), *square, source=f"{paper}, Figure 1"),
        described(
            "a point beside a corner",
            np.array([*corners, [0.9, 1.0]]),
            *square,
            source=f"{paper}, Figure 2; 0.9 needs double precision",
        ),
    ]
    published = [[0.375, 0.25, 0.375], [0.34, 0.239875, 0.025, 0.395125]]
    for case, weights in zip(cases, published, strict=True):
        # The paper lists the third corner before the new point; so do we.
        case["published"] = weights
        case["publishedDifference"] = largest(case["weights"], weights)

    random = np.random.default_rng(41)
    boxes = {
        1: ([-1.0], [2.0]),
        2: ([-1.0, 0.0], [3.0, 0.5]),
        3: ([0.0, -0.5, -2.0], [1.0, 0.5, 1.0]),
        4: ([0.0, 0.0, -1.0, -1.0], [1.0, 2.0, 1.0, 0.0]),
    }
    for dimension, (low, high) in boxes.items():
        lower, upper = np.array(low), np.array(high)

        def drawn(count: int, lower: Vector = lower, upper: Vector = upper) -> Vector:
            return on_grid(lower + (upper - lower) * random.random((count, len(lower))), 12)

        for count in (3, 7, 12):
            name = f"{dimension}-D, {count} points in a box"
            cases.append(described(name, drawn(count), lower, upper))
        if dimension > 1:
            points = drawn(10)
            cases.append(
                described(
                    f"{dimension}-D, 10 points in their bounding box",
                    points,
                    points.min(axis=0),
                    points.max(axis=0),
                    "bounding-box",
                )
            )
        points = drawn(8)
        points[5] = points[2]
        points[7] = points[2]
        points[6] = points[0]
        cases.append(described(f"{dimension}-D, 8 points with copies", points, lower, upper))
        points = drawn(9)
        # A near copy: a long thin cell.
        points[8] = points[1]
        points[8, 0] += 2.0**-12
        cases.append(described(f"{dimension}-D, 9 points, two close", points, lower, upper))
    cases.append(
        described(
            "2-D, points beside the box",
            on_grid(np.array([[-0.5, 0.25], [0.5, 1.75], [0.75, 0.5], [0.25, 0.25], [3.0, 3.0]])),
            *square,
            source="made up; the last point has weight zero",
        )
    )
    return document(PACKAGES, cases)
