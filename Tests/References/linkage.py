"""linkage.json: weights from the tree in which alternatives join, and the horizon of the data.

The definition, written down once more (`LinkageWeights.swift` has the reasons). Single linkage
joins the alternatives into a tree; its branches are wires whose resistance is their length, all
alternatives are at one potential, the root at another; a weight is a share of the current. Joins
above the horizon count as joins at it. Joins below the resolution count as joins at height zero,
but within such a group the current divides as without a resolution. Copies share evenly.

The horizon is the mean of the middle half of the distances to the nearest neighbour. Votes are the
weights without a horizon. First exact copies are one, with the distance to the nearest outside;
then all that hangs together within an eighth of the first horizon.

Every set of weights is computed in two ways: up and down the tree, two wires at a time, and as the
solution of Kirchhoff's equations of the whole network.
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist, squareform

from common import Case, Vector, document, largest, on_grid

PACKAGES = ("numpy", "scipy")

Tree = list[tuple[int, int, float]]
"""Joins in order of height: node count + k joins the two nodes at the height."""


def joined(contexts: Vector) -> Tree:
    """SciPy's single linkage."""
    return [(int(a), int(b), float(h)) for a, b, h, _ in linkage(pdist(contexts), "single")]


def two_wires(a: float, b: float, sizes: tuple[int, int]) -> tuple[float, float]:
    """The resistance of two wires side by side, and the share of the current in the first."""
    if a + b == 0:
        return 0.0, sizes[0] / sum(sizes)
    return a * b / (a + b), b / (a + b)


def up_and_down(tree: Tree, resolution: float, horizon: float | None) -> Vector:
    """Resistances from the alternatives to the root, currents from the root to the alternatives."""
    count = len(tree) + 1
    fine, coarse = [0.0] * count, [0.0] * count
    resistance, coarse_resistance = [0.0] * count, [0.0] * count
    size = [1] * count
    shares: list[float] = []
    for a, b, length in tree:
        height = length if horizon is None else min(length, horizon)
        above = max(height - resolution, 0.0)
        sizes = size[a], size[b]
        whole, share = two_wires(
            height - fine[a] + resistance[a], height - fine[b] + resistance[b], sizes
        )
        coarse_whole, coarse_share = two_wires(
            above - coarse[a] + coarse_resistance[a],
            above - coarse[b] + coarse_resistance[b],
            sizes,
        )
        fine.append(height)
        coarse.append(above)
        resistance.append(whole)
        coarse_resistance.append(coarse_whole)
        size.append(sum(sizes))
        shares.append(coarse_share if above > 0 else share)
    current = [0.0] * (2 * count - 1)
    current[-1] = 1.0
    for k in reversed(range(len(tree))):
        a, b, _ = tree[k]
        current[a] = current[count + k] * shares[k]
        current[b] = current[count + k] * (1 - shares[k])
    return np.array(current[:count])


def kirchhoff(count: int, tree: Tree, heights: list[float]) -> Vector:
    """Shares of the current, all wires at once; nodes joined by wires of no length are one node.

    `tree` joins nodes numbered as by SciPy, `heights` are those of the joins.
    """
    height = [0.0] * count + heights
    node = list(range(len(height)))
    # From the root down, so that a child takes the name that its parent has by then.
    for k in reversed(range(len(tree))):
        for child in tree[k][:2]:
            if height[child] == height[count + k]:
                node[child] = node[count + k]
    top = node[-1]
    if top in node[:count]:
        return np.full(count, 1 / count)
    names = sorted(set(node))
    place = {name: k for k, name in enumerate(names)}
    laplacian = np.zeros((len(names), len(names)))
    for k in range(len(tree)):
        for child in tree[k][:2]:
            a, b = place[node[child]], place[node[count + k]]
            if a != b:
                conductance = 1 / (height[count + k] - height[child])
                laplacian[[a, b], [a, b]] += conductance
                laplacian[[a, b], [b, a]] -= conductance
    leaves = sorted({place[node[i]] for i in range(count)})
    # The alternatives at zero: the currents into them are then free of cancellation.
    potential = np.zeros(len(names))
    potential[place[top]] = -1
    free = [k for k in range(len(names)) if k not in leaves and k != place[top]]
    if free:
        pull = -laplacian[free, place[top]]
        potential[free] = np.linalg.solve(laplacian[np.ix_(free, free)], -pull)
    currents = laplacian @ potential
    copies = np.bincount([place[node[i]] for i in range(count)], minlength=len(names))
    shares = np.array([currents[place[node[i]]] / copies[place[node[i]]] for i in range(count)])
    return np.asarray(shares / shares.sum())


