"""Voronoi weights in parts, for work that is shared among processes or machines.

A part counts a range of the samples. Counts are whole numbers, so parts add up to the same bytes in any order and on any number
of workers; every part must be counted from the same contexts, space, seed and number of samples, which merging checks.

    parts = [tally.part(x, place, 8, samples=1_000_000) for place in range(8)]     # anywhere, in any order
    weights = tally.weights(tally.merge(parts))                                    # the bytes of tr.voronoi_weights
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy.typing as npt

from . import _native
from .errors import DataError, OptionError
from .weights import Weights, contexts_array, weights_of

__all__ = ["Tally", "merge", "part", "ranges", "weights"]


@dataclass(frozen=True)
class Tally:
    """Samples that were counted. It travels: a text that any process reads.

    Attributes:
        text: The document, JSON.
    """

    text: str

    @property
    def document(self) -> dict[str, Any]:
        """The counts, with what they were counted from."""
        found: dict[str, Any] = json.loads(self.text)
        return found


def ranges(samples: int, parts: int) -> list[tuple[int, int]]:
    """Where each part begins and how many samples it has; fewer than `parts` where there are too few samples.

    Raises:
        OptionError: for numbers below 1.
    """
    if samples < 1 or parts < 1:
        raise OptionError(f"samples is {samples} and parts is {parts}; expected at least 1 of each")
    unit = int(_native.run("tally unit").document["unit"])
    units = -(-samples // unit)
    cuts = [min(-(-units * place // parts) * unit, samples) for place in range(parts + 1)]
    return [(low, high - low) for low, high in pairwise(cuts) if high > low]


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
    first, count = known[place]
    settings = {"space": space, "samples": samples, "seed": seed, "method": method, "first": first, "count": count}
    array = contexts_array(contexts)
    return Tally(_native.run("tally part", settings, {"contexts": array}, threads=threads, progress=progress).text)


def merge(parts: Iterable[Tally | None]) -> Tally:
    """The whole from all of its parts, in any order.

    Raises:
        DataError: where they are of other data or settings, or a sample is missing or counted twice.
    """
    documents = [one.document for one in parts if one is not None]
    if not documents:
        raise DataError("found no parts; expected those of a whole")
    return Tally(_native.run("tally merge", {"parts": documents}).text)


def weights(tally: Tally) -> Weights:
    """The weights of a whole.

    Raises:
        DataError: for a part of one.
    """
    return weights_of(_native.run("tally weights", {"part": tally.document}))
