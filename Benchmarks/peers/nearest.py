"""Peers of sampled Voronoi weights: nearest-neighbour search for uniform points of the bounding box.

    nearest.py LIBRARY CONTEXTS.npy SAMPLES SEED [OUT.npy]

The time is that of the search alone, without drawing the points. OUT.npy gets the weights.
"""

import json
import sys
import time

import numpy as np

library, path, samples, seed, *out = sys.argv[1:]
contexts = np.load(path)
samples = int(samples)
random = np.random.default_rng(int(seed))
m, d = contexts.shape
lower, upper = contexts.min(0), contexts.max(0)
counts = np.zeros(m)
seconds = 0.0

if library == "faiss":
    import faiss

    index = faiss.IndexFlatL2(d)
    start = time.perf_counter()
    index.add(contexts)
    seconds += time.perf_counter() - start
    search = lambda x: index.search(x, 1)[1][:, 0]
elif library == "ckdtree":
    from scipy.spatial import cKDTree

    start = time.perf_counter()
    tree = cKDTree(contexts)
    seconds += time.perf_counter() - start
    search = lambda x: tree.query(x, workers=-1)[1]
elif library == "sklearn":
    from sklearn.neighbors import NearestNeighbors

    start = time.perf_counter()
    neighbours = NearestNeighbors(n_neighbors=1, algorithm="auto", n_jobs=-1).fit(contexts)
    seconds += time.perf_counter() - start
    search = lambda x: neighbours.kneighbors(x, return_distance=False)[:, 0]
elif library == "numpy":
    half = (contexts**2).sum(1) / 2
    search = lambda x: (half - x @ contexts.T).argmin(1)
elif library == "voronoi":
    # Exact cells: SciPy's Voronoi diagram of the points and their mirror images, areas by the shoelace formula.
    from scipy.spatial import Voronoi

    points = contexts.astype(np.float64)
    start = time.perf_counter()
    mirrored = [points]
    for k in range(2):
        for bound in (lower[k], upper[k]):
            copy = points.copy()
            copy[:, k] = 2 * bound - copy[:, k]
            mirrored.append(copy)
    diagram = Voronoi(np.vstack(mirrored))
    seconds = time.perf_counter() - start
    areas = np.empty(m)
    for i in range(m):
        x, y = diagram.vertices[diagram.regions[diagram.point_region[i]]].T
        areas[i] = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    total = time.perf_counter() - start
    if out:
        np.save(out[0], areas / np.prod(upper.astype(float) - lower))
    print(json.dumps({"seconds": seconds, "withAreas": total}))
    sys.exit()

done = 0
block = 100_000 if d <= 512 else 25_000
if library == "numpy":
    block = 10_000
while done < samples:
    n = min(block, samples - done)
    x = (lower + (upper - lower) * random.random((n, d), dtype=np.float32)).astype(contexts.dtype)
    start = time.perf_counter()
    nearest = search(x)
    seconds += time.perf_counter() - start
    counts += np.bincount(nearest, minlength=m)
    done += n
if out:
    np.save(out[0], counts / samples)
print(json.dumps({"seconds": seconds}))
