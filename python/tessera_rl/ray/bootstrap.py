"""How far rewards move when the comparisons are drawn again: a fit for every replicate, all over a cluster."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from .._columns import Rows
from .._fitted import Floats
from .._native import watched
from ..errors import OptionError
from ..fit import RewardFit
from ._pool import Pool

_PARTS = 8
"""Parts for each worker."""


@dataclass(frozen=True)
class Bootstrap:
    """A fit with replicates of it.

    Prompts are drawn again, or comparisons where alternatives do not span prompts. Weights stay, since contexts do, and so does
    lambda.

    Attributes:
        fit: What was resampled.
        rewards: replicates x alternatives; NaN where a replicate has no comparison that says anything.
        standard_errors: Of each reward, over the replicates.
        ranks: alternatives x 2: the highest and the lowest place that each can have in its component, at 95 % for all of them
            at once; 0 where there is none.
        draws_prompts: Whether prompts were drawn.
    """

    fit: RewardFit
    rewards: Floats = field(repr=False)
    standard_errors: Floats = field(repr=False)
    ranks: npt.NDArray[np.int32] = field(repr=False)
    draws_prompts: bool

    @property
    def ids(self) -> list[str]:
        """Names of the alternatives; all arrays are in their order."""
        return self.fit.ids

    def intervals(self, level: float = 0.95) -> Floats:
        """Quantiles of each reward on its own, alternatives x 2; NaN with fewer than four replicates.

        Raises:
            OptionError: for a level that is none, and for a fit that came out of a pickle.
        """
        found = _spread(self.fit, self.rewards, level)
        return np.stack([found["lower"], found["upper"]], axis=1)

    def rank_intervals(self, level: float = 0.95) -> npt.NDArray[np.int32]:
        """`ranks` at another level."""
        return _ranks(_spread(self.fit, self.rewards, level))


class Again:
    """What a worker does: fits to one range of replicates after another."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]], settings: dict[str, Any], *, threads: int) -> None:
        self._prepared = _native.run("bootstrap open", settings, arrays)
        self._threads = threads

    def __call__(self, task: tuple[int, int]) -> Floats:
        """Rewards of a range of replicates, a row each."""
        first, count = task
        result = _native.run(
            "bootstrap replicates", {"first": first, "count": count}, subject=self._prepared, threads=self._threads
        )
        return np.array(result.arrays()["rewards"]).reshape(count, -1)


def fit_bootstrap(
    comparisons: Rows,
    contexts: npt.ArrayLike | None = None,
    *,
    replicates: int = 200,
    seed: int = 0,
    workers: int | None = None,
    alternatives: Sequence[Any] | str | os.PathLike[str] | None = None,
    families: Mapping[str, str] | Sequence[str | None] | None = None,
    progress: bool | _native.Progress | None = None,
    **settings: Any,
) -> Bootstrap:
    """Fits here, and again to every replicate on the workers of a cluster.

    The same bytes for any number of workers: what replicate number n draws depends on the seed alone. They are the replicates
    behind the half-widths of `tessera audit`.

    Args:
        comparisons, contexts, alternatives, families: As for `RewardFit.fit`.
        replicates: How many.
        seed: Of all that is drawn, in the fit and after.
        workers: How many, of one core each; None for all free cores of the cluster.
        progress: True for a bar where tqdm is installed, or a function of the share done.
        **settings: Settings of `RewardFit`, and options of reading.

    Raises:
        MissingError: without ray.
        WorkerError: for workers that die again and again.
        DataError, OptionError: as `RewardFit.fit`.
    """
    if replicates < 1:
        raise OptionError(f"replicates is {replicates}; expected at least 1")
    known = RewardFit._parameters()
    fit = RewardFit(seed=seed, **{name: value for name, value in settings.items() if name in known})
    reading = {name: value for name, value in settings.items() if name not in known}
    fit.fit(comparisons, contexts, alternatives=alternatives, families=families, **reading)
    prepared = _native.run("bootstrap prepare", {"seed": seed}, subject=fit._fitted())
    with Pool(Again, prepared.arrays(), prepared.document, workers=workers, threads=1) as pool:
        most = -(-replicates // (_PARTS * pool.size))
        tasks = [(first, min(most, replicates - first)) for first in range(0, replicates, most)]
        with watched("replicates", progress) as watch:
            rewards = np.concatenate(pool.map(tasks, progress=watch))
    found = _spread(fit, rewards, 0.95)
    return Bootstrap(fit, rewards, np.array(found["standard errors"]), _ranks(found), bool(prepared.document["drawsPrompts"]))


def _spread(fit: RewardFit, rewards: Floats, level: float) -> dict[str, npt.NDArray[Any]]:
    return _native.run(
        "bootstrap spread", {"level": level, "seed": fit.seed}, {"rewards": rewards}, subject=fit._fitted()
    ).arrays()


def _ranks(found: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.int32]:
    return np.stack([found["highest rank"], found["lowest rank"]], axis=1)
