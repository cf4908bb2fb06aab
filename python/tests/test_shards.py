from __future__ import annotations

import dataclasses
import os
import pathlib
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tessera_rl as tr
from tessera_rl import shards

SAMPLES = 40_000


def rows(m: int, d: int, seed: int = 0, kind: str = "float32", copies: int = 0) -> np.ndarray[Any, Any]:
    """Clusters far from the origin, with copies of rows anywhere."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(max(m // 8, 1), d)) * 3
    x = centres[random.integers(0, len(centres), m)] + random.normal(size=(m, d)) / 2 + 4
    x[random.integers(0, m, copies)] = x[random.integers(0, m, copies)]
    return x.astype(kind)


def cut(x: np.ndarray[Any, Any], *cuts: int) -> list[np.ndarray[Any, Any]]:
    return np.split(x, cuts)


def evenly(x: np.ndarray[Any, Any], count: int) -> list[np.ndarray[Any, Any]]:
    return np.array_split(x, count)


def same(found: tr.Weights, expected: tr.Weights) -> None:
    assert found.values.tobytes() == expected.values.tobytes()
    assert found.standard_errors.tobytes() == expected.standard_errors.tobytes()
    assert found.document == expected.document


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize(("m", "d"), [(50, 1), (300, 3), (2_500, 8), (1_500, 100), (1_100, 384)])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_voronoi_weights_are_those_of_one_machine(m: int, d: int, kind: str, count: int) -> None:
    x = rows(m, d, seed=d, kind=kind, copies=m // 10)
    same(
        shards.voronoi_weights(evenly(x, count), samples=SAMPLES, seed=3),
        tr.voronoi_weights(x, samples=SAMPLES, seed=3, method="sampled"),
    )


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize(("m", "d"), [(50, 1), (300, 3), (2_500, 8), (1_500, 100), (1_100, 384)])
@pytest.mark.parametrize("count", [1, 3, 6])
def test_linkage_weights_are_those_of_one_machine(m: int, d: int, kind: str, count: int) -> None:
    x = rows(m, d, seed=d, kind=kind, copies=m // 10)
    for scheme in ("linkage", "linkage=0.5", "horizon"):
        same(shards.linkage_weights(evenly(x, count), scheme), tr.weights(x, scheme))


@pytest.mark.parametrize("space", ["unit-cube", "centered-cube=9", "box=0:8", "ball=20.0", "bounding-box=0.25"])
def test_spaces(space: str) -> None:
    x = rows(1_200, 6, seed=5, copies=40)
    same(
        shards.voronoi_weights(cut(x, 100, 1_130), space=space, samples=SAMPLES),
        tr.voronoi_weights(x, space=space, samples=SAMPLES, method="sampled"),
    )


def test_columns_that_are_the_same_in_all_rows_drop_out() -> None:
    x = rows(400, 9, seed=6)
    x[:, [0, 4]] = 7
    x[:200, 8] = 1  # the same in the first shards alone
    same(
        shards.voronoi_weights(cut(x, 100, 200), samples=SAMPLES),
        tr.voronoi_weights(x, samples=SAMPLES, method="sampled"),
    )
    x[:, 3:] = 1
    same(
        shards.voronoi_weights(cut(x, 100, 200), samples=SAMPLES),
        tr.voronoi_weights(x, samples=SAMPLES, method="sampled"),
    )
    same(shards.voronoi_weights(cut(x[:3] * 0, 1)), tr.voronoi_weights(x[:3] * 0, method="sampled"))


@pytest.mark.parametrize("batch", [1, 20_000, 1 << 20])
def test_batches_and_targets(batch: int) -> None:
    x = rows(300, 12, seed=7)
    same(
        shards.voronoi_weights(cut(x, 123), samples=SAMPLES, batch=batch),
        tr.voronoi_weights(x, samples=SAMPLES, method="sampled"),
    )
    for relative, target in ((False, 4e-4), (True, 0.2)):
        same(
            shards.voronoi_weights(cut(x, 123), target_error=target, relative=relative, batch=batch),
            tr.voronoi_weights(x, target_error=target, relative=relative, method="sampled"),
        )


# Grids have many equal distances, and samples as near to one row as to another.
@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 90),
    st.integers(1, 6),
    st.integers(1, 3),
    st.lists(st.integers(0, 90), max_size=6),
    st.sampled_from(["float32", "float64"]),
    st.integers(0, 1_000),
)
def test_any_division_of_rows_with_ties(m: int, d: int, side: int, cuts: list[int], kind: str, seed: int) -> None:
    x = np.random.default_rng(seed).integers(0, side + 1, (m, d)).astype(kind)
    blocks = cut(x, *sorted(min(c, m) for c in cuts))
    same(shards.voronoi_weights(blocks, samples=2_000), tr.voronoi_weights(x, samples=2_000, method="sampled"))
    same(shards.linkage_weights(blocks), tr.linkage_weights(x))
    k = min(m, 5)
    found = shards.nearest(blocks, k)
    squares = ((x[:, None, :].astype(float) - x[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    known = np.arange(k) < m - 1
    assert (found.indices[:, known] == order[:, known]).all()
    assert (found.indices[:, ~known] == -1).all()
    np.testing.assert_array_equal(found.distances, np.sqrt(np.take_along_axis(squares, order, axis=1)))


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_nearest_neighbours_of_any_division_are_the_same(kind: str) -> None:
    x = rows(2_300, 40, seed=8, kind=kind, copies=60)
    x[5] = x[2_000] + np.finfo(kind).eps * 8
    whole = shards.nearest([x], 4)
    assert whole.indices[5, 0] == 2_000
    assert whole.indices[2_000, 0] == 5
    for blocks in (cut(x, 1_024, 2_048), cut(x, 1, 700, 700, 2_299)):
        found = shards.nearest(blocks, 4)
        assert found.indices.tobytes() == whole.indices.tobytes()
        assert found.distances.tobytes() == whole.distances.tobytes()
    squares = ((x.astype(float)[:, None, :] - x.astype(float)[None, :200, :]) ** 2).sum(axis=2)
    np.fill_diagonal(squares[:200], np.inf)
    assert (whole.distances[:, 0] <= np.sqrt(squares.min(axis=1)) * (1 + 1e-12)).all()


def test_small_shards_and_rows_that_are_all_copies() -> None:
    x = rows(30, 20, seed=9)
    single = [x[i : i + 1] for i in range(30)]
    same(shards.voronoi_weights(single, samples=SAMPLES), tr.voronoi_weights(x, samples=SAMPLES, method="sampled"))
    same(shards.linkage_weights(single), tr.linkage_weights(x))
    # The second shard has nothing of its own, the third no row at all.
    blocks = [x, x[::-1], x[:0], x[:7] + 1]
    same(
        shards.voronoi_weights(blocks, samples=SAMPLES),
        tr.voronoi_weights(np.concatenate(blocks), samples=SAMPLES, method="sampled"),
    )
    same(shards.linkage_weights(blocks), tr.linkage_weights(np.concatenate(blocks)))
    same(shards.linkage_weights([x[:1], x[:1]]), tr.linkage_weights(x[[0, 0]]))
    # Zero and minus zero are equal.
    zeros = np.array([[0.0, 1], [-0.0, 1], [2, 1], [5, -0.0]])
    same(shards.linkage_weights(cut(zeros, 1, 3)), tr.linkage_weights(zeros))


def test_rows_that_are_read_when_they_are_needed() -> None:
    x = rows(900, 16, seed=10, copies=30)
    read: list[int] = []

    def block(number: int) -> Any:
        read.append(number)
        return x[300 * number : 300 * (number + 1)]

    found = shards.linkage_weights(shards.Local(block, 3))
    same(found, tr.linkage_weights(x))
    assert set(read) == {0, 1, 2}
    assert len(read) > 3
    with pytest.raises(tr.DataError, match="number of blocks"):
        shards.Local(block)


class Elsewhere:
    """An engine whose shards are made anew for every question, and whose answers travel: what a dead process leaves."""

    def __init__(self, blocks: list[Any]) -> None:
        self._blocks = blocks

    @property
    def count(self) -> int:
        return len(self._blocks)

    def put(self, value: Any) -> bytes:
        return b"put" + pickle.dumps(value)

    def ask(self, shard: int, method: str, *arguments: Any) -> bytes:
        given = [self.get(one) if isinstance(one, bytes) and one[:3] == b"put" else one for one in arguments]
        return self.put(getattr(shards.Shard(self._blocks[shard], threads=1), method)(*given))

    def get(self, answer: bytes) -> Any:
        return pickle.loads(answer[3:])


def test_an_engine_needs_three_functions() -> None:
    x = rows(700, 10, seed=11, copies=30)
    engine = Elsewhere(cut(x, 200, 450))
    same(shards.voronoi_weights(engine, samples=SAMPLES), tr.voronoi_weights(x, samples=SAMPLES, method="sampled"))
    same(shards.linkage_weights(engine), tr.linkage_weights(x))
    assert shards.nearest(engine, 3).indices.tobytes() == shards.nearest([x], 3).indices.tobytes()


def test_processors_whose_digits_differ_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(60, 10, seed=11)
    ask = shards.Local.ask

    def another(self: shards.Local, shard: int, method: str, *arguments: Any) -> Any:
        answer = ask(self, shard, method, *arguments)
        return dataclasses.replace(answer, bits=128 if shard else 512) if method == "survey" else answer

    monkeypatch.setattr(shards.Local, "ask", another)
    for weigh in (shards.voronoi_weights, shards.linkage_weights):
        with pytest.raises(tr.OptionError, match="shard 1: found a processor with vectors of 128 bits, expected 512"):
            weigh(cut(x, 20))


NARROW = """
import sys, numpy as np, tessera_rl as tr
from tessera_rl import shards
for d in (1, 7, 8, 20, 100):
    x = np.random.default_rng(d).normal(size=(300, d))
    for kind in ("float32", "float64"):
        y = x.astype(kind)
        sys.stdout.write(shards.linkage_weights([y[:99], y[99:]]).values.tobytes().hex())
        sys.stdout.write(shards.voronoi_weights([y[:99], y[99:]], samples=20_000).values.tobytes().hex())
