"""Peers of near-duplicates and of local comparison weights. Seconds leave out imports and reading.

    near.py range|top2|ckdtree|semhash|semhash-exact CONTEXTS.npy RADIUS
    near.py linkage|components CONTEXTS.npy COMPARISONS.npy RADIUS

The first form prints how many rows have another one within the radius, the second how many groups of compared pairs hang
together by joins shorter than the radius. Contexts have unit length, so that a cosine is a distance.
"""

import json
import sys
import time

import numpy as np

kind, path, *rest = sys.argv[1:]
contexts = np.load(path)
radius = float(rest[-1])
m, d = contexts.shape


def points(pairs):
    """The compared pairs from either side: x+ = (a + b, a - b) / sqrt 2, and x- with a and b exchanged."""
    a, b = contexts[pairs[:, 0]], contexts[pairs[:, 1]]
    s, u = (a + b) / np.float32(np.sqrt(2)), (a - b) / np.float32(np.sqrt(2))
    return np.hstack([s, u]), np.hstack([s, -u])


if kind == "range":
    import faiss

    start = time.perf_counter()
    index = faiss.IndexFlatL2(d)
    index.add(contexts)
    found = 0
    for k in range(0, m, 10_000):
        limits, _, _ = index.range_search(contexts[k : k + 10_000], radius * radius)
        # Every row finds itself.
        found += int((np.diff(limits) > 1).sum())
elif kind == "top2":
    import faiss

    start = time.perf_counter()
    index = faiss.IndexFlatL2(d)
    index.add(contexts)
    squares = index.search(contexts, 2)[0][:, 1]
    found = int((squares <= radius * radius).sum())
elif kind == "ckdtree":
    from scipy.spatial import cKDTree

    start = time.perf_counter()
    found = int((cKDTree(contexts).query(contexts, k=2, workers=-1)[0][:, 1] <= radius).sum())
elif kind.startswith("semhash"):
    from semhash import SemHash
    from vicinity import Backend

    class Encoder:
        """Rows are vectors already: SemHash asks for an encoder and never calls it here."""

        def encode(self, inputs, **_):
            raise NotImplementedError

    names = [str(i) for i in range(m)]
    start = time.perf_counter()
    hashed = SemHash.from_embeddings(
        contexts, names, Encoder(), ann_backend=Backend.BASIC if kind == "semhash-exact" else Backend.USEARCH)
    # Both ends of every near pair, as the others count them; `self_deduplicate` counts those beyond the first.
    neighbours = hashed.index.query_threshold(hashed.index.vectors, threshold=1 - radius * radius / 2)
    found = sum(bool((indices != i).any()) for i, (indices, _) in enumerate(neighbours))
elif kind == "linkage":
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    plus, minus = points(np.load(rest[0]).astype(int))
    start = time.perf_counter()
    norms = (plus * plus).sum(1)
    squares = norms[:, None] + norms - 2 * np.maximum(plus @ plus.T, plus @ minus.T)
    lengths = squareform(np.sqrt(np.maximum(squares, 0)), checks=False)
    found = int(fcluster(linkage(lengths, "single"), radius, "distance").max())
else:
    import faiss
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    plus, minus = points(np.load(rest[0]).astype(int))
    n = len(plus)
    start = time.perf_counter()
    index = faiss.IndexFlatL2(2 * d)
    index.add(plus)
    rows, columns = [], []
    for side in (plus, minus):
        for k in range(0, n, 10_000):
            limits, _, others = index.range_search(side[k : k + 10_000], radius * radius)
            counts = np.diff(limits.astype(np.int64))
            rows.append(k + np.repeat(np.arange(len(counts)), counts))
            columns.append(others)
    i, j = np.concatenate(rows), np.concatenate(columns)
    graph = coo_matrix((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    found = int(connected_components(graph, directed=False)[0])
print(json.dumps({"seconds": time.perf_counter() - start, "found": found}))
