from __future__ import annotations

import json
import pathlib
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tessera_rl as tr

CORNERS = np.array([[0, 0], [1, 0], [1, 1]], dtype=np.float32)


def test_figure_1() -> None:
    found = tr.voronoi_weights(CORNERS, space="unit-cube")
    np.testing.assert_allclose(found.values, [0.375, 0.25, 0.375], atol=1e-12)
    assert found.document["method"] == "exact"
    assert len(found) == 3
    np.testing.assert_array_equal(np.asarray(found), found.values)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_cores(threads: int) -> None:
    x = np.random.default_rng(0).normal(size=(200, 20)).astype(np.float32)
    one = tr.voronoi_weights(x, samples=20_000, seed=7)
    other = tr.voronoi_weights(x, samples=20_000, seed=7, threads=threads)
    assert one.values.tobytes() == other.values.tobytes()
    assert one.standard_errors.tobytes() == other.standard_errors.tobytes()
    assert tr.voronoi_weights(x, samples=20_000, seed=8).values.tobytes() != one.values.tobytes()


def test_the_bytes_are_those_of_the_tool(tool: pathlib.Path, tmp_path: pathlib.Path) -> None:
    x = np.random.default_rng(1).normal(size=(60, 12)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    options = ["--weights", "voronoi", "--samples", "10000", "--seed", "5", "--format", "json"]
    text = subprocess.run(
        [tool, "weights", tmp_path / "x.npy", *options],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    document = json.loads(text)
    found = tr.voronoi_weights(x, samples=10_000, seed=5)
    assert [row["weight"] for row in document["alternatives"]] == found.values.tolist()
    assert [row["weightStandardError"] for row in document["alternatives"]] == found.standard_errors.tolist()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(2, 12),
    st.integers(1, 4),
    st.sampled_from(["float16", "float32", "float64", "int32", "int8", "bool"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 1_000),
)
def test_every_shape_dtype_and_stride(m: int, d: int, dtype: str, fortran: bool, strided: bool, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 5, size=(m * 2, d * 2)).astype(dtype)
    x = values[::2, ::2] if strided else values[:m, :d].copy()
    x = np.asfortranarray(x) if fortran else x
    before = x.copy()
    found = tr.weights(x, "linkage", threads=1)
    assert found.values.shape == (m,)
    assert abs(found.values.sum() - 1) < 1e-9
    np.testing.assert_array_equal(x, before)
    again = tr.weights(np.ascontiguousarray(x, dtype=np.float64), "linkage")
    np.testing.assert_allclose(found.values, again.values, atol=1e-6)


def test_lists_are_contexts_too() -> None:
    np.testing.assert_allclose(tr.weights([[0, 0], [1, 0], [1, 1]], space="unit-cube").values, [0.375, 0.25, 0.375])


@pytest.mark.parametrize(
    ("contexts", "message"),
    [
        (np.zeros(3), "shape"),
        (np.zeros((2, 2, 2)), "shape"),
        ([["a", "b"]], "numbers"),
        ([[1, 2], [3]], "no matrix"),
        ([[1, np.nan], [3, 4]], "row 0|row 1|not finite|NaN|finite"),
        (np.array([[1j, 2], [3, 4]]), "numbers"),
    ],
)
def test_what_are_no_contexts_says_so(contexts: object, message: str) -> None:
    with pytest.raises(tr.DataError, match=message):
        tr.weights(contexts)  # type: ignore[arg-type]


def test_empty_contexts_are_refused() -> None:
    with pytest.raises(tr.TesseraError):
        tr.weights(np.zeros((0, 3), dtype=np.float32))


@pytest.mark.parametrize(
    "arguments",
    [{"scheme": "voronoj"}, {"space": "cube"}, {"samples": 0}, {"method": "fast"}, {"threads": 0}, {"target_error": -1.0}],
)
def test_settings_that_cannot_be_are_named(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        tr.weights(CORNERS, **arguments)  # type: ignore[arg-type]


def test_exact_copies_share() -> None:
    x = np.array([[0, 0], [1, 0], [1, 1], [1, 1]], dtype=np.float32)
    np.testing.assert_allclose(tr.voronoi_weights(x, space="unit-cube").values, [0.375, 0.25, 0.1875, 0.1875])
    np.testing.assert_allclose(tr.linkage_weights(x).values[2:], tr.linkage_weights(x).values[3])
