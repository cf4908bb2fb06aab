"""topics.json: adjusted Rand indices by scikit-learn, and Ward trees with unit sizes by SciPy.

Labels are drawn so that agreement goes from none to full: one grouping, and another that keeps the
label of each thing with some probability and draws a new one else. Trees are of a cloud, of clouds
apart, and of a grid with many equal heights (there the heights are compared, not the groups).
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from common import Case, Vector, document, on_grid

PACKAGES = ("numpy", "scipy", "scikit-learn")


def agreement(name: str, a: list[int], b: list[int]) -> Case:
    """Two groupings of the same things."""
    return {"name": name, "a": a, "b": b, "adjustedRandIndex": float(adjusted_rand_score(a, b))}


def tree(name: str, rows: Vector, counts: list[int]) -> Case:
    """A Ward tree's heights, and its groups at some numbers of groups."""
    joins = linkage(rows, "ward")
    groups = [fcluster(joins, count, "maxclust").tolist() for count in counts]
    return {
        "name": name,
        "rows": rows,
        "heights": joins[:, 2],
        "groups": [{"count": c, "labels": g} for c, g in zip(counts, groups, strict=True)],
    }


def content() -> Case:
    """The file."""
    random = np.random.default_rng(20)
    cases = [
        agreement("the same under other names", [0, 0, 1, 1, 2], [5, 5, 3, 3, 9]),
        agreement("all together, all together", [1, 1, 1], [0, 0, 0]),
        agreement("all apart, all apart", [0, 1, 2], [2, 0, 1]),
        agreement("all together, all apart", [0, 0, 0, 0], [0, 1, 2, 3]),
        agreement("less than chance", [0, 0, 1, 1], [0, 1, 0, 1]),
    ]
    for kept in (0.0, 0.3, 0.7, 0.95):
        for first, second in ((3, 3), (2, 7), (12, 5)):
            a = random.integers(first, size=80)
            b = np.where(random.random(80) < kept, a % second, random.integers(second, size=80))
            cases.append(
                agreement(f"{first} and {second} groups, {kept} kept", a.tolist(), b.tolist())
            )
    clouds = np.repeat(random.normal(size=(4, 5)) * 6, 15, axis=0) + random.normal(size=(60, 5))
    grid = np.array([[x, y] for x in range(4) for y in range(3)], dtype=float)
    cases += [
        tree("a cloud", on_grid(random.normal(size=(40, 3))), [2, 5, 12]),
        tree("four clouds", on_grid(clouds), [2, 4, 12]),
        tree("a grid, equal heights", grid, []),
        tree("two points", np.array([[0.0, 0.0], [3.0, 4.0]]), [2]),
    ]
    return document(PACKAGES, cases)
