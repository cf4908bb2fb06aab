"""Peers of the section `load`: each reads the same file as the tool, and does its part of the work. One peer a call."""

import json
import sys

import numpy as np


def lbfgs(path, lam=0.1):
    """Rewards that minimise what `tessera fit` minimises, with pairs counted in sparse form on the way in."""
    from scipy.optimize import minimize
    from scipy.special import expit

    ids = {}
    a, b, p = [], [], []
    blocks = []
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            a.append(ids.setdefault(row["a"], len(ids)))
            b.append(ids.setdefault(row["b"], len(ids)))
            p.append(row["preference"])
            if len(a) == 1_000_000:
                blocks.append((np.array(a, np.int32), np.array(b, np.int32), np.array(p, np.float32)))
                a, b, p = [], [], []
    blocks.append((np.array(a, np.int32), np.array(b, np.int32), np.array(p, np.float32)))
    m = len(ids)
    del ids, a, b, p
    a, b, p = (np.concatenate([block[k] for block in blocks]) for k in range(3))
    del blocks
    turned = a > b
    a[turned], b[turned], p[turned] = b[turned], a[turned], 1 - p[turned]
    keys, places = np.unique(a.astype(np.int64) * m + b, return_inverse=True)
    n = np.bincount(places).astype(np.float64)
    share = np.bincount(places, p) / n
    i, j = (keys // m).astype(np.int32), (keys % m).astype(np.int32)
    del a, b, p, turned, keys, places
    # An alternative is held back by what it was compared with.
    held = lam * (np.bincount(i, n, m) + np.bincount(j, n, m))

    def objective(r):
        d = r[i] - r[j]
        s = expit(d)
        value = np.sum(n * (np.logaddexp(0, -d) + (1 - share) * d)) + np.sum(held * r * r) / 2
        g = n * (s - share)
        return value, np.bincount(i, g, m) - np.bincount(j, g, m) + held * r

    result = minimize(
        objective, np.zeros(m), jac=True, method="L-BFGS-B", options={"maxiter": 2000, "ftol": 1e-16, "gtol": 1e-8}
    )
    print(json.dumps({"largest gradient": float(np.max(np.abs(result.jac)))}))


def evalica(path):
    import evalica as library

    xs, ys, winners = [], [], []
    names = {}
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            xs.append(names.setdefault(row["a"], row["a"]))
            ys.append(names.setdefault(row["b"], row["b"]))
            winners.append(library.Winner.X if row["preference"] else library.Winner.Y)
    print(len(library.bradley_terry(xs, ys, winners).scores))


def nearest(path, library, samples=10_000):
    """How many of some points of the bounding box are nearest to each context."""
    values = np.load(path, mmap_mode="r")
    m, d = values.shape
    low, high = np.full(d, np.inf, np.float32), np.full(d, -np.inf, np.float32)
    step = 50_000
    for k in range(0, m, step):
        part = values[k : k + step]
        low, high = np.minimum(low, part.min(axis=0)), np.maximum(high, part.max(axis=0))
    random = np.random.default_rng(0)
    points = low + (high - low) * random.random((samples, d), dtype=np.float32)
    if library == "faiss":
        import faiss

        index = faiss.IndexFlatL2(d)
        for k in range(0, m, step):
            index.add(np.ascontiguousarray(values[k : k + step]))
        found = index.search(points, 1)[1].ravel()
    else:
        best = np.full(samples, np.inf, np.float32)
        found = np.zeros(samples, np.int64)
        for k in range(0, m, 10_000):
            part = np.asarray(values[k : k + 10_000])
            distance = (part * part).sum(axis=1) - 2 * (points @ part.T)
            least = distance.min(axis=1)
            nearer = least < best
            found[nearer] = k + distance.argmin(axis=1)[nearer]
            best = np.minimum(best, least)
    print(int((np.bincount(found, minlength=m) > 0).sum()))


if __name__ == "__main__":
    command, path = sys.argv[1:]
    {"lbfgs": lbfgs, "evalica": evalica}.get(command, lambda file: nearest(file, command))(path)
