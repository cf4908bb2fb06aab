from __future__ import annotations

import pathlib
import pickle
import subprocess
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr


@pytest.fixture(scope="module")
def votes() -> tuple[Any, Any]:
    random = np.random.default_rng(4)
    x = random.normal(size=(80, 5)).astype(np.float32)
    quality = x @ np.array([1, -1, 0.5, 0, 0])
    a, b = random.integers(0, 80, 600), random.integers(0, 80, 600)
    keep = a != b
    a, b = a[keep], b[keep]
    wins = random.random(len(a)) < 1 / (1 + np.exp(quality[b] - quality[a]))
    return (a, b, wins.astype(float)), x


@pytest.fixture(scope="module")
def head(votes: tuple[Any, Any]) -> tr.RewardHead:
    return tr.RewardHead(hidden=(8,), weights="none", lambda_=0.01, learning_rate=0.01, runs=2).fit(*votes)


def test_a_head_learns_the_order(votes: tuple[Any, Any], head: tr.RewardHead) -> None:
    x = votes[1]
    rewards = head.predict(x)
    quality = x @ np.array([1, -1, 0.5, 0, 0])
    assert np.corrcoef(rewards, quality)[0, 1] > 0.9
    _, deviation = head.predict(x, return_std=True)
    assert (deviation > 0).all()
    assert head.n_features_in_ == 5
    with pytest.raises(tr.DataError, match="5, as in training"):
        head.predict(x[:, :3])


def test_a_stored_head_scores_the_same(votes: tuple[Any, Any], head: tr.RewardHead, tmp_path: pathlib.Path) -> None:
    x = votes[1]
    path = head.save_safetensors(tmp_path / "head.safetensors")
    other = tr.RewardHead.load_safetensors(path)
    np.testing.assert_array_equal(other.predict(x), head.predict(x))
    assert other.hidden == (8,)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(head)).predict(x), head.predict(x))
    with pytest.raises(tr.TesseraError):
        tr.RewardHead.load_safetensors(tmp_path / "none.safetensors")


def test_the_tool_scores_a_stored_head(
    tool: pathlib.Path, votes: tuple[Any, Any], head: tr.RewardHead, tmp_path: pathlib.Path
) -> None:
    path = head.save_safetensors(tmp_path / "head.safetensors")
    np.save(tmp_path / "x.npy", votes[1])
    done = subprocess.run(
        [tool, "score", path, tmp_path / "x.npy", "--format", "csv"], capture_output=True, text=True, check=True
    )
    lines = [line.split(",") for line in done.stdout.splitlines()]
    column = lines[0].index("reward")
    np.testing.assert_allclose([float(line[column]) for line in lines[1:]], head.predict(votes[1]), atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"center": True, "pca": 3}])
def test_onnx_computes_the_same(votes: tuple[Any, Any], options: dict[str, Any], tmp_path: pathlib.Path) -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    head = tr.RewardHead(hidden=(8, 4), weights="none", lambda_=0.01, runs=2, steps=50, **options).fit(*votes)
    head.to_onnx(tmp_path / "head.onnx")
    session = runtime.InferenceSession(tmp_path / "head.onnx", providers=["CPUExecutionProvider"])
    (rewards,) = session.run(["rewards"], {"contexts": votes[1]})
    np.testing.assert_allclose(rewards, head.predict(votes[1]), atol=1e-5)


def test_settings_follow_the_habits_of_scikit_learn(head: tr.RewardHead) -> None:
    assert head.get_params()["hidden"] == (8,)
    sklearn = pytest.importorskip("sklearn.base")
    copy = sklearn.clone(head)
    assert copy.get_params() == head.get_params()
    with pytest.raises(tr.OptionError, match="nothing was trained"):
        copy.predict([[1.0] * 5])


def test_texts_are_embedded(rows: list[dict[str, Any]]) -> None:
    head = tr.RewardHead(hidden=(), lambda_=0.1, dimensions=32, steps=20).fit(rows)
    assert head.n_features_in_ <= 32
