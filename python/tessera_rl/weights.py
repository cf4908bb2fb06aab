"""Weights of alternatives by where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from .errors import DataError


@dataclass(frozen=True)
class Weights:
    """A weight for every alternative, with what one must know before trusting them.

    Attributes:
        values: Not negative, sum 1.
        standard_errors: Of each weight; zero where the weights are exact.
        effective: 1 / sum of squares: how many equal weights would be as concentrated.
        document: How they came about, as the tool writes it.
    """

    values: npt.NDArray[np.float64]
    standard_errors: npt.NDArray[np.float64]
    effective: float
    document: Mapping[str, Any] = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.values, dtype=dtype, copy=copy)


def contexts_array(contexts: npt.ArrayLike, name: str = "contexts") -> npt.NDArray[Any]:
    """Contexts as the library takes them: no copy for C-ordered float32 and float64.

    Raises:
        DataError: for what is no matrix of finite numbers.
    """
    given: Any = contexts
    detach = getattr(given, "detach", None)
    if detach is not None:  # torch: from any device
        given = detach().cpu()
        if str(given.dtype) in ("torch.bfloat16", "torch.float16"):
            given = given.float()
    if hasattr(given, "toarray"):  # of SciPy: zeros are numbers like others here
        raise DataError(f"{name}: found a sparse matrix, expected a dense one: .toarray() makes it")
    try:
        array = np.asarray(given)
    except (TypeError, ValueError) as problem:
        raise DataError(f"{name}: found no matrix of numbers: {problem}") from problem
    if array.ndim != 2 or array.shape[1] == 0:
        raise DataError(f"{name}: found the shape {array.shape}, expected (alternatives, coordinates)")
    if array.dtype.kind == "O" and not any(isinstance(value, (str, bytes)) for value in array.flat):
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as problem:
            raise DataError(f"{name}: found an object that is no number: {problem}") from problem
    if array.dtype.kind not in "fiub":
        raise DataError(f"{name}: found {array.dtype}, expected numbers")
    wanted = np.float32 if array.dtype in (np.float16, np.float32) else np.float64
    return np.ascontiguousarray(array, dtype=wanted)


def weights(
    contexts: npt.ArrayLike,
    scheme: str = "voronoi",
    *,
    space: str = "bounding-box",
    method: str = "auto",
    samples: int = 100_000,
    target_error: float | None = None,
    relative: bool = False,
    seed: int = 0,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Weights:
    """Weights of alternatives by any scheme.

    Args:
        contexts: m x d, row i is alternative i. Finite numbers; float32 in C order is not copied.
        scheme: voronoi, linkage, linkage=RESOLUTION, horizon, horizon=DISTANCE, meta=RESOLUTION, k-means=COUNT, topics,
            radius-graph, density, remove-duplicates=DISTANCE.
        space: Where answers could have been, for schemes that measure cells.
        method: auto, exact or sampled cells.
        samples: Points drawn where cells are sampled.
        target_error: Sample until the largest standard error is below this.
        relative: Whether that is a share of each weight.
        seed: The same seed gives the same bytes on any number of cores.
        threads: Cores to use; None for all that this process may use.
        progress: True for a bar where tqdm is installed, or a function of the share done.

    Raises:
        DataError, OptionError: what is wrong, and what was expected.

    >>> import numpy as np, tessera_rl as tr
    >>> corners = np.array([[0, 0], [1, 0], [1, 1]], dtype=np.float32)
    >>> tr.weights(corners, space="unit-cube").values
    array([0.375, 0.25 , 0.375])
    """
    array = contexts_array(contexts)
    result = _native.run(
        "weights",
        {
            "weights": scheme,
            "space": space,
            "method": method,
            "samples": samples,
            "targetError": target_error,
            "relative": relative,
            "seed": seed,
        },
        {"contexts": array},
        threads=threads,
        progress=progress,
    )
    return weights_of(result)


def weights_of(result: _native.Result) -> Weights:
    """The weights that a run gave."""
    arrays, document = result.arrays(), result.document
    return Weights(arrays["values"], arrays["standard errors"], float(document["effectiveAlternatives"]), document)


def voronoi_weights(contexts: npt.ArrayLike, *, space: str = "bounding-box", **settings: Any) -> Weights:
    """The share of a space that is nearest to each alternative: Definition 4.1.

    `weights` with the scheme voronoi; the settings are the same.
    """
    return weights(contexts, "voronoi", space=space, **settings)


def linkage_weights(contexts: npt.ArrayLike, *, resolution: float = 0.0, **settings: Any) -> Weights:
    """Weights that a tree of single linkage shares out, groups within `resolution` counting as one.

    `weights` with the scheme linkage; the settings are the same.
    """
    return weights(contexts, f"linkage={resolution!r}" if resolution else "linkage", **settings)
