"""Weights on a cluster of Dask: python on_dask.py EMBEDDINGS.npy WEIGHTS.npy [SAMPLES [SCHEDULER]]."""

import sys

import numpy as np
from dask.distributed import Client

from tessera_rl import tally

PARTS = 16

if __name__ == "__main__":
    embeddings, out, samples = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["1000000"])[0])
    with Client(*sys.argv[4:5]) as client:
        contexts = client.scatter(np.load(embeddings), broadcast=True)
        parts = client.map(
            lambda place, x: tally.part(x, place, PARTS, samples=samples, seed=7, threads=1), range(PARTS), x=contexts
        )
        weights = tally.weights(tally.merge(client.gather(parts)))
    np.save(out, weights.values)
    print(f"{len(weights)} answers, {weights.effective:.1f} effective")