"""


def test_vectors_of_256_bits_give_the_bytes_of_512() -> None:
    if shards.Local([[[0.0]]]).ask(0, "survey").bits < 512:
        pytest.skip("this processor has no wider vectors")
    found = []
    for bits in ("512", "256"):
        environment = {**os.environ, "TESSERA_VECTOR_BITS": bits, "PYTHONPATH": str(pathlib.Path(tr.__file__).parents[1])}
        done = subprocess.run([sys.executable, "-c", NARROW], env=environment, capture_output=True, text=True, check=True)
        found.append(done.stdout)
    assert len(found[0]) > 10 * 300 * 16
    assert found[0] == found[1]


def test_progress() -> None:
    x = rows(300, 12, seed=7)
    seen: list[float] = []
    shards.voronoi_weights(cut(x, 100), samples=SAMPLES, batch=1, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    seen.clear()
    shards.linkage_weights(cut(x, 100), progress=seen.append)
    assert seen == sorted(seen)


def test_what_cannot_be_is_refused() -> None:
    x = rows(40, 5)
    with pytest.raises(tr.DataError, match="no rows"):
        shards.voronoi_weights([x[:0]])
    with pytest.raises(tr.DataError, match="shard 1: found 5 columns of float64, expected 5 of float32"):
        shards.linkage_weights([x, x.astype(float)])
    with pytest.raises(tr.DataError, match="shard 2"):
        shards.nearest([x, x, x[:, :4]])
    with pytest.raises(tr.DataError, match="finite"):
        shards.linkage_weights([x, x * np.float32(np.nan)])
    with pytest.raises(tr.OptionError, match="gaussian takes more than the bounds"):
        shards.voronoi_weights([x], space="gaussian")
    with pytest.raises(tr.OptionError, match="dimension"):
        shards.voronoi_weights([x], space="box=0,0:1,1")
    with pytest.raises(tr.OptionError, match="linkage"):
        shards.linkage_weights([x], "voronoi")
    for wrong in (0, -1):
        with pytest.raises(tr.OptionError, match="samples"):
            shards.voronoi_weights([x], samples=wrong)
        with pytest.raises(tr.OptionError, match="k is"):
            shards.nearest([x], wrong)
        with pytest.raises(tr.OptionError, match="batch"):
            shards.voronoi_weights([x], batch=wrong)
    with pytest.raises(tr.DataError, match="scale"):
        shards.voronoi_weights([x.astype(float) * 1e200], space="bounding-box")
