"""Voronoi weights in parts, for work that is shared among processes or machines.

A part counts a range of the samples. Counts are whole numbers, so parts add up to the same bytes in any order and on any number
of workers; every part must be counted from the same contexts, space, seed and number of samples, which merging checks.

    parts = [tally.part(x, place, 8, samples=1_000_000) for place in range(8)]     # anywhere, in any order
    weights = tally.weights(tally.merge(parts))                                    # the bytes of tr.voronoi_weights

Who counts several parts packs the contexts once:

    sampler = tally.Sampler(x, samples=1_000_000)
    parts = [sampler.count(first, count) for first, count in tally.ranges(1_000_000, 8)]

Until a target error is reached, parts come in rounds, which are the same everywhere:

    sampler, target = tally.Sampler(x, samples=None), tally.Target(1e-4)
    sum = tally.Sum()
    for first, count in tally.rounds():
        sum.add([sampler.count(first, count)])                                     # or several parts of it, from anywhere
        if sum.ends(target):
            break
    weights = sum.weights(target)                                                  # those of target_error=1e-4
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from .errors import DataError, OptionError
from .weights import Weights, contexts_array, weights_of

__all__ = ["Sampler", "Sum", "Tally", "Target", "merge", "part", "ranges", "rounds", "weights"]


@dataclass(frozen=True)
class Tally:
    """Samples that were counted. It travels: bytes that any process reads.

    Attributes:
        data: The bytes.
    """

    data: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The counts, with what they were counted from.

        Raises:
            DataError: for bytes that are no tally.
        """
        found: dict[str, Any] = json.loads(_native.run("tally document", arrays={"tally": _bytes(self)}).text)
        return found


@dataclass(frozen=True)
class Target:
    """When sampled weights are good enough.

    Attributes:
        error: The largest standard error that is.
        relative: Whether it is a share of each weight.
    """

    error: float
    relative: bool = False

    def _settings(self) -> dict[str, Any]:
        return {"targetError": self.error, "relative": self.relative}


class Sampler:
    """Contexts that are prepared for counting: packed once, for as many parts as one likes.

    Args:
        contexts: m x d, the same for all parts.
        space, seed, method, threads, progress: As for `weights`.
        samples: Of the whole; None where a target error says when it is enough.

    Attributes:
        exact: Why the cells are exact, so that there are no samples to count; None where there are.
        total: Samples of the whole.
        about: What all parts have in common.
    """

    def __init__(
        self,
        contexts: npt.ArrayLike,
        *,
        space: str = "bounding-box",
        samples: int | None = 100_000,
        seed: int = 0,
        method: str = "sampled",
        threads: int | None = None,
        progress: bool | _native.Progress | None = None,
    ) -> None:
        settings = {"space": space, "samples": samples, "seed": seed, "method": method, "untilError": samples is None}
        array = contexts_array(contexts)
        self._prepared = _native.run("tally prepare", settings, {"contexts": array}, threads=threads, progress=progress)
        self._threads = threads
        self.about: dict[str, Any] = {**self._prepared.document, "seed": seed, "space": space}
        self.exact: str | None = self.about.get("exact")
        self.total: int = self.about.get("total", 0)

    def count(
        self,
        first: int,
        count: int,
        *,
        threads: int | None = None,
        progress: bool | _native.Progress | None = None,
    ) -> Tally:
        """Counts the samples from `first` on, which is a multiple of the unit that `ranges` cuts by.

        Raises:
            OptionError: for a range that is none, and for cells that are exact.
        """
        result = _native.run(
            "tally count",
            {"first": first, "count": count},
            subject=self._prepared,
            threads=threads or self._threads,
            progress=progress,
        )
        return _tally(result)


