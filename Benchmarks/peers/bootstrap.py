"""evalica's bootstrap of its Bradley-Terry estimate: seconds without reading."""

import json
import sys
import time

import evalica

from estimation import votes

path, resamples = sys.argv[1], int(sys.argv[2])
xs, ys, winners = votes(path)
start = time.perf_counter()
evalica.bootstrap(
    evalica.bradley_terry, xs, ys, winners, n_resamples=resamples, bootstrap_method="percentile", random_state=0
)
print(json.dumps({"seconds": time.perf_counter() - start}))
