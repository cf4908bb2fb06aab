"""Voronoi weights whose samples are counted all over a cluster."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import Any

from .. import _native, tally
from .._native import watched
from ..errors import OptionError
from ..weights import Weights, contexts_array
from ..weights import voronoi_weights as on_one_machine
from . import rows
from ._pool import Pool
from ._rows import is_rows
from ._store import Store, cut

_PARTS, _PARTS_OF_ROUND = 8, 2
"""Parts for each worker: enough that a slow one holds up no other for long."""


class Counting:
    """What a worker does: it packs the contexts once, and counts one range of samples after another."""

    def __init__(self, contexts: Any, settings: dict[str, Any], *, threads: int) -> None:
        self._sampler = tally.Sampler(contexts, threads=threads, **settings)

    def __call__(self, task: tuple[int, int] | None) -> Any:
        """Counts a range; says what there is to count for None."""
        return self._sampler.about if task is None else self._sampler.count(*task)


def voronoi_weights(
    contexts: Any,
    *,
    space: str = "bounding-box",
    method: str = "auto",
    samples: int = 100_000,
    target_error: float | None = None,
    relative: bool = False,
    seed: int = 0,
    workers: int | None = None,
    threads: int | None = None,
    parts: int | None = None,
    store: str | os.PathLike[str] | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """The share of a space that is nearest to each alternative, counted by the workers of a cluster.

    The bytes of `tr.voronoi_weights` under the same settings, for any number of workers and parts, and whatever dies meanwhile.
    Cells that are exact have no samples to share: they are measured here, as there. Parts of a processor without AVX2 are
    refused beside those of others, since a few samples within rounding of two alternatives fall to the other one there
    (TESSERA_VECTOR_BITS=128 on all nodes makes them alike). Spaces that draw from normal distributions need the same C library
    on all nodes.

    Args:
        contexts: m x d, row i is alternative i; or a reference of Ray's to it, which need not be on this machine; or a list of
            references to the rows of shards, which stay on their nodes: see `rows.voronoi_weights`. Those are always sampled.
        space, method, samples, target_error, relative, seed: As for `tr.weights`.
        workers: How many, of one core each; None for all free cores of the cluster, as one worker on every node, which keeps
            the contexts once.
        threads: Cores of each worker.
        parts: In how many parts the samples are cut, or those of a round where there is a target error; None for a few for each
            worker.
        store: A folder that keeps finished parts. Work that was interrupted goes on from there; work on other data or under
            other settings refuses it.
        progress: True for a bar where tqdm is installed, or a function of the share done.

    Raises:
        MissingError: without ray.
        WorkerError: for workers that die again and again.
        DataError, OptionError: as `tr.weights`; and for a folder of other work.
    """
    if parts is not None and parts < 1:
        raise OptionError(f"parts is {parts}; expected at least 1")
    if is_rows(contexts):
        if method == "exact" or parts is not None or store is not None:
            raise OptionError("rows in shards are sampled at once; expected no method exact, no parts and no store beside them")
        return rows.voronoi_weights(
            contexts,
            space=space,
            samples=samples,
            target_error=target_error,
            relative=relative,
            seed=seed,
            workers=workers,
            threads=threads,
            progress=progress,
        )
    target = None if target_error is None else tally.Target(target_error, relative)
    counted = {"space": space, "method": method, "samples": samples if target is None else None, "seed": seed}
    with Pool(Counting, held(contexts), counted, workers=workers, threads=threads) as pool:
        # All of them begin to pack.
        about: dict[str, Any] = pool.map([None] * pool.size)[0]
        if "exact" not in about:
            kept = None if store is None else Store(store, about)
            with watched("voronoi weights", progress) as watch:
                if target is None:
                    return _whole(pool, about["total"], parts or _PARTS * pool.size, kept, watch)
                return _until(pool, target, parts or _PARTS_OF_ROUND * pool.size, kept, watch)
        here = pool.value(0)
    return on_one_machine(
        here,
        space=space,
        method=method,
        samples=samples,
        target_error=target_error,
        relative=relative,
        seed=seed,
        progress=progress,
    )


def _whole(pool: Pool, samples: int, parts: int, store: Store | None, watch: _native.Progress) -> Weights:
    """The weights of a number of samples."""
    pieces = _pieces(store, 0, samples, parts)
    found = tally.Sum()
    for (first, count), part in _counted(pool, pieces, store, ahead=len(pieces)):
        found.add([part])
        watch((first + count) / samples)
    return found.weights()


def _until(pool: Pool, target: tally.Target, parts: int, store: Store | None, watch: _native.Progress) -> Weights:
    """The weights of as many samples as a target error takes: in the rounds that one machine goes through.

    Workers go on with the next rounds while the last part of one is under way; what is too much is thrown away.
    """
    # Noted by whoever cuts the rounds, ahead of whoever adds them up.
    ends: set[int] = set()

    def pieces() -> Iterator[tuple[int, int]]:
        for first, count in tally.rounds():
            ends.add(first + count)
            yield from _pieces(store, first, count, parts)

    found = tally.Sum()
    for (first, count), part in _counted(pool, pieces(), store, ahead=2 * pool.size):
        found.add([part])
        if first + count not in ends:
            continue
        error = found.error(target)
        watch(min(1.0, (target.error / error) ** 2) if error > 0 else 1.0)
        if found.ends(target):
            break
    return found.weights(target)


def _pieces(store: Store | None, first: int, count: int, parts: int) -> list[tuple[int, int]]:
    """A range in so many parts; those that are stored are as they are."""
    most = -(-count // parts)
    return cut(first, count, most) if store is None else store.pieces(first, count, most)


def _counted(
    pool: Pool, pieces: Iterable[tuple[int, int]], store: Store | None, *, ahead: int
) -> Iterator[tuple[tuple[int, int], tally.Tally]]:
    """Every part in turn, counted or out of the store, where it goes as soon as it is counted."""
    wanted, looked_at = itertools.tee(pieces)
    missing = (piece for piece in looked_at if store is None or piece not in store)

    def keep(piece: tuple[int, int], part: tally.Tally) -> None:
        if store is not None:
            store.write(piece, part)

    results = pool.ordered(missing, ahead=ahead, seen=keep)
    for piece in wanted:
        yield piece, store.read(piece) if store is not None and piece in store else next(results)


def held(contexts: Any) -> Any:
    """Contexts as the library takes them, or a reference of Ray's as it is."""
    return contexts if type(contexts).__name__ == "ObjectRef" else contexts_array(contexts)