class Sum:
    """Parts that are put together as they come, one range after another from the first sample on."""

    def __init__(self) -> None:
        self._sum: _native.Result | None = None

    def add(self, parts: Iterable[Tally]) -> None:
        """Adds the parts that come next, in any order among themselves.

        Raises:
            DataError: where they are of other data or settings, or a sample is missing or counted twice.
        """
        arrays = {str(place): _bytes(part) for place, part in enumerate(parts)}
        self._sum = _native.run("tally join", {"whole": False}, arrays, subject=self._sum)

    def error(self, target: Target) -> float:
        """The error that the target is about, after these samples."""
        return float(self._look(target)["error"])

    def ends(self, target: Target) -> bool:
        """Whether the target is reached, or given up."""
        return bool(self._look(target)["ends"])

    def weights(self, target: Target | None = None) -> Weights:
        """The weights of the whole, or of as many samples as the target took.

        Raises:
            DataError: where parts are missing, or the target is not reached.
        """
        settings = None if target is None else target._settings()
        return weights_of(_native.run("tally weights", settings, subject=self._held()))

    def _look(self, target: Target) -> dict[str, Any]:
        return _native.run("tally error", target._settings(), subject=self._held()).document

    def _held(self) -> _native.Result:
        if self._sum is None:
            raise DataError("found no parts; expected those of a whole")
        return self._sum


def ranges(samples: int, parts: int, first: int = 0) -> list[tuple[int, int]]:
    """Where each part begins and how many samples it has; fewer than `parts` where there are too few samples.

    Args:
        samples: To be cut.
        parts: How many there shall be.
        first: Where the samples begin.

    Raises:
        OptionError: for numbers below 1.
    """
    if samples < 1 or parts < 1:
        raise OptionError(f"samples is {samples} and parts is {parts}; expected at least 1 of each")
    unit = _unit()
    units = -(-samples // unit)
    cuts = [min(-(-units * place // parts) * unit, samples) for place in range(parts + 1)]
    return [(first + low, high - low) for low, high in pairwise(cuts) if high > low]


def rounds(after: int = 0) -> Iterator[tuple[int, int]]:
    """The ranges of samples after each of which a run until a target error looks at the error."""
    while True:
        found = _native.run("tally round", {"after": after}).document
        if not found:
            return
        yield found["first"], found["count"]
        after = found["first"] + found["count"]


def part(
    contexts: npt.ArrayLike,
    place: int,
    parts: int,
    *,
    space: str = "bounding-box",
    samples: int = 100_000,
    seed: int = 0,
    method: str = "sampled",
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Tally | None:
    """Counts one of so many parts.

    Args:
        contexts: m x d, the same for all parts.
        place: Which part, from 0.
        parts: How many there are.
        space, samples, seed, method, threads, progress: As for `weights`; `samples` are those of the whole.

    Returns:
        None where the samples are too few for so many parts.

    Raises:
        OptionError: for a part that is none, and for cells that are exact, where there is nothing to divide.
    """
    if not 0 <= place < parts:
        raise OptionError(f"place is {place}; expected 0 to {parts - 1}")
    known = ranges(samples, parts)
    if place >= len(known):
        return None
    sampler = Sampler(contexts, space=space, samples=samples, seed=seed, method=method, threads=threads)
    return sampler.count(*known[place], progress=progress)


def merge(parts: Iterable[Tally | None]) -> Tally:
    """The whole from all of its parts, in any order.

    Raises:
        DataError: where they are of other data or settings, or a sample is missing or counted twice.
    """
    arrays = {str(place): _bytes(one) for place, one in enumerate(parts) if one is not None}
    if not arrays:
        raise DataError("found no parts; expected those of a whole")
    return _tally(_native.run("tally join", arrays=arrays))


def weights(tally: Tally) -> Weights:
    """The weights of a whole.

    Raises:
        DataError: for a part of one.
    """
    return weights_of(_native.run("tally weights", arrays={"tally": _bytes(tally)}))


def _unit() -> int:
    return int(_native.run("tally unit").document["unit"])


def _bytes(tally: Tally) -> npt.NDArray[np.uint8]:
    return np.frombuffer(tally.data, dtype=np.uint8)


def _tally(result: _native.Result) -> Tally:
    return Tally(result.arrays()["tally"].tobytes())
