"""Multiply-adds a second of the products of NumPy's OpenBLAS, on one core and on all: single and double precision."""

import json
import os
import subprocess
import sys
import time

if len(sys.argv) == 1:
    # OpenBLAS reads its number of threads when it is loaded: a process for each.
    rates = {}
    for threads in (1, os.cpu_count()):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
        result = subprocess.run([sys.executable, __file__, "once"], capture_output=True, text=True, env=environment, check=True)
        for name, rate in json.loads(result.stdout).items():
            rates.setdefault(name, []).append(rate)
    print(json.dumps(rates))
else:
    import numpy as np

    rates = {}
    n = 2_048
    for name, scalar in (("sgemm", np.float32), ("dgemm", np.float64)):
        a = np.random.default_rng(0).random((n, n)).astype(scalar)
        a @ a
        times = []
        for _ in range(5):
            start = time.perf_counter()
            a @ a
            times.append(time.perf_counter() - start)
        rates[name] = n**3 / min(times)
    print(json.dumps(rates))
