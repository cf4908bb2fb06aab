"""Weights and neighbours of rows that no machine holds whole: the bytes of one machine, for any division of the rows.

    blocks = [np.load(name, mmap_mode="r") for name in names]
    weights = shards.voronoi_weights(blocks, samples=1_000_000)
    weights = shards.linkage_weights(blocks)
    near = shards.nearest(blocks, 10)

Blocks are lists of arrays, or an `Engine` that asks shards elsewhere: `Local` is the one that stands for a list, and a cluster
needs no more than its three functions (`put`, `ask`, `get`) over a `Shard` on each machine. `tessera_rl.ray` has one.

Equal rows are found by fingerprints of 128 bits. Exact cells are for one machine; here cells are sampled, as one machine does
with `method="sampled"`. On one machine `Local(read, count)` goes through rows that are more than its memory holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._layout import Engine, Layout, Local, Rows
from ._shard import Floats, Ints, Lists, Shard, precede
from .errors import OptionError
from .weights import Weights, weights, weights_of

__all__ = ["Engine", "Local", "Neighbours", "Shard", "linkage_weights", "nearest", "voronoi_weights"]

Blocks = Sequence[npt.ArrayLike] | Engine

_QUERIES = 1 << 16


def _engine(blocks: Blocks, threads: int | None) -> Engine:
    if isinstance(blocks, (Sequence, np.ndarray)):
        return Local(blocks, threads=threads)
    return blocks


def voronoi_weights(
    blocks: Blocks,
    *,
    space: str = "bounding-box",
    samples: int = 100_000,
    target_error: float | None = None,
    relative: bool = False,
    seed: int = 0,
    batch: int = 1 << 18,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """Sampled Voronoi weights: the bytes of `tr.voronoi_weights(..., method="sampled")`.

    Every shard finds the nearest of its own rows for each sample, which is 8 bytes a sample; the nearest of all counts. Up to
    three columns rows are fetched and weighed here.

    Args:
        blocks: Rows of each shard, float32 or float64 like all others; or an engine.
        space: bounding-box, unit-cube, centered-cube, box=LO:HI, ball=RADIUS.
        samples, target_error, relative, seed, progress: As for `weights`.
        batch: Samples that shards are asked for at once.
        threads: Cores of this process, where shards are in it.

    Raises:
        DataError, OptionError: what is wrong, and what was expected.

    >>> import numpy as np, tessera_rl as tr
    >>> from tessera_rl import shards
    >>> rows = np.random.default_rng(0).normal(size=(60, 8))
    >>> found = shards.voronoi_weights([rows[:25], rows[25:]], samples=20_000)
    >>> found.values.tobytes() == tr.voronoi_weights(rows, samples=20_000, method="sampled").values.tobytes()
    True
    """
    if batch < 1:
        raise OptionError(f"batch is {batch}; expected at least 1")
    engine = _engine(blocks, threads)
    layout = Layout.of(engine)
    settings = {
        "space": space,
        "rows": len(layout.distinct),
        "samples": samples if target_error is None else None,
        "seed": seed,
    }
    plan = _native.run("shards cells", settings, {"lower": layout.lower, "upper": layout.upper}).document
    cells = json.dumps(plan["cells"])
    # Where all rows are the same no column is left: one of them says as much.
    columns = None if plan["columns"] is None else np.array(plan["columns"] or [0], dtype=np.int32)
    everything = Rows(engine, layout.all(columns))
    if not plan["inShards"]:
        rows = [engine.get(everything.ask(shard, "take")) for shard in everything.shards]
        return weights(
            np.concatenate(rows),
            space=space,
            method="sampled",
            samples=samples,
            target_error=target_error,
            relative=relative,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    counts = [everything.ask(shard, "outside", cells) for shard in everything.shards]
    outside = sum(int(engine.get(one)) for one in counts)
    rows_ = Rows(engine, layout.different(columns))
    packing = engine.put(_cells_packing(rows_, cells, int(plan["blocks"])))
    tally = _native.run(
        "shards tally",
        {
            "cells": plan["cells"],
            "outside": outside,
            "targetError": target_error,
            "relative": relative,
            "batch": batch,
        },
        {"groups": layout.groups},
    )
    with _native.watched("shards", progress) as report:
        while (wanted := tally.document)["count"]:
            first, count = int(wanted["first"]), int(wanted["count"])
            asked = [rows_.ask(shard, "nearest", cells, packing, first, count) for shard in rows_.shards]
            found = _nearest_of(engine, asked)
            tally = _native.run("shards count", {"batch": batch}, {"nearest": found}, subject=tally, threads=threads)
            report((first + count) / samples if target_error is None else 0.0)
    return weights_of(_native.run("shards weights", subject=tally))


def _cells_packing(rows: Rows, cells: str, blocks: int) -> str:
    arrays = {"mean": rows.mean()}
    if blocks > 1:
        arrays["variance"] = rows.total("squares", arrays["mean"]) / rows.count
    return rows.centred(_native.run("shards cells packing", {"cells": json.loads(cells)}, arrays).text)


def _nearest_of(engine: Engine, asked: list[Any]) -> Ints:
    """Of every sample the row with the smallest score; of equal ones the first."""
    best, least = engine.get(asked[0])
    best, least = best.copy(), least.copy()
    for one in asked[1:]:
        indices, scores = engine.get(one)
        nearer = precede(scores, indices, least, best)
        best[nearer], least[nearer] = indices[nearer], scores[nearer]
    return np.ascontiguousarray(best)


def linkage_weights(
    blocks: Blocks,
    scheme: str = "linkage",
    *,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """Weights that a tree of single linkage shares out: the bytes of `tr.weights(..., scheme)`.

    Every shard's rows visit all shards for their nearest neighbours; then the tree grows here, in rounds, from 250 bytes a
    row. A round asks all shards for the nearest stranger of the few rows whose neighbours are all of their own part.

    Args:
        blocks: Rows of each shard, float32 or float64 like all others; or an engine.
        scheme: linkage, linkage=RESOLUTION, horizon, horizon=DISTANCE.
        threads, progress: As for `voronoi_weights`.

    Raises:
        DataError, OptionError: what is wrong, and what was expected.

    >>> from tessera_rl import shards
    >>> shards.linkage_weights([[[0.0]], [[1.0], [4.0]]]).values.round(4)
    array([0.2727, 0.2727, 0.4545])
    """
    engine = _engine(blocks, threads)
    layout = Layout.of(engine)
    rows = Rows(engine, layout.different())
    kept = min(int(_native.run("shards kept").document["kept"]), rows.count - 1)
    packing = engine.put(rows.packing(layout.lower, layout.upper))
    with _native.watched("shards", progress) as report:
        lists = _visited(rows, packing, kept, report=report)
    growth = _native.run(
        "shards tree",
        {"count": rows.count},
        {"neighbours": lists.indices.reshape(-1), "lengths": lists.lengths.reshape(-1)},
    )
    while not growth.document["isDone"]:
        found = growth.arrays()
        out = _strangers(rows, packing, found["open"], found["component"])
        growth = _native.run("shards join", {}, {"found": out.indices, "lengths": out.lengths}, subject=growth)
    return weights_of(_native.run("shards tree weights", {"weights": scheme}, {"groups": layout.groups}, subject=growth))


def _visited(rows: Rows, packing: Any, kept: int, *, report: _native.Progress) -> Lists:
    """The nearest rows of all rows: every shard's rows visit one shard after the other, beginning with their own."""
    if kept < 1:
        return Lists.empty(rows.count, 0)
    shards, engine = rows.shards, rows.engine
    queries = [rows.ask(shard, "take") for shard in shards]
    lists: list[Any] = [Lists.empty(rows.views[shard].count, kept) for shard in shards]
    # All are on their way at once, each at another shard.
    for step in range(len(shards)):
        for place, shard in enumerate(shards):
            host, number = shards[(place + step) % len(shards)], rows.views[shard].first
            lists[place] = rows.ask(host, "taken", packing, queries[place], number, lists[place])
            report((step * len(shards) + place) / len(shards) ** 2)
    found: list[Lists] = [engine.get(one) for one in lists]
    return Lists(
        np.concatenate([one.indices for one in found]),
        np.concatenate([one.squares for one in found]),
        found[0].unit,
    )


