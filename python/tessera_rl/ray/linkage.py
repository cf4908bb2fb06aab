"""Linkage weights whose pairs of rows are gone through all over a cluster."""

from __future__ import annotations

from typing import Any

from .. import _native, shards
from ..weights import Weights
from ._rows import Holders, shards_of


def linkage_weights(
    contexts: Any,
    scheme: str = "linkage",
    *,
    blocks: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """Weights that a tree of single linkage shares out: the bytes of `tr.weights(contexts, scheme)`.

    Rows visit the workers for their nearest neighbours, each shard's in turn; the tree grows here.

    Args:
        contexts: m x d; or a reference of Ray's to it; or a list of references to the rows of each shard, which stay where they
            are.
        scheme: linkage, linkage=RESOLUTION, horizon, horizon=DISTANCE.
        blocks: In how many blocks rows that are not in shards are cut; None for one for each node.
        workers: How many, of one core each; None for all free cores of the cluster, as one worker on every node.
        threads: Cores of each worker.
        progress: True for a bar where tqdm is installed, or a function of the share done.

    Raises:
        MissingError: without ray.
        WorkerError: for workers that die again and again, and for rows that went with their node.
        DataError, OptionError: as `tr.weights`.
    """
    with Holders(shards_of(contexts, blocks), workers=workers, threads=threads) as engine:
        return shards.linkage_weights(engine, scheme, progress=progress)
