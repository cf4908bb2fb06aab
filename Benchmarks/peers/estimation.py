"""Peers of the estimators: evalica's Bradley-Terry, and SciPy's L-BFGS on our objective. One peer a call."""

import json
import sys
import time

import numpy as np


def graph(path):
    ids, rows = {}, {}
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            a = ids.setdefault(row["a"], len(ids))
            b = ids.setdefault(row["b"], len(ids))
            key, p = ((a, b), row["preference"]) if a < b else ((b, a), 1 - row["preference"])
            old = rows.get(key, (0.0, 0))
            rows[key] = (old[0] + p, old[1] + 1)
    pairs = np.array(list(rows), dtype=np.int64)
    values = np.array(list(rows.values()))
    return len(ids), pairs[:, 0], pairs[:, 1], values[:, 0] / values[:, 1]


def lbfgs(path, lam):
    from scipy.optimize import minimize
    from scipy.special import expit

    m, i, j, p = graph(path)
    random = np.random.default_rng(1)
    raw = 0.1 + random.random(m)
    times, certificates = [], []
    for w in (np.full(m, 1 / m), raw / raw.sum()):
        # The problem scaled by m^2, so that the optimiser's tolerances see numbers near 1.
        k = w[i] * w[j] * m

        def objective(r):
            d = r[i] - r[j]
            s = expit(d)
            value = np.sum(k * (np.logaddexp(0, -d) + (1 - p) * d)) + lam / 2 * np.sum(w * m * r * r)
            g = k * (s - p)
            return value, np.bincount(i, g, m) - np.bincount(j, g, m) + lam * w * m * r

        start = time.perf_counter()
        result = minimize(objective, np.zeros(m), jac=True, method="L-BFGS-B",
                          options={"maxiter": 2000, "ftol": 1e-16, "gtol": 1e-10})
        times.append(time.perf_counter() - start)
        certificates.append(float(np.max(np.abs(result.jac / (w * m)))))
    print(json.dumps({"standard": times[0], "weighted": times[1], "certificate": max(certificates)}))


def votes(path):
    """Both sides of every comparison and its winner, as evalica takes them."""
    import evalica

    xs, ys, winners = [], [], []
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            xs.append(row["a"])
            ys.append(row["b"])
            winners.append(evalica.Winner.X if row["preference"] else evalica.Winner.Y)
    return xs, ys, winners


def evalica_bradley_terry(path):
    import evalica

    xs, ys, winners = votes(path)
    start = time.perf_counter()
    evalica.bradley_terry(xs, ys, winners)
    print(json.dumps({"standard": time.perf_counter() - start}))


def read(path, library):
    if library == "orjson":
        import orjson

        loads = orjson.loads
    else:
        loads = json.loads
    start = time.perf_counter()
    total = 0.0
    with open(path, "rb") as file:
        for line in file:
            row = loads(line)
            total += row["preference"]
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    command, path, *rest = sys.argv[1:]
    if command == "lbfgs":
        lbfgs(path, float(rest[0]))
    elif command == "evalica":
        evalica_bradley_terry(path)
    else:
        read(path, command)
