"""Rewards that copies cannot shift, fitted to comparisons."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy.typing as npt

from . import _native
from ._columns import Rows, files_of, title_of
from ._data import Data, Embed, families_array, family_names, read_with_contexts
from ._fitted import Fitted


class RewardFit(Fitted):
    """The whole pipeline: comparisons in, both estimates out.

    What is not asked for is chosen by the data, and `choice` says why.

    Args:
        weights: auto, paper, none, local, voronoi, families, linkage, horizon, ... as the tool spells them.
        space: Where answers could have been, for weights that measure cells.
        method, samples, target_error, relative: How cells are measured.
        seed: The same seed gives the same bytes on any number of cores.
        normalize, center, pca: What is done to the contexts first.
        lambda_: auto, or the strength of the regularisation.
        lambda_convention: local, or one of the paper's.
        pairs: auto, count or proportion.
        merge_duplicates, per_prompt, pair_space, profiles: As the tool's flags of these names.
        embed: What makes contexts of texts where none are given: "auto" (the built-in embedder up to 100,000 answers),
            "builtin", "none", a function of a list of texts, or a model with `encode`.
        dimensions: Numbers of a context, for the built-in embedder.
        with_prompt: Whether the prompt is embedded together with the answer.
        threads: Cores to use; None for all that this process may use.
        progress: True for a bar where tqdm is installed, or a function of the share done.

    After `fit`:
        ids: Names of the alternatives; all arrays are in their order.
        rewards, errors: Of the weighted estimate, or of the standard one where nothing tells weights. NaN where the data say
            nothing. Rewards compare within a component alone.
        standard_rewards, standard_errors, weighted_rewards, weighted_errors: Of each estimate; the weighted ones are None where
            there is none.
        weights_: Weight of every alternative, sum 1.
        win_rates, comparisons, components: Of every alternative.
        choice: Which weights and pairs, and why.
        about: What was read: layout, fields, faults.

    >>> import tessera_rl as tr
    >>> votes = [{"a": "x", "b": "y", "winner": "a"}] * 3 + [{"a": "x", "b": "y", "winner": "b"}]
    >>> fit = tr.RewardFit(weights="none", lambda_=0.1).fit(votes)
    >>> bool(fit.reward("x") > fit.reward("y"))
    True
    """

    def __init__(
        self,
        *,
        weights: str = "auto",
        space: str = "bounding-box",
        method: str = "auto",
        samples: int = 100_000,
        target_error: float | None = None,
        relative: bool = False,
        seed: int = 0,
        normalize: bool = False,
        center: bool = False,
        pca: int | None = None,
        lambda_: float | str = "auto",
        lambda_convention: str = "local",
        pairs: str = "auto",
        merge_duplicates: bool = False,
        per_prompt: bool = False,
        pair_space: bool = False,
        profiles: bool = False,
        embed: Embed = "auto",
        dimensions: int = 256,
        with_prompt: bool = False,
        threads: int | None = None,
        progress: bool | _native.Progress | None = None,
    ) -> None:
        self.weights = weights
        self.space = space
        self.method = method
        self.samples = samples
        self.target_error = target_error
        self.relative = relative
        self.seed = seed
        self.normalize = normalize
        self.center = center
        self.pca = pca
        self.lambda_ = lambda_
        self.lambda_convention = lambda_convention
        self.pairs = pairs
        self.merge_duplicates = merge_duplicates
        self.per_prompt = per_prompt
        self.pair_space = pair_space
        self.profiles = profiles
        self.embed = embed
        self.dimensions = dimensions
        self.with_prompt = with_prompt
        self.threads = threads
        self.progress = progress

    def _settings(self) -> dict[str, Any]:
        settings = {
            "weights": self.weights,
            "space": self.space,
            "method": self.method,
            "samples": self.samples,
            "targetError": self.target_error,
            "relative": self.relative,
            "seed": self.seed,
            "normalize": self.normalize,
            "center": self.center,
            "pca": self.pca,
            "lambda": self.lambda_,
            "lambdaConvention": self.lambda_convention,
            "pairs": self.pairs,
            "mergeDuplicates": self.merge_duplicates,
            "perPrompt": self.per_prompt,
            "pairSpace": self.pair_space,
            "profiles": self.profiles,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def fit(
        self,
        comparisons: Rows,
        contexts: npt.ArrayLike | None = None,
        *,
        alternatives: Sequence[Any] | str | os.PathLike[str] | None = None,
        families: Mapping[str, str] | Sequence[str | None] | None = None,
        **reading: Any,
    ) -> RewardFit:
        """Fits both estimates.

        Args:
            comparisons: A DataFrame of pandas or Polars, a Dataset, an Arrow table, rows as mappings, columns by name, arrays
                (a, b, outcome) or (a, b, outcome, count), or files. Rows name two alternatives and an outcome, or hold prompt,
                chosen and rejected, or any other layout that the tool reads.
            contexts: m x d, row i is alternative i of `alternatives`.
            alternatives: All ids in the order of the contexts; None means "0", "1", ... where contexts are given.
            families: Declared families by id, or one for each alternative: each weighs as one.
            **reading: layout, map, by, aspect, where, since, until, drop, limit: as the tool's options.

        Returns:
            itself.

        Raises:
            DataError, OptionError, MissingError: with row and field.
        """
        looks_at_contexts = self.weights not in ("none", "uniform") or self.merge_duplicates
        keeps_prompts = self.per_prompt or self.lambda_ == "auto"
        data = self._read(comparisons, contexts, alternatives, reading, looks_at_contexts, keeps_prompts)
        arrays: dict[str, npt.NDArray[Any]] = {}
        self._families = None if families is None else family_names(families, data.ids)
        if self._families is not None:
            arrays["families"] = families_array(self._families)
        self._data = data
        if looks_at_contexts and keeps_prompts:
            self._audited = lambda: data
        else:
            # An audit reads again what this fit has no use for.
            self._audited = partial(self._read, comparisons, contexts, alternatives, reading, True, True)
        self._title = title_of(comparisons)
        self._files = [*files_of(comparisons), *([alternatives] if isinstance(alternatives, (str, os.PathLike)) else [])]
        self._verdict = None
        self._ranks = {}
        self._document = None
        self._fit = _native.run(
            "fit", self._settings(), arrays, subject=data.result, threads=self.threads, progress=self.progress
        )
        found = self._fit.arrays()
        self.ids = data.ids
        self.about = data.about
        self.choice = self._fit.document
        self.rewards = found["rewards"]
        self.errors = found["errors"]
        self.standard_rewards = found["standard rewards"]
        self.standard_errors = found["standard errors"]
        self.weighted_rewards = found.get("weighted rewards")
        self.weighted_errors = found.get("weighted errors")
        self.weights_ = found["weights"]
        self.win_rates = found["win rates"]
        self.comparisons = found["comparisons"]
        self.components = found["components"]
        return self

    def _read(
        self,
        comparisons: Rows,
        contexts: npt.ArrayLike | None,
        alternatives: Sequence[Any] | str | os.PathLike[str] | None,
        reading: Mapping[str, Any],
        looks_at_contexts: bool,
        keeps_prompts: bool,
    ) -> Data:
        return read_with_contexts(
            comparisons,
            contexts,
            self.embed if looks_at_contexts else None,
            alternatives=alternatives,
            reading=reading,
            keeps_prompts=keeps_prompts,
            with_prompt=self.with_prompt,
            dimensions=self.dimensions,
            seed=self.seed,
            threads=self.threads,
            progress=self.progress,
        )
