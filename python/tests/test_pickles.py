"""Every public result travels to other processes, and settings stay what they were."""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from conftest import preferences

import tessera_rl as tr
from tessera_rl import tally

X = np.random.default_rng(6).normal(size=(40, 8)).astype(np.float32)
RESULTS = ["weights", "tally", "row weights", "duplicates", "verdict", "fit", "head"]


def made(kind: str) -> Any:
    """A result of its kind, from a seed."""
    rows = preferences()
    if kind == "weights":
        return tr.voronoi_weights(X, samples=5_000)
    if kind == "tally":
        return tally.part(X, 0, 1, samples=5_000)
    if kind == "row weights":
        return tr.row_weights(rows)
    if kind == "duplicates":
        return tr.duplicates(rows)
    if kind == "head":
        return tr.RewardHead(hidden=(4,), lambda_=0.1, steps=10, dimensions=16).fit(rows)
    fit = tr.RewardFit(lambda_=0.1, dimensions=16).fit(rows)
    return fit.verdict if kind == "verdict" else fit


def content(result: Any) -> Any:
    """All that a result says, in a form that can be compared."""
    if isinstance(result, tr.RewardFit):
        arrays = [getattr(result, name) for name in ("rewards", "errors", "weights_", "standard_rewards", "components")]
        return result.ids, [array.tobytes() for array in arrays], result.document, result.choice, result.get_params()
    if isinstance(result, tr.RewardHead):
        contexts = np.random.default_rng(0).normal(size=(5, result.n_features_in_))
        return result.predict(contexts).tobytes(), result.about, result.get_params()
    values = [getattr(result, one.name) for one in dataclasses.fields(result)]
    return [value.tobytes() if isinstance(value, np.ndarray) else value for value in values]


def made_content(kind: str) -> Any:
    return content(made(kind))


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_results_travel_in_a_pickle(kind: str, protocol: int) -> None:
    result = made(kind)
    other = pickle.loads(pickle.dumps(result, protocol))
    assert type(other) is type(result)
    assert content(other) == content(result)
    assert content(copy.deepcopy(result)) == content(result)


@pytest.mark.parametrize("kind", RESULTS)
def test_several_at_once_give_the_same_bytes(kind: str) -> None:
    expected = made_content(kind)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(made_content, [kind] * 8))


@pytest.mark.parametrize("way", ["fork", "spawn", "forkserver"])
def test_other_processes_give_the_same_bytes(way: str) -> None:
    if way == "fork" and not hasattr(os, "fork"):
        pytest.skip("no fork here")
    kinds = ["weights", "fit", "head"]
    expected = [made_content(kind) for kind in kinds]
    with ProcessPoolExecutor(1, mp_context=get_context(way)) as pool:
        assert list(pool.map(made_content, kinds, timeout=120)) == expected


@pytest.mark.parametrize("estimator", [tr.RewardFit(seed=2, pca=3), tr.RewardHead(hidden=(3, 2), seed=1)])
def test_what_was_not_fitted_travels_too(estimator: Any) -> None:
    other = pickle.loads(pickle.dumps(estimator))
    assert other.get_params() == estimator.get_params()
    assert repr(other) == repr(estimator)


def test_a_fit_in_a_pickle_says_what_stayed_behind() -> None:
    other = pickle.loads(pickle.dumps(made("fit")))
    with pytest.raises(tr.OptionError, match="came out of a pickle"):
        _ = other.verdict
