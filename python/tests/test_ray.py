"""A cluster of three nodes on this machine, whose workers and nodes are killed in the middle of their work."""

from __future__ import annotations

import json
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from conftest import preferences

import tessera_rl as tr
from tessera_rl import tally

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'tessera-rl[ray]'")

from tessera_rl.ray._pool import Pool  # noqa: E402

SAMPLES = 300_000
SMALL: dict[str, Any] = {"object_store_memory": 200 << 20, "include_dashboard": False}


def contexts() -> Any:
    """Some alternatives of sixteen coordinates, three of them copies of others."""
    own = np.random.default_rng(2).normal(size=(400, 16)).astype(np.float32)
    own[[7, 399, 50]] = own[[300, 3, 3]]
    return own


X = contexts()


@pytest.fixture(scope="session")
def whole() -> tr.Weights:
    """What one process finds."""
    return tr.voronoi_weights(X, samples=SAMPLES, seed=9)


def is_same(found: tr.Weights, expected: tr.Weights) -> bool:
    return (
        found.values.tobytes() == expected.values.tobytes()
        and found.standard_errors.tobytes() == expected.standard_errors.tobytes()
        and found.document == expected.document
    )


# Workers of these tests: what they do to themselves.


class Killing:
    """Counts, but dies at the first part that nobody has died of yet, as long as a folder holds fewer than so many deaths."""

    def __init__(self, inner: Any, folder: str, deaths: int) -> None:
        self._inner, self._folder, self._deaths = inner, pathlib.Path(folder), deaths

    def __call__(self, task: Any) -> Any:
        if task is not None and len(list(self._folder.iterdir())) < self._deaths:
            (self._folder / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self._inner(task)


def killing(folder: str, deaths: int) -> Any:
    from tessera_rl.ray.weights import Counting

    def make(*values: Any, threads: int) -> Any:
        return Killing(Counting(*values, threads=threads), folder, deaths)

    return make


def echo(base: int, *, threads: int) -> Any:
    def work(task: Any) -> Any:
        if task == "bad":
            raise tr.DataError("row 3: found x, expected y")
        if task == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(task, float):
            time.sleep(task)
        return base, threads, task

    return work


def test_ray_is_loaded_when_it_is_asked_for() -> None:
    text = (
        "import sys, tessera_rl as tr; assert 'ray' not in sys.modules; tr.ray.voronoi_weights; assert 'ray' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_without_ray_the_error_says_what_to_install() -> None:
    text = (
        "import sys; sys.modules['ray'] = None\nimport tessera_rl as tr\n"
        "try: tr.ray.voronoi_weights([[0.0], [1.0]])\n"
        "except tr.MissingError as problem: assert \"pip install 'tessera-rl[ray]'\" in str(problem)\n"
        "else: raise SystemExit('no error')"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_results_are_in_the_order_of_the_tasks(cluster: Any) -> None:
    with Pool(echo, 5, workers=3) as pool:
        assert pool.map(range(20)) == [(5, 1, task) for task in range(20)]
        taken = []
        for result in pool.ordered(iter(range(10**9)), ahead=5):
            taken.append(result[2])
            if len(taken) == 30:
                break
        assert taken == list(range(30))
    with Pool(echo, 5, workers=2, key=lambda task: task % 2) as pool:
        assert {result[2] for _, result in pool.completed(range(9))} == set(range(9))
    with pytest.raises(tr.OptionError, match="workers is 0"):
        Pool(echo, 5, workers=0)


def test_every_node_gives_a_worker_with_its_cores(cluster: Any) -> None:
    with Pool(echo, 5) as pool:
        assert pool.size == 3
        assert {threads for _, threads, _ in pool.map([0.5] * 3)} == {1, 2}


def test_errors_of_a_task_come_out_as_they_are(cluster: Any) -> None:
    with Pool(echo, 5, workers=2) as pool, pytest.raises(tr.DataError, match=r"^row 3: found x, expected y$"):
        pool.map([1, "bad", 2])
    with pytest.raises(tr.OptionError, match="space"):
        tr.ray.voronoi_weights(X, space="nowhere", workers=1)
    broken = X.copy()
    broken[3, 5] = np.nan
    with pytest.raises(tr.DataError, match="3"):
        tr.ray.voronoi_weights(broken, workers=1)
    assert str(pickle.loads(pickle.dumps(tr.WorkerError("why")))) == "why"


def test_a_task_that_kills_its_workers_is_given_up(cluster: Any) -> None:
    with Pool(echo, 5, workers=2, tries=2) as pool, pytest.raises(tr.WorkerError, match="part 1 lost its worker 2 times"):
        pool.map([1, "die", 2])


@pytest.mark.parametrize(("workers", "parts"), [(1, None), (2, 7), (5, None), (None, 50), (2, 1)])
def test_weights_are_the_bytes_of_one_process(cluster: Any, whole: tr.Weights, workers: int | None, parts: int | None) -> None:
    shares: list[float] = []
    found = tr.ray.voronoi_weights(X, samples=SAMPLES, seed=9, workers=workers, parts=parts, progress=shares.append)
    assert is_same(found, whole)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_contexts_may_be_a_reference(cluster: Any, whole: tr.Weights) -> None:
    assert is_same(tr.ray.voronoi_weights(ray.put(X), samples=SAMPLES, seed=9, workers=2), whole)


def test_exact_cells_are_measured_as_on_one_machine(cluster: Any) -> None:
    plane = np.random.default_rng(3).normal(size=(30, 2))
    assert is_same(tr.ray.voronoi_weights(plane, workers=2), tr.voronoi_weights(plane))
    assert is_same(
        tr.ray.voronoi_weights(ray.put(plane), method="sampled", workers=2), tr.voronoi_weights(plane, method="sampled")
    )


@pytest.mark.parametrize(("workers", "parts"), [(1, None), (3, None), (2, 5)])
def test_rounds_until_a_target_error_are_those_of_one_machine(cluster: Any, workers: int, parts: int | None) -> None:
    for error, relative in ((1.5e-4, False), (0.15, True)):
        settings: dict[str, Any] = {"target_error": error, "relative": relative, "seed": 4}
        shares: list[float] = []
        found = tr.ray.voronoi_weights(X, workers=workers, parts=parts, progress=shares.append, **settings)
        one = tr.voronoi_weights(X, **settings)
        assert one.document["samples"] > 3 * 2**14
        assert is_same(found, one)
        assert shares[-1] == 1


def test_a_worker_that_dies_costs_its_part_alone(cluster: Any, whole: tr.Weights, tmp_path: pathlib.Path) -> None:
    settings = {"space": "bounding-box", "method": "auto", "samples": SAMPLES, "seed": 9}
    with Pool(killing(str(tmp_path), 2), X, settings, workers=2) as pool:
        parts = pool.map(tally.ranges(SAMPLES, 9))
    assert len(list(tmp_path.iterdir())) == 2
    assert is_same(tally.weights(tally.merge(parts)), whole)


def test_actors_that_are_killed_from_outside_are_replaced(cluster: Any, whole: tr.Weights) -> None:
    settings = {"space": "bounding-box", "method": "auto", "samples": SAMPLES, "seed": 9}
    from tessera_rl.ray.weights import Counting

    with Pool(Counting, X, settings, workers=2) as pool:
        results = pool.completed(tally.ranges(SAMPLES, 19))
        parts = [next(results)[1]]
        ray.kill(next(iter(pool._running.values()))[0].actor)
        parts += [part for _, part in results]
    assert is_same(tally.weights(tally.merge(parts)), whole)


def test_work_that_was_interrupted_goes_on(cluster: Any, whole: tr.Weights, tmp_path: pathlib.Path) -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Enough

    folder = tmp_path / "parts"
    settings: dict[str, Any] = {"samples": SAMPLES, "seed": 9, "store": folder}
    with pytest.raises(Enough):
        tr.ray.voronoi_weights(X, workers=2, parts=19, progress=stop, **settings)
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.tally")}
    assert 6 <= len(kept) < 19
    # Other cuts and workers take up what is there.
    assert is_same(tr.ray.voronoi_weights(X, workers=3, parts=5, **settings), whole)
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.tally")}
    assert kept.items() <= after.items()
    assert is_same(tr.ray.voronoi_weights(X, workers=1, **settings), whole)

    with pytest.raises(tr.OptionError, match="seed is 9, expected 10"):
        tr.ray.voronoi_weights(X, workers=1, samples=SAMPLES, seed=10, store=folder)
    with pytest.raises(tr.OptionError, match="other work: fingerprint"):
        tr.ray.voronoi_weights(X + 1, workers=1, **settings)
    with pytest.raises(tr.OptionError, match="other work"):
        tr.ray.voronoi_weights(X, workers=1, target_error=1e-3, seed=9, store=folder)
    (folder / next(iter(kept))).write_bytes(b"no tally")
    with pytest.raises(tr.DataError, match="tessera tally"):
        tr.ray.voronoi_weights(X, workers=1, **settings)


def test_a_target_error_goes_on_where_a_larger_one_stopped(cluster: Any, tmp_path: pathlib.Path) -> None:
    for error in (2e-4, 1e-4):
        found = tr.ray.voronoi_weights(X, target_error=error, seed=4, workers=2, store=tmp_path)
        assert is_same(found, tr.voronoi_weights(X, target_error=error, seed=4))


def test_replicates_are_the_same_on_any_workers(cluster: Any) -> None:
    rows = preferences()
    one, three = (tr.ray.fit_bootstrap(rows, replicates=23, seed=5, workers=workers) for workers in (1, 3))
    assert one.rewards.tobytes() == three.rewards.tobytes()
    assert one.rewards.shape == (23, len(one.ids))
    assert one.fit.rewards.tobytes() == tr.RewardFit(seed=5).fit(rows).rewards.tobytes()
    known = ~np.isnan(one.rewards)
    expected = [np.std(column[has], ddof=1) for column, has in zip(one.rewards.T, known.T, strict=True)]
    np.testing.assert_allclose(one.standard_errors, expected, rtol=1e-12)
    lower, upper = one.intervals(0.9).T
    inside = np.array(
        [np.mean((c[h] >= a) & (c[h] <= b)) for c, h, a, b in zip(one.rewards.T, known.T, lower, upper, strict=True)]
    )
    assert np.all(inside >= 0.9)
    best, worst = one.ranks.T
    assert np.all((best >= 1) & (best <= worst) & (worst <= 6))
    assert np.all(one.rank_intervals(0.5)[:, 0] >= best)


def test_errors_of_the_bootstrap_are_near_those_of_the_fit(cluster: Any) -> None:
    random = np.random.default_rng(6)
    quality = np.array([0.0, 0.4, 0.8, 1.2])
    a = random.integers(0, 4, 1_500)
    b = (a + random.integers(1, 4, 1_500)) % 4
    wins = random.random(1_500) < 1 / (1 + np.exp(quality[b] - quality[a]))
    found = tr.ray.fit_bootstrap(
        {"a": [str(i) for i in a], "b": [str(i) for i in b], "winner": ["a" if w else "b" for w in wins]},
        weights="none",
        lambda_=0.001,
        replicates=200,
        workers=2,
    )
    # Both have a relative error of some 5 % with 200 replicates.
    np.testing.assert_allclose(found.standard_errors, found.fit.errors, rtol=0.25)


@pytest.mark.parametrize("weights", ["none", "local"])
def test_replicates_are_those_of_an_audit(cluster: Any, tool: pathlib.Path, tmp_path: pathlib.Path, weights: str) -> None:
    random = np.random.default_rng(8)
    places = random.normal(size=(9, 3))
    places[8] = places[0] + 0.01
    ids = [f"answer {i}" for i in range(9)]
    rows = []
    for _ in range(150):
        a, b = (int(i) for i in random.choice(9, 2, replace=False))
        rows.append({"a": ids[a], "b": ids[b], "winner": "a" if random.random() < 0.5 + 0.04 * (a - b) else "b"})
    (tmp_path / "votes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    alternatives = ({"id": name, "context": place.tolist()} for name, place in zip(ids, places, strict=True))
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in alternatives))
    command = [tool, "audit", "votes.jsonl", "--alternatives", "answers.jsonl", "--schemes", "local", "-o", "audit"]
    options = ["--bootstraps", "40", "--seed", "5", "--lambda", "0.1", "--pairs", "count"]
    subprocess.run([*command, *options], cwd=tmp_path, check=True, capture_output=True)
    document = json.loads((tmp_path / "audit/audit.json").read_text())
    name = "standard" if weights == "none" else weights
    expected = {row["id"]: row[name]["bootstrapHalfWidth"] for row in document["rewards"]}
    settings: dict[str, Any] = {"weights": weights, "lambda_": 0.1, "pairs": "count"}
    found = tr.ray.fit_bootstrap(rows, places, alternatives=ids, replicates=40, seed=5, workers=2, **settings)
    half = np.diff(found.intervals(0.95)).ravel() / 2
    # The tool has another OpenBLAS: equal to the digits that a fit is solved to.
    np.testing.assert_allclose(half, [expected[name] for name in found.ids], rtol=1e-8)


def test_interrupting_stops_the_parts(cluster: Any) -> None:
    actors: list[Any] = []

    def interrupt(pool: Pool) -> None:
        while not pool._running:
            time.sleep(0.05)
        actors.extend(hand.actor for hand, _ in pool._running.values())
        signal.raise_signal(signal.SIGINT)

    with Pool(echo, 5, workers=2) as pool:
        threading.Thread(target=interrupt, args=[pool]).start()
        with pytest.raises(KeyboardInterrupt):
            pool.map([600.0] * 4)
    with pytest.raises(ray.exceptions.RayActorError):
        ray.get(actors[0].ready.remote(), timeout=60)


def test_a_node_that_dies_costs_its_parts_alone(cluster: Any, whole: tr.Weights) -> None:
    settings = {"space": "bounding-box", "method": "auto", "samples": SAMPLES, "seed": 9}
    from tessera_rl.ray.weights import Counting

    node = cluster.add_node(num_cpus=2, **SMALL)
    cluster.wait_for_nodes()
    with Pool(Counting, X, settings, workers=7) as pool:
        results = pool.completed(tally.ranges(SAMPLES, 19))
        parts = [next(results)[1]]
        cluster.remove_node(node, allow_graceful=False)
        parts += [part for _, part in results]
    assert is_same(tally.weights(tally.merge(parts)), whole)
