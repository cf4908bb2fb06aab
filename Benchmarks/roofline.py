"""How near each hot path comes to what the machine can do: Benchmarks/run roofline.

    PATHS=sampled Benchmarks/run roofline       only the paths with this word in their name

A row is a function: it gives what to run, which says its seconds, and the least that the work must do, as a `Least`. The
decorator `path` puts it into the table:

    @path("Sampled weights: 2,000 x 384, 1,000,000 samples")
    def sampled_384():
        return (lambda: ours("weights", ...)["seconds"]), reflections(2_000, 384, 1_000_000, blocks=32)

The bound is the larger of two times: of the operations, each kind at the rate of a loop that does nothing else (`tessera-bench
limits`, on as many cores as the path uses), and of the bytes that must come from memory or go there, at the rate of reading an
array that no cache holds. Operations on memory that is in a cache, branches, and waiting for a number before the next can be
found are not in it: no program reaches the bound, and paths that search in trees stay far above it.
"""

import dataclasses
import math
import os
import shutil
import statistics
import subprocess

import numpy as np

from contestants import DATA, OURS, comparisons, contexts, ours, peer, table


@dataclasses.dataclass(frozen=True)
class Least:
    """What a piece of work must do at least. Every number counts single operations, not vectors of them."""

    why: str
    """The formula, in words."""
    single: float = 0
    """Multiply-adds in single precision."""
    double: float = 0
    """Multiply-adds in double precision."""
    additions: float = 0
    """Additions in single precision that no multiplication goes with."""
    kept: float = 0
    """Scores that are added up, compared with the smallest so far, and kept with their place where they are smaller."""
    roots: float = 0
    divisions: float = 0
    exponentials: float = 0
    """Exponentials, or logarithms, in double precision, by the fastest way there is."""
    draws: float = 0
    """Random numbers of 64 bits."""
    bytes: float = 0
    """Bytes that come from memory or go there."""
    cores: int = 2
    """Cores that the path uses."""

    def bound(self, rates):
        """Seconds, and what takes them."""
        place = 0 if self.cores == 1 else 1
        rate = {name: value[place] for name, value in rates.items() if isinstance(value, list)}
        exponentials = max(rate["exponentials"], rate["vector exponentials"])
        multiplied = self.single / rate["single"] + self.double / rate["double"]
        added = self.additions / rate["additions"]
        # Many processors multiply and add side by side.
        both = (self.single + self.additions) / rate["mixed"] + self.double / rate["double"]
        compute = (
            max(multiplied, added, both)
            + self.kept / rate["kept"]
            + self.roots / rate["roots"]
            + self.divisions / rate["divisions"]
            + self.exponentials / exponentials
            + self.draws / rate["draws"]
        )
        memory = self.bytes / rate["read"]
        return (compute, "operations") if compute >= memory else (memory, "memory")

    @property
    def operations(self):
        return (
            self.single + self.double + self.additions + self.kept + self.roots + self.divisions + self.exponentials
            + self.draws
        )


PATHS = {}


def path(name, rounds=5):
    """Puts a function into the table. It returns what to run, which gives seconds, and the least there is to do."""

    def keep(function):
        PATHS[name] = (function, rounds)
        return function

    return keep


# Weights.


def reflections(m, d, samples, blocks):
    """Of 2 B samples that share a random point: d multiply-adds an alternative for the products, B log2 B additions for the
    signed sums, and 2 B scores that are looked at."""
    points = math.ceil(samples / (2 * blocks))
    return Least(
        f"{points:,} points x m d multiply-adds, m B log2 B additions, 2 m B scores (B = {blocks}); contexts read once",
        single=points * m * d, additions=points * m * blocks * math.log2(blocks), kept=points * m * 2 * blocks,
        draws=points * d / 2, bytes=4 * m * d)


def sampled(m, d, samples):
    place = contexts(m, d)
    seeds = iter(range(1, 10_000))
    return lambda: ours("weights", place, samples, next(seeds), "sampled")["seconds"]


@path("sampled weights, 2,000 x 1,500, 100,000 samples", rounds=15)
def sampled_1500():
    return sampled(2_000, 1_500, 100_000), reflections(2_000, 1_500, 100_000, blocks=64)


@path("sampled weights, 2,000 x 384, 1,000,000 samples", rounds=7)
def sampled_384():
    return sampled(2_000, 384, 1_000_000), reflections(2_000, 384, 1_000_000, blocks=32)


