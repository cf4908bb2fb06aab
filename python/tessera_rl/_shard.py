"""A shard: rows that one process holds, and the few things it is asked for. What goes in and out is plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from .weights import contexts_array

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Survey:
    """What a shard says of its rows."""

    rows: int
    columns: int
    kind: str
    bits: int
    lower: Floats
    upper: Floats
    fingerprints: npt.NDArray[np.int64]


@dataclass(frozen=True)
class View:
    """Some rows and columns of a shard.

    Attributes:
        first: Number of the first of these rows among those of all shards.
        count: How many rows.
        rows, columns: Which; None for all.
    """

    first: int
    count: int
    rows: Ints | None = None
    columns: Ints | None = None

    @property
    def key(self) -> str:
        """Another one for other rows."""
        print_ = hashlib.sha256(f"{self.first} {self.count}".encode())
        for part in (self.rows, self.columns):
            print_.update(b"-" if part is None else part.tobytes() + b"+")
        return print_.hexdigest()

    @property
    def arrays(self) -> dict[str, _native.Array]:
        """As the library takes them."""
        return {name: part for name, part in (("rows", self.rows), ("columns", self.columns)) if part is not None}


@dataclass(frozen=True)
class Sums:
    """Sums over rows in fixed pieces, as the library adds them up."""

    document: dict[str, Any]
    head: Floats
    sums: Floats


@dataclass(frozen=True)
class Lists:
    """Nearest rows of some queries so far: queries x neighbours, nearest first.

    Attributes:
        indices: -1 for none.
        squares: Of their distances, in units of the search.
        unit: Of the search.
    """

    indices: Ints
    squares: Floats
    unit: float = 1.0

    @property
    def lengths(self) -> Floats:
        """Distances in the rows' own units."""
        return np.sqrt(self.squares) * self.unit

    @staticmethod
    def empty(queries: int, count: int) -> Lists:
        """Lists without entries."""
        shape = (queries, count)
        return Lists(np.full(shape, -1, dtype=np.int32), np.full(shape, np.inf))

    def nearer(self, other: Lists) -> Lists:
        """Of each query the nearer entry of two lists of one entry."""
        swap = precede(other.squares, other.indices, self.squares, self.indices) & (other.indices >= 0)
        return Lists(np.where(swap, other.indices, self.indices), np.where(swap, other.squares, self.squares), other.unit)


def precede(scores: _native.Array, indices: Ints, others: _native.Array, places: Ints) -> npt.NDArray[np.bool_]:
    """Whether the first are nearer than the others; of equal ones the lower number."""
    found: npt.NDArray[np.bool_] = (scores < others) | ((scores == others) & (indices < places))
    return found


class Shard:
    """Rows that one process holds.

    Every method is a function of the rows and its arguments, so that a process that died can be replaced and asked again. What
    takes long to make ready is kept for the next question.

    Args:
        rows: m x d, float32 or float64.
        threads: Cores to use; None for all that this process may use.
    """

    def __init__(self, rows: npt.ArrayLike, *, threads: int | None = None) -> None:
        self.array = contexts_array(rows, "rows")
        self._threads = threads
        self._ready: dict[str, tuple[str, _native.Result]] = {}

    def _run(
        self, operation: str, settings: dict[str, Any], arrays: dict[str, Any], subject: _native.Result | None = None
    ) -> _native.Result:
        return _native.run(operation, settings, arrays, subject=subject, threads=self._threads)

    def _kept(self, operation: str, key: str, make: Callable[[], _native.Result]) -> _native.Result:
        """What was made last, where it is of this key."""
        known = self._ready.get(operation)
        if known is None or known[0] != key:
            self._ready.pop(operation, None)
            self._ready[operation] = known = (key, make())
        return known[1]

    def survey(self) -> Survey:
        """Rows, bounds, fingerprints of rows; and the machine's vectors."""
        result = self._run("shard survey", {}, {"contexts": self.array})
        found, bits = result.arrays(), int(result.document["vectorBits"])
        rows, columns = self.array.shape
        return Survey(rows, columns, self.array.dtype.name, bits, found["lower"], found["upper"], found["fingerprints"])

    def sums(self, view: View, terms: str, mean: Floats | None = None, packing: str | None = None) -> Sums:
        """Sums of values, of squares around a mean, or of half norms in a packing."""
        arrays = {"contexts": self.array, **view.arrays}
        if mean is not None:
            arrays["mean"] = mean
        settings = {"first": view.first, "terms": terms, "packing": _native.document(packing)}
        result = self._run("shard sums", settings, arrays)
        found = result.arrays()
        return Sums(result.document, found["head"], found["sums"])

    def outside(self, view: View, cells: str) -> int:
        """How many rows lie outside the space."""
        arrays = {"contexts": self.array, **view.arrays}
        return int(self._run("shard outside", {"cells": _native.document(cells)}, arrays).document["outside"])

    def nearest(self, view: View, cells: str, packing: str, first: int, count: int) -> tuple[Ints, npt.NDArray[np.float32]]:
        """The nearest row for each of so many samples, with its score: 8 bytes a sample."""
        settings = {"first": view.first, "cells": _native.document(cells), "packing": _native.document(packing)}
        search = self._kept(
            "shard search",
            view.key + cells + packing,
            lambda: self._run("shard search", settings, {"contexts": self.array, **view.arrays}),
        )
        found = self._run("shard nearest", {"first": first, "count": count}, {}, search).arrays()
        return found["indices"], found["scores"]

    def take(self, view: View, places: Ints | None = None) -> npt.NDArray[Any]:
        """Rows of a view: all, or those in some places of it."""
        rows = view.rows if places is None else places if view.rows is None else view.rows[places]
        array = self.array if rows is None else self.array[rows]
        return np.ascontiguousarray(array if view.columns is None else array[:, view.columns])

    def taken(
        self,
        view: View,
        packing: str,
        queries: npt.NDArray[Any],
        number: int,
        lists: Lists,
        own: Ints | None = None,
        component: Ints | None = None,
    ) -> Lists:
        """Lists of some queries with the rows of this shard taken in.

        Args:
            view: Which rows.
            packing: That of all rows.
            queries: Rows of any shard.
            number: Of the first query among all rows.
            lists: So far.
            own: A component of each query; only rows of another one count.
            component: That of each row of all shards.
        """
        distances = self._kept(
            "shard distances",
            view.key + packing,
            lambda: self._run(
                "shard distances",
                {"first": view.first, "packing": _native.document(packing)},
                {"contexts": self.array, **view.arrays},
            ),
        )
        arrays: dict[str, Any] = {"contexts": queries, "indices": lists.indices, "squares": lists.squares}
        if own is not None and component is not None:
            arrays |= {"own": own, "others": np.ascontiguousarray(component[view.first : view.first + view.count])}
        found = self._run("shard closest", {"first": number}, arrays, distances).arrays()
        indices, squares = (found[name].reshape(lists.indices.shape) for name in ("indices", "squares"))
        return Lists(indices, squares, float(distances.document["unit"]))
