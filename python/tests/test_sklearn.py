"""Checks of scikit-learn on our estimators: all that apply, and for each that does not its reason."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr

pytest.importorskip("sklearn", reason="scikit-learn is not installed: its checks of estimators are not run")
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted


class Ordered(tr.RewardHead):
    """A head for data of scikit-learn's form: a row beats the next one where its target is greater."""

    def __init__(
        self,
        *,
        hidden: Any = (),
        weights: str = "none",
        lambda_: Any = 0.01,
        steps: int = 60,
        learning_rate: float = 0.05,
        seed: int = 0,
    ) -> None:
        super().__init__(hidden=hidden, weights=weights, lambda_=lambda_, steps=steps, learning_rate=learning_rate, seed=seed)

    def fit(self, X: Any, y: Any = None) -> Ordered:  # noqa: N803
        target = np.arange(np.shape(X)[0]) if y is None else np.asarray(y).ravel()
        a = np.arange(len(target))
        b = np.roll(a, -1)
        better = (target[a] > target[b]) + 0.5 * (target[a] == target[b])
        super().fit((a, b, better), X)
        return self


class Numbered(tr.RewardFit):
    """Rewards of the rows of a matrix, each of which beats the next one."""

    def __init__(self, *, weights: str = "none", lambda_: Any = 0.1, seed: int = 0) -> None:
        super().__init__(weights=weights, lambda_=lambda_, seed=seed)

    def fit(self, X: Any, y: Any = None) -> Numbered:  # noqa: N803
        a = np.arange(np.shape(X)[0])
        super().fit((a, np.roll(a, -1)), X)
        return self


OUR_WORDS = "refused with a ValueError that says the same in our words; tested below"
BOTH = {
    "check_complex_data": OUR_WORDS,
    "check_dtype_object": "an object that is no number is refused with a ValueError, where a TypeError is asked for",
    "check_estimators_empty_data_messages": OUR_WORDS,
    "check_estimators_nan_inf": OUR_WORDS,
    "check_fit2d_1sample": "one row can be compared with nothing: " + OUR_WORDS,
    "check_n_features_in_after_fitting": OUR_WORDS,
}
HEADS = {
    "check_estimators_unfitted": "raises our OptionError, a ValueError: NotFittedError is scikit-learn's, which is not needed",
    "check_fit2d_predict1d": OUR_WORDS,
}
FITS = {
    "check_dont_overwrite_parameters": "results are called ids, rewards and errors, without an underscore behind them",
    "check_n_features_in": "rewards belong to alternatives: there are no rows to ask about afterwards",
}


def reasons(estimator: Any) -> dict[str, str]:
    return {**BOTH, **(FITS if isinstance(estimator, tr.RewardFit) else HEADS)}


@parametrize_with_checks([Ordered(), Numbered()], expected_failed_checks=reasons, xfail_strict=True)
def test_estimators_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


X = np.random.default_rng(0).normal(size=(20, 3))


@pytest.mark.parametrize("kind", [Ordered, Numbered])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X + 1j, "complex128, expected numbers"),
        (np.empty((0, 3)), "no comparisons"),
        (np.empty((12, 0)), r"the shape \(12, 0\), expected"),
        (np.where(np.arange(20)[:, None] == 7, np.nan, X), "row 7"),
        (np.where(np.arange(20)[:, None] == 7, np.inf, X), "row 7"),
        (np.array([[1, {}]], dtype=object), "no number"),
        (X[:1], "two different alternatives"),
        (X[0], r"the shape \(3,\)"),
    ],
)
def test_matrices_that_cannot_be_are_refused_in_our_words(kind: Any, rows: Any, message: str) -> None:
    with pytest.raises(tr.DataError, match=message):
        kind().fit(rows)


def test_rows_to_predict_are_checked_as_those_of_the_training() -> None:
    head = Ordered().fit(X)
    assert head.n_features_in_ == 3
    for rows, message in [
        (X[:, :2], "2 numbers each, expected 3"),
        (X[0], r"the shape \(3,\)"),
        (np.full((1, 3), np.nan), "finite"),
        (np.full((1, 3), -np.inf), "finite"),
        (np.empty((1, 0)), "shape"),
    ]:
        with pytest.raises(tr.DataError, match=message):
            head.predict(rows)


def test_sparse_matrices_are_refused() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    for kind in (sparse.csr_matrix, sparse.csr_array, sparse.coo_array):
        with pytest.raises(tr.DataError, match=r"sparse matrix, expected a dense one: \.toarray\(\)"):
            tr.weights(kind(X))
        with pytest.raises(tr.DataError, match="sparse"):
            Ordered().fit(kind(X))


@pytest.mark.parametrize("estimator", [tr.RewardHead(hidden=(3,), weights="none", lambda_=0.1), tr.RewardFit(seed=3)])
def test_clones_have_the_settings_and_nothing_else(estimator: Any, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    fitted = copy.deepcopy(estimator).fit(rows)
    check_is_fitted(fitted)
    check_is_fitted(pickle.loads(pickle.dumps(fitted)))
    other = clone(fitted)
    assert other.get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        check_is_fitted(other)
