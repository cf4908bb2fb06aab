"""What can be wrong with arrays and ids, and what must not matter: order of memory, kinds of numbers, names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tessera_rl as tr
from tessera_rl import tally
from tessera_rl.errors import error_of

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(12, 4)).astype(np.float32)
VOTES = (RANDOM.integers(0, 6, 60), RANDOM.integers(6, 12, 60), RANDOM.integers(0, 2, 60).astype(float))


def laid_out(x: Any, order: str) -> Any:
    """The same numbers in another order of memory."""
    if order == "fortran":
        return np.asfortranarray(x)
    if order == "strided":
        wide = np.zeros((2 * len(x), 3 * x.shape[1]), dtype=x.dtype)
        wide[::2, ::3] = x
        return wide[::2, ::3]
    if order == "reversed":
        return np.ascontiguousarray(x[::-1])[::-1]
    if order == "swapped":
        return x.astype(x.dtype.newbyteorder())
    if order == "read only":
        other = x.copy()
        other.flags.writeable = False
        return other
    return x


@pytest.mark.parametrize("order", ["fortran", "strided", "reversed", "swapped", "read only"])
def test_the_order_of_memory_does_not_matter(order: str) -> None:
    other = laid_out(X, order)
    assert tr.weights(other, "linkage").values.tobytes() == tr.weights(X, "linkage").values.tobytes()
    part, own = tally.part(other, 0, 1, samples=10_000), tally.part(X, 0, 1, samples=10_000)
    assert part == own
    fits = [tr.RewardFit(lambda_=0.1).fit(VOTES, x) for x in (X, other)]
    assert fits[0].rewards.tobytes() == fits[1].rewards.tobytes()
    heads = [tr.RewardHead(hidden=(4,), lambda_=0.1, steps=5).fit(VOTES, x).predict(x) for x in (X, other)]
    assert heads[0].tobytes() == heads[1].tobytes()
    np.testing.assert_array_equal(other, X)


@settings(max_examples=25, deadline=None)
@given(
    dtype=st.sampled_from(["float16", "float32", "float64", ">f4", ">f8", "int8", "uint8", "int16", "int64", "uint64", "bool"]),
    order=st.sampled_from(["plain", "fortran", "strided", "reversed"]),
    m=st.integers(2, 9),
    d=st.integers(1, 5),
    seed=st.integers(0, 1_000),
)
def test_kinds_of_numbers_do_not_matter(dtype: str, order: str, m: int, d: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2, size=(m, d))
    found = tr.weights(laid_out(values.astype(dtype), order), "linkage", threads=1)
    assert found.values.shape == found.standard_errors.shape == (m,)
    assert found.values.dtype == found.standard_errors.dtype == np.float64
    assert found.values.tobytes() == tr.weights(values.astype(np.float32), "linkage", threads=1).values.tobytes()


@settings(max_examples=25, deadline=None)
@given(row=st.integers(0, 11), column=st.integers(0, 3), bad=st.sampled_from([np.nan, np.inf, -np.inf]), wide=st.booleans())
def test_a_number_that_is_none_is_named(row: int, column: int, bad: float, wide: bool) -> None:
    x = X.astype(np.float64 if wide else np.float32)
    x[row, column] = bad
    for call in (tr.weights, lambda x: tally.part(x, 0, 1), lambda x: tr.RewardFit().fit(VOTES, x)):
        with pytest.raises(tr.DataError, match=f"row {row}, column {column}"):
            call(x)


@pytest.mark.parametrize(
    "votes",
    [
        (np.array([0, 1]), np.array([1, 2]), np.array([np.inf, 1])),
        (np.array([0, 1]), np.array([1, 2]), np.array([2, 1])),
        (np.array([0, 1]), np.array([1, 2]), np.array([-0.1, 1])),
        (np.array([0, 1]), np.array([1, 1]), np.array([1, 1])),
        (np.array([0, 1]), np.array([1, 2]), np.array([1, 1]), np.array([-1, 1])),
        (np.array([0, 1]), np.array([1, 2, 3]), np.array([1, 1])),
        (np.array([[0, 1]]), np.array([[1, 2]]), np.array([[1, 1]])),
    ],
)
def test_votes_that_cannot_be_are_refused(votes: Any) -> None:
    with pytest.raises(tr.DataError, match="expected"):
        tr.RewardFit(weights="none").fit(votes)


def test_nothing_is_refused_as_nothing() -> None:
    nothing = np.array([])
    for rows in ([], {}, (nothing, nothing, nothing), {"a": [], "b": [], "winner": []}):
        with pytest.raises(tr.DataError, match="no comparisons"):
            tr.RewardFit().fit(rows)
        with pytest.raises(tr.DataError, match="no comparisons"):
            tr.row_weights(rows)
    pandas = pytest.importorskip("pandas")
    with pytest.raises(tr.DataError, match="no comparisons"):
        tr.RewardHead().fit(pandas.DataFrame({"prompt": [], "chosen": [], "rejected": []}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternatives": [str(i) for i in range(11)]}, "11|12"),
        ({"alternatives": [*(str(i) for i in range(12)), "0"]}, 'found "0" more than once'),
        ({"alternatives": [f"x{i}" for i in range(12)]}, "one of the 12 alternatives"),
        ({"contexts": X[:11]}, "one of the 11 alternatives"),
        ({"families": {"nobody": "x"}}, "nobody"),
        ({"families": ["x"] * 11}, "found 11, expected 12"),
    ],
)
def test_ids_that_do_not_fit_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(tr.DataError, match=message):
        tr.RewardFit(lambda_=0.1).fit(VOTES, **{"contexts": X, **options})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(min_size=1).filter(lambda name: name.strip() == name), min_size=2, max_size=6, unique=True))
def test_any_text_is_a_name(names: list[str]) -> None:
    if any(0xD800 <= ord(letter) < 0xE000 for name in names for letter in name):
        return
    votes = [{"a": names[i], "b": names[(i + 1) % len(names)], "preference": 0.75} for i in range(len(names))]
    fit = tr.RewardFit(weights="none", lambda_=0.1).fit(votes)
    assert sorted(fit.ids) == sorted(names)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=30),
    kind=st.sampled_from(["float32", "float64", "object"]),
)
def test_arrays_are_read_as_lists_are(values: list[float], kind: str) -> None:
    a, b = list(range(len(values))), [i + 1 for i in range(len(values))]
    counts = [1 + i % 3 for i in range(len(values))]
    arrays = (np.array(a), np.array(b, dtype=np.uint16), np.array(values, dtype=kind), np.array(counts, dtype=np.int8))
    fits = [tr.RewardFit(weights="none", lambda_=0.1).fit(votes) for votes in (arrays, (a, b, values, counts))]
    assert fits[0].ids == fits[1].ids
    assert fits[0].rewards.tobytes() == fits[1].rewards.tobytes()


def test_memory_that_there_is_not_is_a_memory_error() -> None:
    fault = error_of("memory", "contexts would need 3.0 GiB")
    assert isinstance(fault, tr.NoMemoryError)
    assert isinstance(fault, MemoryError)
    assert isinstance(fault, tr.TesseraError)
