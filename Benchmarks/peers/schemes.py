"""Clustering and embedding that people would otherwise use, timed without imports and reading.

    schemes.py single|average|kmeans CONTEXTS.npy [CENTRES]
    schemes.py tfidf TEXTS.jsonl DIMENSION
"""

import json
import sys
import time

import numpy as np

kind, path = sys.argv[1:3]
if kind == "tfidf":
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    with open(path) as file:
        texts = [json.loads(line)["text"] for line in file]
    start = time.perf_counter()
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2),
    ).fit_transform(texts)
    TruncatedSVD(int(sys.argv[3]), n_iter=2, random_state=0).fit_transform(features)
else:
    contexts = np.load(path)
    if kind == "kmeans":
        import faiss

        start = time.perf_counter()
        model = faiss.Kmeans(contexts.shape[1], int(sys.argv[3]), niter=25, seed=0, max_points_per_centroid=1 << 30)
        model.train(contexts)
    else:
        from scipy.cluster.hierarchy import linkage

        start = time.perf_counter()
        linkage(contexts, kind)
print(json.dumps({"seconds": time.perf_counter() - start}))