@path("sampled weights, 2,000 x 3, 1,000,000 samples", rounds=7)
def sampled_3():
    n = 1_000_000
    return sampled(2_000, 3, n), Least(
        "3 / 2 draws and one distance (3 multiply-adds) a sample, its answer written", draws=1.5 * n, single=3 * n,
        bytes=4 * n)


def cell_corners(d):
    """Corners of a cell among points spread evenly at random, without borders (Miles 1970, Moller 1989)."""
    log = math.lgamma
    return math.exp(
        (d + 1) * math.log(2) + (d - 1) / 2 * math.log(math.pi) - 2 * math.log(d)
        + log((d * d + 1) / 2) - log(d * d / 2) + d * (log(1 + d / 2) - log((d + 1) / 2)))


def exact(m, d, rounds=5):
    corners = m * cell_corners(d) / (d + 1)
    place = contexts(m, d)
    return lambda: ours("weights", place, 1, 0, "exact")["seconds"], Least(
        f"{corners:,.0f} corners of cells, each the solution of d equations: d^3 / 3 multiply-adds, d divisions",
        double=corners * d**3 / 3, divisions=corners * d, bytes=8 * m * d)


@path("exact cells, 100,000 x 2")
def exact_2():
    return exact(100_000, 2)


@path("exact cells, 2,000 x 3")
def exact_3():
    return exact(2_000, 3)


@path("exact cells, 2,000 x 4", rounds=1)
def exact_4():
    return exact(2_000, 4)


@path("exact cells, 1,000 x 5", rounds=1)
def exact_5():
    return exact(1_000, 5)


# Nearest and near answers.


@path("near-duplicates, 10,000 x 256")
def near():
    m, d = 10_000, 256
    place = contexts(m, d)
    return (lambda: ours("near", place)["seconds"]), Least(
        "all pairs: m^2 / 2 x d multiply-adds; less than the bound where few axes already tell that pairs are far",
        single=m * m / 2 * d, bytes=4 * m * d)


# Estimates.


@path("both estimates, 10,000 alternatives, 1,000,000 comparisons, lambda 0.1")
def estimates():
    place = comparisons(10_000, 1_000_000)
    once = ours("estimate", place, 0.1)

    def run():
        found = ours("estimate", place, 0.1)
        return found["standard"] + found["weighted"]

    # A point is looked at before every iteration and after the last.
    passes = once["iterations"] + 2
    return run, Least(
        f"an exponential a pair in each of {passes} passes, a logarithm for its loss; what a pair counts is read, 28 bytes in either row",
        exponentials=2 * passes * once["pairs"], bytes=passes * 2 * 28 * once["pairs"])


def resampled(m, n):
    place = comparisons(m, n)
    once = ours("bootstrap", place, 100)
    # From the rewards of all votes a replicate needs some three iterations, not as many as from nothing.
    passes = 100 * min(once["iterations"], 3)
    return (lambda: ours("bootstrap", place, 100)["seconds"]), Least(
        f"{n:,} draws a replicate; an exponential a pair in each of 3 iterations from the rewards of all votes",
        draws=100 * n, exponentials=passes * once["pairs"], bytes=100 * 16 * once["pairs"])


@path("100 resamples of 8,931 votes of 59 alternatives", rounds=7)
def resampled_59():
    return resampled(59, 8_931)


@path("100 resamples of 200,000 votes of 200 alternatives")
def resampled_200():
    return resampled(200, 200_000)


# Training.


@path("training, 20 runs of 500 steps, 1,500 - 32 - 32 - 1", rounds=1)
def training():
    runs, steps, batch, d, hidden = 20, 500, 512, 1_500, 32
    place, pairs = contexts(2_000, d), comparisons_in_pairs(1_000)
    # A layer is a product forward and one for its gradient; all but the first have one for what goes back.
    each = 2 * d * hidden + 3 * (hidden * hidden + hidden)
    return (lambda: ours("train", place, pairs, runs, steps, batch)["seconds"]), Least(
        "2 contexts a comparison: 2 d h multiply-adds of the first layer, 3 (h^2 + h) of the others",
        single=runs * steps * batch * 2 * each)


def comparisons_in_pairs(n):
    """n comparisons, of alternatives 2 k and 2 k + 1. Seed 0."""
    place = os.path.join(DATA, f"pairs-{n}.jsonl")
    random = np.random.default_rng(0)
    with open(place, "w") as file:
        for i in range(n):
            file.write(f'{{"a": "{2 * i}", "b": "{2 * i + 1}", "preference": {int(random.random() < 0.6)}}}\n')
    return place


