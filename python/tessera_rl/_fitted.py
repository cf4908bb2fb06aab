"""What can be asked of a fit once it is there."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._board import board_rows
from ._data import Data
from ._files import write_all
from ._origin import origin
from ._settings import Settings
from ._verdict import Verdict
from .audit import Audit, run_audit
from .errors import DataError, OptionError

Floats = npt.NDArray[np.float64]


class Fitted(Settings):
    """Rewards, ranks, the verdict, the audit and the document of a fit; `RewardFit.fit` fills it."""

    threads: int | None
    progress: bool | _native.Progress | None

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

    def __sklearn_is_fitted__(self) -> bool:
        return "ids" in self.__dict__

    def _settings(self) -> dict[str, Any]:
        """Settings of the fit, as the library spells them."""
        raise NotImplementedError

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
