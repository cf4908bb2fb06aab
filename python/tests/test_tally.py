from __future__ import annotations

import os
import pathlib
import pickle
import subprocess
import sys
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


def test_parts_are_prepared_once_and_come_in_rounds() -> None:
    sampler = tally.Sampler(X, samples=SAMPLES, seed=9)
    assert sampler.exact is None
    assert sampler.total == SAMPLES
    pieces = tally.ranges(SAMPLES, 3)
    assert [sampler.count(*piece) for piece in pieces] == [count(place, 3) for place in range(3)]
    with pytest.raises(tr.OptionError, match="cut at multiples"):
        sampler.count(5, 100)
    flat = tally.Sampler([[0.0], [1.0]], method="auto")
    assert flat.exact is not None
    with pytest.raises(tr.OptionError, match="exact"):
        flat.count(0, 100)

    target = tally.Target(5e-4)
    sampler, total = tally.Sampler(X, samples=None, seed=9), tally.Sum()
    with pytest.raises(tr.DataError, match="no parts"):
        total.weights()
    for first, number in tally.rounds():
        total.add([sampler.count(*piece) for piece in reversed(tally.ranges(number, 2, first))])
        if total.ends(target):
            break
        with pytest.raises(tr.DataError, match="expected more parts"):
            total.weights(target)
    expected = tr.voronoi_weights(X, target_error=5e-4, seed=9, method="sampled")
    assert total.error(target) <= 5e-4
    assert total.weights(target).values.tobytes() == expected.values.tobytes()
    assert total.weights(target).document == expected.document
    with pytest.raises(tr.DataError, match="missing"):
        total.weights()


def test_bytes_that_are_no_tally_are_refused() -> None:
    whole = count(0, 1)
    assert whole is not None
    assert whole.document["total"] == SAMPLES
    for data in (b"", b"no tally", whole.data[:-1], whole.data + b"0"):
        with pytest.raises(tr.DataError, match="a part of a tally"):
            tally.merge([tally.Tally(data)])


def test_vectors_of_256_and_512_bits_give_the_same_bytes(tmp_path: pathlib.Path) -> None:
    script = """
import sys, numpy as np
from tessera_rl import tally
random = np.random.default_rng(1)
x = random.normal(size=(1_000, 64)).astype(np.float32)
x[500:] = x[:500] + 1e-4 * random.normal(size=(500, 64)).astype(np.float32)
open(sys.argv[1], "wb").write(tally.part(x, 0, 1, samples=400_000, seed=3).data)
"""
    here = str(pathlib.Path(tr.__file__).parents[1])
    parts = {}
    for bits in ("512", "256", "128"):
        environment = {**os.environ, "TESSERA_VECTOR_BITS": bits, "PYTHONPATH": here}
        subprocess.run([sys.executable, "-c", script, str(tmp_path / bits)], env=environment, check=True)
        parts[bits] = tally.Tally((tmp_path / bits).read_bytes())
    assert parts["512"] == parts["256"]
    # Products that are rounded before they are added count some samples otherwise, and say so.
    if parts["128"] != parts["256"]:
        a, b = (parts[bits].document for bits in ("128", "256"))
        assert a["fingerprint"] != b["fingerprint"]
        assert a["hits"] != b["hits"]
        moved = np.abs(np.array(a["hits"]) - np.array(b["hits"])).sum() / 2
        assert moved < 0.005 * 400_000