def whole_network(tree: Tree, resolution: float, horizon: float | None) -> Vector:
    """The same weights by Kirchhoff's equations: of the groups, then within each group."""
    count = len(tree) + 1
    heights = [length if horizon is None else min(length, horizon) for _, _, length in tree]
    if resolution == 0:
        return kirchhoff(count, tree, heights)
    between = kirchhoff(count, tree, [max(height - resolution, 0.0) for height in heights])
    members: list[list[int]] = [[i] for i in range(count)]
    result = between.copy()
    for a, b, _ in tree:
        members.append(members[a] + members[b])
    for k in range(len(tree)):
        above = [j for j in range(len(tree)) if count + k in tree[j][:2]]
        highest = not above or heights[above[0]] > resolution
        if heights[k] <= resolution and highest:
            group = members[count + k]
            own = [j for j in range(k + 1) if set(members[count + j]) <= set(group)]
            names = {member: place for place, member in enumerate(group)}
            names |= {count + j: len(group) + place for place, j in enumerate(own)}
            inner: Tree = [(names[tree[j][0]], names[tree[j][1]], heights[j]) for j in own]
            shares = kirchhoff(len(group), inner, [heights[j] for j in own])
            result[group] = between[group].sum() * shares
    return result


def middle_half(contexts: Vector, votes: Vector, within: float) -> float:
    """The mean of the middle half of the groups' distances to the nearest outside, by votes."""
    distances = squareform(pdist(contexts))
    group = list(range(len(contexts)))
    changed = True
    while changed:
        changed = False
        for i in range(len(group)):
            for j in range(len(group)):
                if distances[i, j] <= within and group[j] > group[i]:
                    group[j] = group[i]
                    changed = True
    if len(set(group)) == 1:
        return 1.0
    nearest: list[tuple[float, float]] = []
    for name in set(group):
        members = [i for i in range(len(group)) if group[i] == name]
        others = [i for i in range(len(group)) if group[i] != name]
        nearest.append(
            (float(distances[np.ix_(members, others)].min()), float(votes[members].sum()))
        )
    nearest.sort()
    before, total = 0.0, 0.0
    for distance, share in nearest:
        after = before + share
        total += max(0.0, min(after, 0.75) - max(before, 0.25)) * distance
        before = after
    return 2 * total


def horizon_of(contexts: Vector) -> float:
    """The horizon from the data."""
    votes = up_and_down(joined(contexts), 0, None)
    first = middle_half(contexts, votes, 0)
    return middle_half(contexts, votes, first / 8)


def described(name: str, contexts: Vector) -> Case:
    """Weights with and without the horizon and a resolution of a quarter of it."""
    contexts = on_grid(contexts)
    tree = joined(contexts)
    horizon = horizon_of(contexts)
    variants = []
    for resolution in (0.0, horizon / 4):
        for limit in (None, horizon):
            weights = up_and_down(tree, resolution, limit)
            variants.append(
                {
                    "resolution": resolution,
                    "horizon": limit,
                    "weights": weights,
                    "secondWayDifference": largest(weights, whole_network(tree, resolution, limit)),
                    "sumDifference": abs(float(weights.sum()) - 1),
                }
            )
    return {
        "name": name,
        "contexts": contexts,
        "joins": [length for _, _, length in tree],
        "horizon": horizon,
        "variants": variants,
    }


def with_clones(
    random: np.random.Generator, contexts: Vector, of: int, number: int, distance: float
) -> Vector:
    """The contexts and clones of one of them, in random directions at the distance."""
    directions = random.normal(size=(number, contexts.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.vstack([contexts, contexts[of] + distance * directions])


def content() -> Case:
    """The file."""
    random = np.random.default_rng(73)
    cases = [
        described("two alternatives", np.array([[0.0, 0.0], [1.0, 0.5]])),
        described("three on a line", np.array([[0.0, 0.0], [1.0, 0.0], [4.0, 0.0]])),
        described("all equal", np.full((4, 2), 0.5)),
        described("all equally far", np.eye(6)),
        described("a square and a copy", np.array([[0, 0], [1, 0], [0, 1], [1, 1], [1, 0.0]])),
    ]
    for count, dimension in ((6, 2), (12, 3), (20, 5), (30, 8)):
        points = random.normal(size=(count, dimension))
        cases.append(described(f"{count} points, {dimension}-D", points))
    for count, dimension, number in ((8, 2, 3), (15, 4, 10), (10, 8, 20)):
        points = random.normal(size=(count, dimension))
        cases.append(
            described(
                f"{count} points and {number} copies of one, {dimension}-D",
                with_clones(random, points, 1, number, 0),
            )
        )
        cases.append(
            described(
                f"{count} points and {number} near clones of one, {dimension}-D",
                with_clones(random, points, 1, number, 0.02),
            )
        )
    points = with_clones(random, random.normal(size=(9, 3)), 0, 5, 0.01)
    points = with_clones(random, points, 4, 4, 0.05)
    points = with_clones(random, points, 9, 3, 0)
    order = random.permutation(len(points))
    cases.append(described("clones of clones, shuffled, 3-D", points[order]))
    far = np.vstack([random.normal(size=(12, 2)), random.normal(size=(4, 2)) + 20])
    cases.append(described("two heaps, 2-D", far))
    return document(PACKAGES, cases)