def _strangers(rows: Rows, packing: Any, open_: Ints, component: Ints) -> Lists:
    """For some rows the nearest row of another component."""
    if not len(open_):
        return Lists(np.empty(0, dtype=np.int32), np.empty(0))
    engine, components = rows.engine, rows.engine.put(component)
    parts: list[Lists] = []
    for start in range(0, len(open_), _QUERIES):
        wanted = open_[start : start + _QUERIES]
        queries = engine.put(_fetched(rows, wanted))
        own = np.ascontiguousarray(component[wanted])
        empty = Lists.empty(len(wanted), 1)
        asked = [rows.ask(shard, "taken", packing, queries, 0, empty, own, components) for shard in rows.shards]
        parts.append(reduce(Lists.nearer, (engine.get(one) for one in asked)))
    return Lists(
        np.concatenate([one.indices.reshape(-1) for one in parts]),
        np.concatenate([one.squares.reshape(-1) for one in parts]),
        parts[0].unit,
    )


def _fetched(rows: Rows, wanted: Ints) -> npt.NDArray[Any]:
    """Some rows, by their ascending numbers."""
    asked = []
    for shard in rows.shards:
        view = rows.views[shard]
        low, high = np.searchsorted(wanted, [view.first, view.first + view.count]).tolist()
        if high > low:
            asked.append(rows.ask(shard, "take", wanted[low:high] - np.int32(view.first)))
    return np.concatenate([rows.engine.get(one) for one in asked])


@dataclass(frozen=True)
class Neighbours:
    """The nearest other rows of each row, nearest first; of equally near ones the first.

    Attributes:
        indices: m x k, numbers of rows in the order of the shards; -1 where there are not so many.
        distances: The same, in double precision; infinite where there are not so many.
    """

    indices: Ints
    distances: Floats


def nearest(
    blocks: Blocks,
    k: int = 1,
    *,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Neighbours:
    """The k nearest other rows of each row, decided in double precision.

    Every shard's rows visit all shards, with 12 bytes an entry of their lists. Equal rows are neighbours at distance zero.

    Raises:
        DataError, OptionError: what is wrong, and what was expected.

    >>> from tessera_rl import shards
    >>> shards.nearest([[[0.0], [1.0]], [[4.0]]]).indices[:, 0]
    array([1, 0, 1], dtype=int32)
    """
    if k < 1:
        raise OptionError(f"k is {k}; expected at least 1")
    engine = _engine(blocks, threads)
    layout = Layout.of(engine)
    rows = Rows(engine, layout.all())
    packing = engine.put(rows.packing(layout.lower, layout.upper))
    with _native.watched("shards", progress) as report:
        lists = _visited(rows, packing, k, report=report)
    return Neighbours(lists.indices, lists.lengths)
