"""tessera_rl, and what is written in Python in its place.

    python.py call CONTEXTS.npy SAMPLES     the first call of a process, and the median of five later ones
    python.py weights CONTEXTS.npy SAMPLES ROUNDS LIBRARY ...
    python.py fits ALTERNATIVES COMPARISONS ROUNDS
    python.py vectors ROWS.parquet CHOSEN.npy REJECTED.npy
    python.py rows tessera|semhash ROWS.parquet CHOSEN.npy REJECTED.npy

Contestants of `weights` and `fits` take turns in one process; those of `rows` have one each, for their memory.
"""

import json
import os
import statistics
import sys
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../python"))


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def turns(contestants, rounds):
    """Median seconds of each, and what the last round gave."""
    seconds, results = {name: [] for name in contestants}, {}
    for _ in range(rounds):
        for name, function in contestants.items():
            spent, results[name] = timed(function)
            seconds[name].append(spent)
    return {name: statistics.median(values) for name, values in seconds.items()}, results


def call(path, samples):
    import tessera_rl as tr

    contexts = np.load(path)
    first, _ = timed(lambda: tr.voronoi_weights(contexts, samples=samples, seed=1, method="sampled"))
    later = [
        timed(lambda seed=seed: tr.voronoi_weights(contexts, samples=samples, seed=seed, method="sampled"))[0]
        for seed in range(2, 7)
    ]
    return {"seconds": first, "later": statistics.median(later)}


def nearest(library, contexts):
    """Which row is nearest to each point, as one asks that library."""
    if library == "faiss":
        import faiss

        index = faiss.IndexFlatL2(contexts.shape[1])
        index.add(contexts)
        return lambda points: index.search(points, 1)[1][:, 0]
    if library == "scikit-learn":
        from sklearn.neighbors import NearestNeighbors

        neighbours = NearestNeighbors(n_neighbors=1, n_jobs=-1).fit(contexts)
        return lambda points: neighbours.kneighbors(points, return_distance=False)[:, 0]
    if library == "cKDTree":
        from scipy.spatial import cKDTree

        tree = cKDTree(contexts)
        return lambda points: tree.query(points, workers=-1)[1]
    from scipy.spatial.distance import cdist

    return lambda points: cdist(points, contexts, "sqeuclidean").argmin(1)


def counted(library, contexts, samples, seed):
    """Voronoi weights of the bounding box by counting: points are drawn, and each goes to the nearest row."""
    random = np.random.default_rng(seed)
    low, high = contexts.min(0), contexts.max(0)
    find = nearest(library, contexts)
    counts = np.zeros(len(contexts))
    for first in range(0, samples, 10_000):
        points = random.random((min(10_000, samples - first), contexts.shape[1]), dtype=np.float32)
        counts += np.bincount(find(low + (high - low) * points), minlength=len(contexts))
    return counts / samples


def weights(path, samples, rounds, libraries):
    import tessera_rl as tr

    contexts = np.load(path)

    def ours_with(samples):
        return tr.voronoi_weights(contexts, samples=samples, seed=1, method="sampled").values

    contestants = {"tessera": lambda: ours_with(samples)}
    ours_with(1_000)
    for library in libraries:
        counted(library, contexts, 1_000, 1)  # imports, and threads that are made once
        contestants[library] = lambda library=library: counted(library, contexts, samples, 1)
    seconds, found = turns(contestants, rounds)
    ours = found["tessera"]
    return {"seconds": seconds, "differences": {name: float(np.max(np.abs(values - ours))) for name, values in found.items()}}


def minimised(a, b, wins, m, lam):
    """The standard estimate by SciPy: pairs are counted with NumPy, the objective is ours with the paper's normalised ridge."""
    from scipy.optimize import minimize
    from scipy.special import expit

    low, high = np.minimum(a, b), np.maximum(a, b)
    key, place, count = np.unique(low.astype(np.int64) * m + high, return_inverse=True, return_counts=True)
    p = np.bincount(place, np.where(a < b, wins, 1 - wins)) / count
    i, j = key // m, key % m

    def objective(r):
        d = r[i] - r[j]
        slope = (expit(d) - p) / m
        value = np.sum(np.logaddexp(0, -d) + (1 - p) * d) / m + lam / 2 * np.sum(r * r)
        return value, np.bincount(i, slope, m) - np.bincount(j, slope, m) + lam * r

    options = {"maxiter": 2_000, "ftol": 1e-16, "gtol": 1e-10}
    r = minimize(objective, np.zeros(m), jac=True, method="L-BFGS-B", options=options).x
    # Standard errors by the inverse of the Hessian, if the model is right.
    slope = expit(r[i] - r[j])
    curved, noise = np.zeros((m, m)), np.zeros((m, m))
    for matrix, value in ((curved, slope * (1 - slope) / m), (noise, slope * (1 - slope) / count / m**2)):
        matrix[i, j] = matrix[j, i] = -value
        np.fill_diagonal(matrix, -matrix.sum(1))
    np.fill_diagonal(curved, curved.diagonal() + lam)
    inverse = np.linalg.inv(curved)
    return r, np.sqrt(np.diagonal(inverse @ noise @ inverse))


