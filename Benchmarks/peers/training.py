"""A JAX peer of tessera train: the same perceptron, loss, Adam, batches and number of runs.

    training.py CONTEXTS.npy COMPARISONS.jsonl RUNS STEPS BATCH

Prints the seconds of all runs, compilation left out.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

path, comparisons, runs, steps, batch = sys.argv[1:]
runs, steps, batch = int(runs), int(steps), int(batch)
x = jnp.asarray(np.load(path))
rows = [json.loads(line) for line in open(comparisons)]
a = jnp.asarray([int(r["a"]) for r in rows])
b = jnp.asarray([int(r["b"]) for r in rows])
p = jnp.asarray([float(r["preference"]) for r in rows])
lam, rate = 0.1, 1e-4


def reward(params, x):
    for w, c in params[:-1]:
        x = jax.nn.relu(x @ w + c)
    w, c = params[-1]
    return (x @ w + c)[:, 0]


def loss(params, chosen):
    ra, rb = reward(params, x[a[chosen]]), reward(params, x[b[chosen]])
    pair = jnp.logaddexp(0.0, -(ra - rb)) + (1 - p[chosen]) * (ra - rb)
    return pair.mean() + lam / 2 * (ra**2 + rb**2).mean()


@jax.jit
def step(params, first, second, t, chosen):
    gradient = jax.grad(loss)(params, chosen)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    params = jax.tree.map(
        lambda q, m, v: q - rate * m / (1 - 0.9**t) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), params, first, second)
    return params, first, second


def start(seed):
    random = np.random.default_rng(seed)
    sizes = [x.shape[1], 32, 32, 1]
    params = [
        (jnp.asarray(random.normal(size=(m, n), scale=(2 / m) ** 0.5), jnp.float32), jnp.zeros(n))
        for m, n in zip(sizes, sizes[1:])
    ]
    zeros = jax.tree.map(jnp.zeros_like, params)
    return params, zeros, zeros


state = start(0)
jax.block_until_ready(step(*state, 1.0, jnp.arange(batch)))
begin = time.perf_counter()
for run in range(runs):
    random = np.random.default_rng(run)
    state = start(run)
    for t in range(steps):
        chosen = jnp.asarray(random.permutation(len(rows))[:batch])
        state = step(*state, float(t + 1), chosen)
    jax.block_until_ready(state)
print(json.dumps({"seconds": time.perf_counter() - begin}))
