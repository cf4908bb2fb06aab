"""Weights on a cluster of Ray: python on_ray.py EMBEDDINGS.npy WEIGHTS.npy [SAMPLES]."""

import sys

import numpy as np

import tessera_rl as tr

embeddings, out, samples = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["1000000"])[0])
contexts = np.load(embeddings, mmap_mode="r")
weights = tr.ray.voronoi_weights(contexts, samples=samples, seed=7, store=out + ".parts", progress=True)
np.save(out, weights.values)
print(f"{len(weights)} answers, {weights.effective:.1f} effective")
