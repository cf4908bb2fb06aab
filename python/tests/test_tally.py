from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import tessera_rl as tr
from tessera_rl import tally

X = np.random.default_rng(2).normal(size=(80, 16)).astype(np.float32)
SAMPLES = 100_000


def count(place: int, parts: int) -> tally.Tally | None:
    return tally.part(X, place, parts, samples=SAMPLES, seed=9, threads=1)


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50])
def test_parts_in_any_order_are_the_bytes_of_the_whole(parts: int) -> None:
    whole = tr.voronoi_weights(X, samples=SAMPLES, seed=9, method="sampled")
    counted = [count(place, parts) for place in range(parts)]
    assert sum(one is None for one in counted) == max(0, parts - 7)
    found = tally.weights(tally.merge(reversed(counted)))
    assert found.values.tobytes() == whole.values.tobytes()
    assert found.standard_errors.tobytes() == whole.standard_errors.tobytes()


def test_processes_count_parts() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        counted = list(pool.map(count, range(3), [3] * 3))
    whole = tr.voronoi_weights(X, samples=SAMPLES, seed=9, method="sampled")
    assert tally.weights(tally.merge(counted)).values.tobytes() == whole.values.tobytes()
    assert pickle.loads(pickle.dumps(counted[0])) == counted[0]


def test_what_does_not_fit_together_is_refused() -> None:
    first, second = count(0, 2), count(1, 2)
    assert first is not None
    with pytest.raises(tr.DataError, match="missing"):
        tally.merge([first])
    with pytest.raises(tr.DataError, match="missing"):
        tally.weights(first)
    with pytest.raises(tr.DataError, match="overlaps"):
        tally.merge([first, first, second])
    with pytest.raises(tr.DataError, match="other contexts"):
        tally.merge([first, tally.part(X + 1, 1, 2, samples=SAMPLES, seed=9)])
    with pytest.raises(tr.DataError, match="no parts"):
        tally.merge([])
    with pytest.raises(tr.OptionError, match="expected 0 to 1"):
        count(2, 2)
    with pytest.raises(tr.OptionError, match="exact"):
        tally.part([[0.0], [1.0]], 0, 1, method="auto")
