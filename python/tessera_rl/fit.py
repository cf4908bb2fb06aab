"""Rewards that copies cannot shift, fitted to comparisons."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._columns import Rows
from ._data import Data, Embed, read_with_contexts
from ._files import write_all
from ._settings import Settings
from .errors import DataError, OptionError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """Whether clones distort the rewards beyond noise, and what to do now.

    Attributes:
        answer: yes, no or tooLittleData.
        action: keepStandard, useWeighted, tooLittleData or nothingToMend.
        text: Both in a sentence or two.
        document: All that it rests on, as the tool writes it.
    """

    answer: str
    action: str
    text: str
    document: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return self.text


class RewardFit(Settings):
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

    ids: list[str]
    rewards: Floats
    errors: Floats
    standard_rewards: Floats
    standard_errors: Floats
    weighted_rewards: Floats | None
    weighted_errors: Floats | None
    weights_: Floats
    win_rates: Floats
    comparisons: Floats
    components: npt.NDArray[np.int32]
    choice: Mapping[str, Any]
    about: Mapping[str, Any]

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
        self._data: Data | None = None
        self._fit: _native.Result | None = None
        self._document: str | None = None
        self._verdict: Verdict | None = None

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
        data = read_with_contexts(
            comparisons,
            contexts,
            self.embed if looks_at_contexts else None,
            alternatives=alternatives,
            reading=reading,
            keeps_prompts=self.per_prompt or self.lambda_ == "auto",
            with_prompt=self.with_prompt,
            dimensions=self.dimensions,
            seed=self.seed,
            threads=self.threads,
            progress=self.progress,
        )
        arrays: dict[str, npt.NDArray[Any]] = {}
        if families is not None:
            arrays["families"] = _families(families, data.ids)
        self._data = data
        self._verdict = None
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

    def _fitted(self) -> _native.Result:
        if self._fit is None:
            raise OptionError("nothing was fitted here, or the fit came out of a pickle; expected fit(...) before")
        return self._fit

    def reward(self, id: str) -> float:
        """The reward of one alternative.

        Raises:
            DataError: for an id that is none.
        """
        try:
            return float(self.rewards[self.ids.index(id)])
        except ValueError:
            raise DataError(f'"{id}" is no alternative of this fit') from None

    def leaderboard(self, top: int | None = None) -> Any:
        """The alternatives by reward, best first: a DataFrame where pandas is installed, else a list of rows."""
        order = np.argsort(-np.nan_to_num(self.rewards, nan=-np.inf), kind="stable")[:top]
        rows = [
            {
                "rank": rank + 1,
                "id": self.ids[i],
                "reward": float(self.rewards[i]),
                "error": float(self.errors[i]),
                "standard_reward": float(self.standard_rewards[i]),
                "weight": float(self.weights_[i] * len(self.ids)),
                "win_rate": float(self.win_rates[i]),
                "comparisons": float(self.comparisons[i]),
            }
            for rank, i in enumerate(order.tolist())
        ]
        try:
            import pandas
        except ImportError:
            return rows
        return pandas.DataFrame(rows)

    def to_pandas(self) -> Any:
        """A DataFrame with a row for every alternative, in the order of `ids`.

        Raises:
            ImportError: without pandas.
        """
        import pandas

        columns: dict[str, Any] = {
            "id": self.ids,
            "reward": self.rewards,
            "error": self.errors,
            "standard_reward": self.standard_rewards,
            "standard_error": self.standard_errors,
            "weight": self.weights_,
            "win_rate": self.win_rates,
            "comparisons": self.comparisons,
            "component": self.components,
        }
        return pandas.DataFrame(columns)

    @property
    def verdict(self) -> Verdict:
        """Whether clones distort these rewards, and what to do now. Computed once: it fits again with parts held out.

        Raises:
            OptionError: where there is no weighted estimate to compare with.
        """
        if self._verdict is None:
            document = _native.run("verdict", subject=self._fitted(), threads=self.threads, progress=self.progress).document
            self._verdict = Verdict(document["answer"], document["action"], document["text"], document)
        return self._verdict

    @property
    def document(self) -> dict[str, Any]:
        """The document of the fit, as `tessera fit --format json` writes it: every figure, and what checks it."""
        found: dict[str, Any] = json.loads(self._text())
        return found

    def _text(self) -> str:
        if self._document is None:
            self._document = _native.run("fit document", subject=self._fitted()).text
        return self._document

    def save(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes the document, whole or not at all; `tessera verify` checks it, `tessera compare` compares it."""
        return write_all(path, self._text().encode("utf-8"))

    def __getstate__(self) -> dict[str, Any]:
        # Numbers and documents travel; what is in the library's memory stays.
        state = dict(self.__dict__)
        if self._fit is not None:
            state["_document"] = self._text()
        state["_data"] = state["_fit"] = None
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                state[name] = np.array(value)
        return state


def _families(families: Mapping[str, str] | Sequence[str | None], ids: list[str]) -> npt.NDArray[np.int32]:
    if isinstance(families, Mapping):
        strangers = set(families) - set(ids)
        if strangers:
            raise DataError(f'families: found "{sorted(strangers)[0]}", expected ids of alternatives')
        names = [families.get(name) for name in ids]
    else:
        names = list(families)
        if len(names) != len(ids):
            raise DataError(f"families: found {len(names)}, expected {len(ids)}, one for each alternative")
    numbers = {name: number for number, name in enumerate(dict.fromkeys(name for name in names if name is not None))}
    return np.array([-1 if name is None else numbers[name] for name in names], dtype=np.int32)
