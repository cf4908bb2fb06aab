"""Rewards that copies cannot shift, fitted to comparisons."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._board import board_rows
from ._columns import Rows, files_of, title_of
from ._data import Data, Embed, families_array, family_names, read_with_contexts
from ._files import write_all
from ._origin import origin
from ._settings import Settings
from ._verdict import Verdict
from .audit import Audit, run_audit
from .errors import DataError, OptionError

Floats = npt.NDArray[np.float64]


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

    _data: Data | None = None
    _fit: _native.Result | None = None
    _document: str | None = None
    _verdict: Verdict | None = None
    _ranks: dict[float, dict[str, _native.Array]]
    _audited: Callable[[], Data] | None = None
    _families: list[str | None] | None = None
    _files: Sequence[str | os.PathLike[str]] = ()
    _title: str = ""

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

    def __sklearn_is_fitted__(self) -> bool:
        return "ids" in self.__dict__

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

    def leaderboard(self, top: int | None = None, *, level: float = 0.95) -> Any:
        """The alternatives by reward, best first: a DataFrame where pandas is installed, else a list of rows.

        `place` is by the reward alone. `rank` is one more than how many are certainly above: alternatives that cannot be told
        apart share it. `rank_from` to `rank_to` are the places that an alternative can have; they hold for all alternatives of
        a component at once, at the level. `low` to `high` is the interval of its reward, on its own. All of them are within
        components.

        Raises:
            OptionError: for a level that is none, and for a fit out of a pickle that was not asked before.
        """
        if level not in self._ranks:
            result = _native.run(
                "ranks", {"level": level}, subject=self._fitted(), threads=self.threads, progress=self.progress
            )
            self._ranks[level] = result.arrays()
        rows = board_rows(self, self._ranks[level], top)
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
            self._verdict = Verdict.of(document)
        return self._verdict

    def audit(
        self,
        folder: str | os.PathLike[str] = "audit",
        *,
        schemes: str | Sequence[str] | None = None,
        duplicates_within: float | None = None,
        clone: str | Sequence[str] = (),
        bootstraps: int | None = None,
        title: str | None = None,
        library: str | os.PathLike[str] | None = None,
    ) -> Audit:
        """Writes the report of `tessera audit`: index.html, its figures as SVG, as CSV and for Vega-Lite, and audit.json.

        It finds near-duplicates and fits without them, adds simulated clones of the leading alternatives, and shows for every
        scheme how far rewards move. The schemes are its own, whatever weights this fit has; families that were declared to
        `fit` are compared with the standard estimate first, and marked; space, samples, seed, what is done
        to contexts, lambda and pairs are those of this fit.

        Args:
            folder: Where the files go; made where it is not there.
            schemes: Weights to compare with the standard estimate: names, or one text with commas (default: local, voronoi,
                horizon).
            duplicates_within: Distance within which answers are near-duplicates (default: half the median distance of nearest
                neighbours).
            clone: Ids to clone in the simulation (default: the five best).
            bootstraps: Resamples of the bootstrap (default: 100).
            title: How the page calls the data (default: the names of the files, nothing for tables in memory).
            library: vega.js of the tool's share/tessera, its notices beside it, for figures that one can point at (default:
                drawings).

        Raises:
            OptionError, DataError, WriteError.
        """
        self._fitted()
        if self._audited is None:
            raise OptionError("nothing was fitted here; expected fit(...) before")
        return run_audit(
            self._audited(),
            self._settings(),
            folder,
            schemes=schemes,
            duplicates_within=duplicates_within,
            clone=clone,
            bootstraps=bootstraps,
            title=self._title if title is None else title,
            library=library,
            families=self._families,
            origin=origin(self._files),
            threads=self.threads,
            progress=self.progress,
        )

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
        state["_data"] = state["_fit"] = state["_audited"] = None
        if "_ranks" in state:
            state["_ranks"] = {
                level: {name: np.array(values) for name, values in found.items()} for level, found in self._ranks.items()
            }
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                state[name] = np.array(value)
        return state
