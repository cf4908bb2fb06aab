"""evalica's bootstrap of its Bradley-Terry estimate: seconds without reading."""

import json
import sys
import time

import evalica

path, resamples = sys.argv[1], int(sys.argv[2])
xs, ys, winners = [], [], []
with open(path) as file:
    for line in file:
        row = json.loads(line)
        xs.append(row["a"])
        ys.append(row["b"])
        winners.append(evalica.Winner.X if row["preference"] else evalica.Winner.Y)
start = time.perf_counter()
evalica.bootstrap(
    evalica.bradley_terry, xs, ys, winners, n_resamples=resamples, bootstrap_method="percentile", random_state=0
)
print(json.dumps({"seconds": time.perf_counter() - start}))