def fits(m, n, rounds):
    import choix
    import evalica

    import tessera_rl as tr

    random = np.random.default_rng(0)
    reward = random.normal(size=m)
    a = random.integers(0, m, n)
    b = (a + 1 + random.integers(0, m - 1, n)) % m
    wins = (random.random(n) < 1 / (1 + np.exp(reward[b] - reward[a]))).astype(float)
    ids = [str(name) for name in range(m)]

    def tessera():
        fit = tr.RewardFit(weights="none", lambda_=0.1, lambda_convention="normalized", pairs="proportion")
        fit.fit((a, b, wins), alternatives=ids)
        return fit.standard_rewards, fit.standard_errors

    def pairwise():
        winners = zip(np.where(wins == 1, a, b).tolist(), np.where(wins == 1, b, a).tolist(), strict=True)
        return choix.opt_pairwise(m, list(winners), alpha=0.1)

    def bradley_terry():
        outcomes = [evalica.Winner.X if won else evalica.Winner.Y for won in wins.tolist()]
        return evalica.bradley_terry(a.tolist(), b.tolist(), outcomes).scores

    contestants = {
        "tessera": tessera,
        "SciPy minimize, NumPy inv": lambda: minimised(a, b, wins, m, 0.1),
        "choix opt_pairwise, no errors": pairwise,
        "evalica bradley_terry, no errors": bradley_terry,
    }
    seconds, found = turns(contestants, rounds)
    # Errors are not compared: ours look at the outcomes of every pair, these trust the model.
    difference = float(np.max(np.abs(found["tessera"][0] - found["SciPy minimize, NumPy inv"][0])))
    return {"seconds": seconds, "difference": difference}


def vectors(path, chosen, rejected):
    """Made-up embeddings of unit length: answers lie about their prompts and prompts about a hundred topics. Equal texts have
    equal ones, and both sides of every tenth row are near-copies of those of an earlier one. Axis k has a variance of 1 / k, as
    embeddings of words have about, and the axes are turned at random."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["prompt", "chosen", "rejected"])
    random = np.random.default_rng(0)
    prompts = {text: place for place, text in enumerate(dict.fromkeys(table["prompt"].to_pylist()))}
    texts = {}  # every different answer, and the first prompt that it answers
    for row in table.to_pylist():
        for side in ("chosen", "rejected"):
            texts.setdefault(row[side], (len(texts), prompts[row["prompt"]]))

    spread = 1 / np.sqrt(np.arange(1, 257, dtype=np.float32))
    axes = np.linalg.qr(random.standard_normal((256, 256)))[0].astype(np.float32)

    def normal(count):
        return random.standard_normal((count, 256), dtype=np.float32) * spread @ axes

    centres = normal(100)[random.integers(0, 100, len(prompts))] + normal(len(prompts))
    values = centres[[prompt for _, prompt in texts.values()]] + 0.7 * normal(len(texts))
    sides = [np.array([texts[text][0] for text in table[name].to_pylist()]) for name in ("chosen", "rejected")]
    copies = np.arange(10, len(table), 10)
    originals = random.integers(0, copies)
    for side in sides:
        values[side[copies]] = values[side[originals]] + 0.1 * normal(len(copies))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    for name, side in zip((chosen, rejected), sides, strict=True):
        np.save(name, values[side])
    return {"texts": len(texts)}


def rows(kind, path, chosen, rejected):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    sides = np.load(chosen), np.load(rejected)
    if kind == "tessera":
        import tessera_rl as tr

        seconds, found = timed(lambda: tr.add_weights(table, sides))
        return {"seconds": seconds, "rows": float(np.square(np.sum(found["weight"])) / np.sum(np.square(found["weight"])))}
    from semhash import SemHash

    class Encoder:
        """Vectors are there already: SemHash asks for an encoder and never calls it here."""

        def encode(self, inputs, **_):
            raise NotImplementedError

    def deduplicated():
        records = table.select(["chosen", "rejected"]).to_pylist()
        both = np.hstack(sides)
        hashed = SemHash.from_embeddings(both, records, Encoder(), columns=["chosen", "rejected"])
        return hashed.self_deduplicate(threshold=0.9)

    seconds, found = timed(deduplicated)
    return {"seconds": seconds, "rows": len(found.selected)}


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "call":
        result = call(rest[0], int(rest[1]))
    elif command == "weights":
        result = weights(rest[0], int(rest[1]), int(rest[2]), rest[3:])
    elif command == "fits":
        result = fits(*map(int, rest))
    elif command == "vectors":
        result = vectors(*rest)
    else:
        result = rows(*rest)
    print(json.dumps(result))
