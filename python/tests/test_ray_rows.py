"""Rows in shards on a cluster of three nodes, whose workers are killed in the middle of their work."""

from __future__ import annotations

import os
import signal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr
from tessera_rl import shards

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'tessera-rl[ray]'")

from tessera_rl.ray import _rows  # noqa: E402

SAMPLES = 60_000


def contexts() -> Any:
    """Rows of twelve coordinates in clusters, some of them copies of others."""
    random = np.random.default_rng(4)
    own = random.normal(size=(60, 12))[random.integers(0, 60, 1_500)] * 3 + random.normal(size=(1_500, 12))
    own[[3, 900, 1_400]] = own[[1_000, 7, 7]]
    return own.astype(np.float32)


X = contexts()


def same(found: tr.Weights, expected: tr.Weights) -> None:
    assert found.values.tobytes() == expected.values.tobytes()
    assert found.standard_errors.tobytes() == expected.standard_errors.tobytes()
    assert found.document == expected.document


def made_there(*cuts: int) -> list[Any]:
    """Shards that were made all over the cluster, and never here."""

    @ray.remote(num_cpus=0, scheduling_strategy="SPREAD")
    def part(low: int, high: int) -> Any:
        return contexts()[low:high]

    ends = [0, *cuts, len(X)]
    return [part.remote(low, high) for low, high in pairwise(ends)]


def test_rows_that_stay_on_their_nodes(cluster: Any) -> None:
    refs = made_there(200, 700, 701)
    same(
        tr.ray.voronoi_weights(refs, samples=SAMPLES, seed=2), tr.voronoi_weights(X, samples=SAMPLES, seed=2, method="sampled")
    )
    same(tr.ray.linkage_weights(refs, "horizon"), tr.weights(X, "horizon"))
    found, expected = tr.ray.nearest(refs, 3), shards.nearest([X], 3)
    assert found.indices.tobytes() == expected.indices.tobytes()
    assert found.distances.tobytes() == expected.distances.tobytes()


@pytest.mark.parametrize("blocks", [None, 1, 5])
def test_linkage_weights_of_an_array_and_of_a_reference(cluster: Any, blocks: int | None) -> None:
    same(tr.ray.linkage_weights(X, blocks=blocks, workers=2), tr.linkage_weights(X))
    same(tr.ray.linkage_weights(ray.put(X), blocks=blocks), tr.linkage_weights(X))


def test_shards_are_asked_where_they_lie(cluster: Any) -> None:
    @ray.remote(num_cpus=0)
    def here() -> Any:
        return np.zeros((200_000, 1), dtype=np.float32)

    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    refs = [here.options(scheduling_strategy=NodeAffinitySchedulingStrategy(n, soft=False)).remote() for n in nodes]
    ray.wait(refs, num_returns=len(refs), fetch_local=False)
    known = _rows.places(ray, None, None)
    hosts = _rows._hosts(ray, refs, known)
    assert [known[host].node for host in hosts] == nodes


class Dying(_rows.Holder):
    """Dies once, at a question of its own."""

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        mark = os.path.join(os.environ["TESSERA_TEST_FOLDER"], f"{method} {shard}")
        if method in ("nearest", "taken") and shard == 1 and not os.path.exists(mark):
            open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().ask(shard, method, *arguments)


def test_workers_that_die(cluster: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Here(Dying):
        pass

    folder = str(tmp_path)

    def start(self: Any, refs: Any, threads: int) -> None:
        os.environ["TESSERA_TEST_FOLDER"] = folder
        Dying.__init__(self, refs, threads)

    monkeypatch.setattr(Here, "__init__", start)
    monkeypatch.setattr(_rows, "Holder", Here)
    refs = made_there(500, 1_000)
    same(tr.ray.voronoi_weights(refs, samples=SAMPLES), tr.voronoi_weights(X, samples=SAMPLES, method="sampled"))
    same(tr.ray.linkage_weights(refs), tr.linkage_weights(X))
    assert sorted(os.listdir(folder)) == ["nearest 1", "taken 1"]


def test_faults_are_told_as_they_are(cluster: Any) -> None:
    with pytest.raises(tr.DataError, match="finite"):
        tr.ray.linkage_weights([ray.put(X), ray.put(X * np.float32(np.nan))])
    with pytest.raises(tr.DataError, match="shard 1"):
        tr.ray.voronoi_weights([ray.put(X), ray.put(X[:, :5])])
    for wrong in ({"method": "exact"}, {"parts": 3}, {"store": "parts"}):
        with pytest.raises(tr.OptionError, match="rows in shards"):
            tr.ray.voronoi_weights([ray.put(X)], **wrong)
    for blocks in (0, 2):
        with pytest.raises(tr.OptionError, match="blocks"):
            tr.ray.linkage_weights([ray.put(X)], blocks=blocks)


def test_a_node_that_is_gone_is_not_waited_for(cluster: Any) -> None:
    # Ray counts it for some seconds more, and its worker finds all cores of the others taken.
    node = cluster.add_node(num_cpus=2, object_store_memory=200 << 20, include_dashboard=False)
    cluster.wait_for_nodes()
    cluster.remove_node(node, allow_graceful=False)
    found, expected = tr.ray.nearest(made_there(200, 700, 701), 3), shards.nearest([X], 3)
    assert found.indices.tobytes() == expected.indices.tobytes()
