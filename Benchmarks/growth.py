"""How time and memory grow with each size: Benchmarks/run growth.

    PATHS=fit Benchmarks/run growth             only what has this word in its name

A size is doubled five times while the others stay; the exponent is the slope of the straight line through the logarithms of
seconds and sizes, or of memory and sizes. 1 is linear, 2 quadratic. Sizes begin where a run takes
long enough to be measured."""

import os
import statistics

import numpy as np

from contestants import DATA, OURS, TOOL, comparisons, contexts, peak, processor, table

DOUBLINGS = 5


def slope(sizes, values):
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def sizes(first):
    return [first * 2**k for k in range(DOUBLINGS + 1)]


def first_rows(m, d, most):
    """The first m rows of the contexts with the most rows, so that all sizes are of one kind."""
    place = os.path.join(DATA, f"rows-{m}-{d}.npy")
    if not os.path.exists(place):
        np.save(place, np.load(contexts(most, d), mmap_mode="r")[:m])
    return place


def weights(place, samples, method="sampled"):
    return lambda: peak(OURS, "weights", place, samples, 1, method)


def fit(path):
    def run():
        result = processor(TOOL, "fit", path, "--format", "csv", "--output", os.path.join(DATA, "growth.csv"), read=lambda _: {})
        return {"seconds": result["wall"], "gib": result["peak"]}

    return run


def growing():
    """What grows, its sizes, and a run for a size."""
    alternatives, dimensions = sizes(2_000), sizes(64)
    yield "m: sampled weights, d = 64, 100,000 samples", alternatives, lambda m: weights(
        first_rows(m, 64, alternatives[-1]), 100_000)
    yield "d: sampled weights, m = 2,000, 100,000 samples", dimensions, lambda d: weights(contexts(2_000, d), 100_000)
    samples = sizes(100_000)
    yield "samples: sampled weights, 2,000 x 384", samples, lambda n: weights(contexts(2_000, 384), n)
    planar, spatial = sizes(10_000), sizes(250)
    yield "m: sampled weights, d = 3, 100,000 samples", planar, lambda m: weights(first_rows(m, 3, planar[-1]), 100_000)
    yield "m: exact cells, d = 2", planar, lambda m: weights(first_rows(m, 2, planar[-1]), 1, "exact")
    yield "m: exact cells, d = 3", spatial, lambda m: weights(first_rows(m, 3, planar[-1]), 1, "exact")
    yield "m: near-duplicates, d = 64", alternatives, lambda m: lambda: peak(OURS, "near", first_rows(m, 64, alternatives[-1]))
    rows = sizes(50_000)
    yield "comparisons: fit of 1,000 alternatives, whole process", rows, lambda n: fit(comparisons(1_000, n))
    yield "m: fit with 20 comparisons each, whole process", sizes(2_500), lambda m: fit(comparisons(m, 20 * m))


def growth():
    rows = []
    for name, steps, run in growing():
        if os.environ.get("PATHS", "") not in name:
            continue
        results = [[run(n)() for _ in range(3)] for n in steps]
        seconds = [statistics.median(r["seconds"] for r in tries) for tries in results]
        memory = [statistics.median(r["gib"] for r in tries) for tries in results]
        rows.append([
            name, f"{steps[0]:,} to {steps[-1]:,}", f"{seconds[0]:.3f} to {seconds[-1]:.3f}", f"{slope(steps, seconds):.2f}",
            f"{memory[0]:.3f} to {memory[-1]:.3f}", f"{slope(steps, memory):.2f}",
        ])
    table(
        f"How time and memory grow: each size doubled {DOUBLINGS} times, medians of three",
        ["what grows", "sizes", "seconds", "exponent", "GiB of the process", "exponent"], rows)