# Reading.


@path("reading JSONL, 1,000,000 rows")
def reading():
    place = comparisons(10_000, 1_000_000)
    return (lambda: ours("read", place)["seconds"]), Least(
        "every byte once", bytes=os.path.getsize(place), cores=1)


# The tables.


def limits():
    """What the machine can do, a second: our loops, and the products of OpenBLAS in NumPy."""
    rates = ours("limits")
    rates.update(peer("blas.py"))
    return rates


KINDS = {
    "single": "multiply-adds, single precision, in registers",
    "double": "multiply-adds, double precision, in registers",
    "sgemm": "multiply-adds, single precision, product of NumPy's OpenBLAS",
    "dgemm": "multiply-adds, double precision, product of NumPy's OpenBLAS",
    "additions": "additions, single precision",
    "mixed": "multiply-adds and additions in turn",
    "kept": "scores added, compared and kept",
    "roots": "square roots, double precision",
    "divisions": "divisions, double precision",
    "exponentials": "exponentials, C library, one by one",
    "vector exponentials": "exponentials, the C library's vectors",
    "draws": "random numbers of 64 bits",
    "read": "bytes read from memory",
    "triad": "bytes moved by a = b + s c",
}


def amount(x):
    return f"{x / 1e9:,.1f} G" if x >= 1e9 else f"{x / 1e6:,.1f} M" if x >= 1e6 else f"{x:,.0f}"


def duration(x):
    return f"{x:.3f} s" if x >= 0.1 else f"{x * 1e3:.3f} ms" if x >= 1e-4 else f"{x * 1e6:.1f} us"


def instructions():
    """Instructions that a processor takes for our sampled weights, where something that counts them is installed."""
    if not shutil.which("valgrind") or not shutil.which("strip"):
        print("\nInstructions are not counted: valgrind and strip are not installed (apt-get install valgrind binutils).")
        return
    # Valgrind reads debugging information of its own age only.
    program = os.path.join(DATA, "tessera-bench-stripped")
    subprocess.run(["strip", "--strip-debug", "-o", program, OURS], check=True)
    m, d, samples = 500, 384, 16_384
    place = contexts(m, d)
    points = samples // 64
    # Valgrind knows no AVX-512: the kernels for 256 bits.
    environment = {**os.environ, "TESSERA_VECTOR_BITS": "256"}
    counted = []
    for n in (samples, 2 * samples):
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "weights", place, str(n), "1", "sampled"],
            capture_output=True, text=True, env=environment)
        counted += [int(line.split(":")[1]) for line in result.stderr.splitlines() if "Collected" in line]
    if len(counted) < 2:
        print(f"\nInstructions are not counted: {result.stderr.strip()[-300:]}")
        return
    least = (points * m * (d + 32 * 5) + samples * m * 4) / 8
    table(
        f"Instructions for {samples:,} samples more: sampled weights, {m:,} x {d:,}, vectors of 256 bits",
        ["counted by callgrind", "vector instructions at least", "counted / least"],
        [[f"{(counted[1] - counted[0]) / 1e6:,.0f} M", f"{least / 1e6:,.0f} M", f"{(counted[1] - counted[0]) / least:.2f}"]])


def roofline():
    wanted = os.environ.get("PATHS", "")
    rates = limits()
    table(
        f"What this machine does at most, a second ({rates['bits']}-bit vectors, {rates['cores']} cores)",
        ["", "one core", "all cores"],
        [[what, *(amount(x) for x in rates[name])] for name, what in KINDS.items()])
    rows, reasons = [], []
    for name, (function, rounds) in PATHS.items():
        if wanted not in name:
            continue
        run, least = function()
        seconds = statistics.median(run() for _ in range(rounds))
        bound, by = least.bound(rates)
        rows.append([
            name, amount(least.operations), amount(least.bytes), f"{duration(bound)}, {by}", duration(seconds), f"{seconds / bound:,.1f}",
        ])
        reasons.append(f"- {name}: {least.why}.")
    table(
        "Hot paths and their bounds: median seconds",
        ["", "operations at least", "bytes at least", "bound", "measured", "measured / bound"], rows)
    print("\nWhat must be done at least:\n")
    print("\n".join(reasons))
    instructions()
