"""What follows from all shards together: which rows are copies, where each shard's begin, sums, how rows are packed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from . import _native
from ._shard import Floats, Ints, Shard, Survey, View
from .errors import DataError, OptionError

_FUSED = 256
"""Bits of vectors whose products are fused: all such machines find the same bytes."""


class Engine(Protocol):
    """Who asks shards: three functions, which futures of any engine have.

    What `put` and `ask` give may stand for an argument of a later question, without passing through the caller.
    """

    @property
    def count(self) -> int:
        """How many shards there are."""

    def put(self, value: Any) -> Any:
        """A value for the arguments of many questions."""

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        """The answer of a method of a `Shard`, or what stands for it."""

    def get(self, answer: Any) -> Any:
        """The answer itself."""


class Local:
    """All shards in this process, one after the other: what any engine must mimic.

    Args:
        blocks: Rows of each shard; or a function that reads those of one, which are then dropped before the next: for rows that
            are more than memory holds.
        count: How many shards, with a function.
        threads: Cores to use; None for all that this process may use.
    """

    def __init__(
        self,
        blocks: Sequence[npt.ArrayLike] | Callable[[int], npt.ArrayLike],
        count: int | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        if callable(blocks):
            if count is None:
                raise DataError("blocks is a function; expected the number of blocks beside it")
            self._read, self.count, self._limit = blocks, count, 1
        else:
            self._read, self.count, self._limit = blocks.__getitem__, len(blocks), len(blocks)
        self._threads = threads
        self._shards: dict[int, Shard] = {}

    def put(self, value: Any) -> Any:
        """The value itself."""
        return value

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        """The answer itself."""
        if shard not in self._shards:
            if len(self._shards) >= self._limit:
                self._shards.clear()
            self._shards[shard] = Shard(self._read(shard), threads=self._threads)
        return getattr(self._shards[shard], method)(*arguments)

    def get(self, answer: Any) -> Any:
        """The answer itself."""
        return answer


@dataclass(frozen=True)
class Layout:
    """Where the rows of all shards are.

    Attributes:
        starts: Number of the first row of each shard, and of all rows.
        groups: Number of the different row that each row is a copy of.
        distinct: Number of the first row of each group.
        lower, upper: Bounds of all rows.
    """

    starts: list[int]
    groups: Ints
    distinct: Ints
    lower: Floats
    upper: Floats

    @staticmethod
    def of(engine: Engine) -> Layout:
        """Asks all shards what their rows are: 16 bytes a row.

        Raises:
            DataError: where there is no row, or shards have unlike rows.
            OptionError: for machines whose numbers differ.
        """
        surveys: list[Survey] = [engine.get(one) for one in [engine.ask(s, "survey") for s in range(engine.count)]]
        starts = np.cumsum([0, *(one.rows for one in surveys)]).tolist()
        full = [(shard, one) for shard, one in enumerate(surveys) if one.rows]
        if not full:
            raise DataError("found no rows; expected at least one in some shard")
        _, first = full[0]
        for shard, one in full:
            if (one.columns, one.kind) != (first.columns, first.kind):
                raise DataError(
                    f"shard {shard}: found {one.columns} columns of {one.kind}, "
                    f"expected {first.columns} of {first.kind}, as in the first"
                )
            if (one.bits < _FUSED) != (first.bits < _FUSED):
                raise OptionError(
                    f"shard {shard}: found a processor with vectors of {one.bits} bits, expected {first.bits}, as at the "
                    f"first: their last digits differ; TESSERA_VECTOR_BITS=128 on all machines makes them alike"
                )
        words = np.concatenate([one.fingerprints for one in surveys])
        found = _native.run("shards copies", {}, {"fingerprints": words}).arrays()
        return Layout(
            starts,
            found["groups"],
            found["representatives"],
            np.min([one.lower for _, one in full], axis=0),
            np.max([one.upper for _, one in full], axis=0),
        )

    def all(self, columns: Ints | None = None) -> list[View]:
        """All rows of each shard."""
        return [View(first, end - first, None, columns) for first, end in pairwise(self.starts)]

    def different(self, columns: Ints | None = None) -> list[View]:
        """The rows of each shard that are no copies of earlier ones, numbered among themselves."""
        cuts = np.searchsorted(self.distinct, self.starts).tolist()
        views = []
        for shard, (low, high) in enumerate(pairwise(cuts)):
            start, end = self.starts[shard], self.starts[shard + 1]
            kept = None if high - low == end - start else np.ascontiguousarray(self.distinct[low:high] - np.int32(start))
            views.append(View(low, high - low, kept, columns))
        return views


class Rows:
    """The rows that count, wherever they are."""

    def __init__(self, engine: Engine, views: list[View]) -> None:
        self.engine, self.views = engine, views
        self.shards = [shard for shard, view in enumerate(views) if view.count]
        self.count = sum(view.count for view in views)
        self._put = [engine.put(view) for view in views]

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        """Asks a shard about its rows."""
        return self.engine.ask(shard, method, self._put[shard], *arguments)

    def total(self, terms: str, mean: Floats | None = None, packing: str | None = None) -> Floats:
        """A sum over all rows, to the bytes of one machine."""
        parts = [self.engine.get(one) for one in [self.ask(shard, "sums", terms, mean, packing) for shard in self.shards]]
        arrays: dict[str, Floats] = {}
        for number, part in enumerate(parts):
            arrays |= {f"head {number}": part.head, f"sums {number}": part.sums}
        total: Floats = _native.run("shards total", {"parts": [part.document for part in parts]}, arrays).arrays()["total"]
        return total

    def mean(self) -> Floats:
        """Of each column."""
        return self.total("values") / self.count

    def centred(self, packing: str) -> str:
        """The packing with the mean of all half norms."""
        total = self.total("norms", packing=packing)
        settings = {"packing": _native.document(packing), "sum": float(total[0]), "count": self.count}
        return _native.run("shards centre", settings).text

    def packing(self, lower: Floats, upper: Floats) -> str:
        """How rows are seen for distances between them."""
        arrays = {"mean": self.mean(), "lower": lower, "upper": upper}
        return self.centred(_native.run("shards distances packing", {}, arrays).text)
