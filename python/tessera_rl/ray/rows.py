"""Voronoi weights and neighbours of rows that lie in shards all over a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _native, shards
from ..weights import Weights
from ._rows import Holders, shards_of


def voronoi_weights(
    rows: Sequence[Any],
    *,
    space: str = "bounding-box",
    samples: int = 100_000,
    target_error: float | None = None,
    relative: bool = False,
    seed: int = 0,
    batch: int = 1 << 18,
    workers: int | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """Sampled Voronoi weights of rows that no node holds whole: the bytes of one machine, for any division of the rows.

    Every shard stays on a node where it is. It sends 8 bytes a sample and 16 bytes a row.

    Args:
        rows: References of Ray's to the rows of each shard, float32 or float64 like all others.
        space, samples, target_error, relative, seed, batch, progress: As for `tessera_rl.shards.voronoi_weights`.
        workers: How many, of one core each; None for all free cores of the cluster, as one worker on every node.
        threads: Cores of each worker.

    Raises:
        MissingError: without ray.
        WorkerError: for workers that die again and again, and for rows that went with their node.
        DataError, OptionError: as `tessera_rl.shards.voronoi_weights`.
    """
    with Holders(rows, workers=workers, threads=threads) as engine:
        return shards.voronoi_weights(
            engine,
            space=space,
            samples=samples,
            target_error=target_error,
            relative=relative,
            seed=seed,
            batch=batch,
            progress=progress,
        )


def nearest(
    contexts: Any,
    k: int = 1,
    *,
    blocks: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> shards.Neighbours:
    """The k nearest other rows of each row, decided in double precision, by the workers of a cluster.

    Args:
        contexts: As for `linkage_weights`, and so `blocks`.
        k: Neighbours of each.
        workers, threads, progress: As for `voronoi_weights`.
    """
    with Holders(shards_of(contexts, blocks), workers=workers, threads=threads) as engine:
        return shards.nearest(engine, k, progress=progress)
