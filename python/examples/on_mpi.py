"""Weights under MPI: mpirun -n 8 python on_mpi.py EMBEDDINGS.npy WEIGHTS.npy [SAMPLES]."""

import sys

import numpy as np
from mpi4py import MPI

from tessera_rl import tally

embeddings, out, samples = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["1000000"])[0])
world = MPI.COMM_WORLD
contexts = np.load(embeddings)
own = tally.part(contexts, world.rank, world.size, samples=samples, seed=7, threads=1)
parts = world.gather(own, root=0)
if parts is not None:  # on rank 0
    weights = tally.weights(tally.merge(parts))
    np.save(out, weights.values)
    print(f"{len(weights)} answers, {weights.effective:.1f} effective")
