"""Prints what a cluster of Ray costs beside one process, and a model of larger ones. Called by Benchmarks/cluster."""

import hashlib
import logging
import os
import resource
import statistics
import sys
import time

import numpy as np
import ray
from ray.cluster_utils import Cluster
from run import machine, table

import tessera_rl as tr
from tessera_rl import tally
from tessera_rl.ray._pool import Pool
from tessera_rl.ray.weights import Counting

SEED = 5


class Watched:
    """A worker that says how long things took it, and how much memory it has needed."""

    def __init__(self, contexts, settings, *, threads):
        start = time.perf_counter()
        self.counting = Counting(contexts, settings, threads=threads)
        self.packing = time.perf_counter() - start

    def __call__(self, task):
        start = time.perf_counter()
        result = self.counting(task)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return result, self.packing, time.perf_counter() - start, peak


def answers(m, d):
    """Made in pieces: half of them lie in ten crowds."""
    random = np.random.default_rng(1)
    own = random.standard_normal((m, d), dtype=np.float32)
    own[: m // 2] *= 0.2
    own[: m // 2] += random.standard_normal((10, d), dtype=np.float32)[np.arange(m // 2) % 10]
    return own


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def digest(weights):
    return hashlib.sha256(weights.values.tobytes() + weights.standard_errors.tobytes()).hexdigest()[:12]


class Nothing:
    """A worker that answers, once it is there."""

    def __init__(self, *, threads):
        pass

    def __call__(self, task):
        return task


def start_of_workers(count):
    """Seconds until so many workers have answered; the median of three times."""

    def once():
        with Pool(Nothing, workers=count) as pool:
            pool.map(range(count))
            # Whoever is not there yet may have been left out.
            while len(pool._idle) < count:
                pool.map([None])

    return statistics.median(timed(once)[0] for _ in range(3))


class Nodes:
    """A cluster of nodes of one core each, all on this machine."""

    def __init__(self, count, store):
        settings = {"num_cpus": 1, "object_store_memory": store}
        self.cluster = Cluster(initialize_head=True, head_node_args={**settings, "include_dashboard": False})
        for _ in range(count - 1):
            self.cluster.add_node(**settings)
        ray.init(address=self.cluster.address, log_to_driver=False, logging_level=logging.ERROR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        ray.shutdown()
        self.cluster.shutdown()


def overhead():
    """Rows of a table: one process, then clusters of one, two and three nodes."""
    contexts, samples = answers(20_000, 256), 1 << 19
    rows = []
    runs = [timed(lambda: tr.voronoi_weights(contexts, samples=samples, seed=SEED, threads=1)) for _ in range(3)]
    one = statistics.median(seconds for seconds, _ in runs)
    rows.append(["one process, one thread", f"{one:.2f}", "-", "-", "-", digest(runs[0][1])])
    pieces = tally.ranges(samples, 32)
    settings = {"samples": samples, "seed": SEED, "threads": 1}
    packed = timed(lambda: [tally.Sampler(contexts, **settings).count(*piece) for piece in pieces])
    rows.append(["the same in 32 parts, packed for each", f"{packed[0]:.2f}", f"{one / packed[0]:.2f}", "-", "-",
                 digest(tally.weights(tally.merge(packed[1])))])

    def packed_once():
        sampler = tally.Sampler(contexts, **settings)
        return [sampler.count(*piece) for piece in pieces]

    packed = timed(packed_once)
    rows.append(["the same in 32 parts, packed once", f"{packed[0]:.2f}", f"{one / packed[0]:.2f}", "-", "-",
                 digest(tally.weights(tally.merge(packed[1])))])
    for nodes in (1, 2, 3):
        start, cluster = timed(lambda count=nodes: Nodes(count, 200 << 20))
        with cluster:
            reference = ray.put(contexts)
            settings = {"samples": samples, "seed": SEED, "workers": nodes}
            runs = [timed(lambda: tr.ray.voronoi_weights(reference, **settings)) for _ in range(3)]
            many = statistics.median(seconds for seconds, _ in runs)
            # Workers, and contexts that are packed: what a call costs beyond the samples.
            least = statistics.median(
                timed(lambda: tr.ray.voronoi_weights(reference, samples=1, seed=SEED, workers=nodes))[0] for _ in range(3)
            )
            name = f"{nodes} {'node' if nodes == 1 else 'nodes'} of one core"
            rows.append([name, f"{many:.2f}", f"{one / many:.2f}", f"{least:.2f}", f"{start:.1f}", digest(runs[0][1])])
    header = ["20,000 x 256, 524,288 samples", "seconds", "speed-up", "of it without samples", "cluster up before", "bytes"]
    table("One process and clusters on this machine", header, rows)


class Constants:
    """What the model needs, measured on one core of this machine with few answers."""

    def __init__(self, d):
        m, samples = 20_000, 1 << 15
        contexts = answers(m, d)
        self.d = d
        packing, sampler = timed(lambda: tally.Sampler(contexts, samples=samples, seed=SEED, threads=1))
        self.pack = packing / (m * d)
        counted = [timed(lambda: sampler.count(0, samples)) for _ in range(3)]
        self.sample = statistics.median(seconds for seconds, _ in counted) / (samples * m)
        part = counted[0][1]
        self.part_bytes = len(part.data) / m

        def joined():
            found = tally.Sum()
            for _ in range(8):
                found = tally.Sum()
                found.add([part])
            return found

        self.join = timed(joined)[0] / 8 / m


def predicted(c, m, samples, nodes, cores, parts):
    """Seconds, bytes over the network and bytes of memory of a worker, where every node has all rows."""
    matrix = 4 * m * c.d
    seconds = c.pack * m * c.d / cores + c.sample * samples * m / (nodes * cores) + parts * c.join * m
    # Contexts in the object store, the library's copy and the packed ones, beside the interpreter with Ray and NumPy.
    return seconds, matrix * (nodes - 1) + parts * c.part_bytes * m, 3 * matrix + 150e6


def model():
    """The model's constants, its word beside what was measured, and its word on what nobody here can measure."""
    constants = {d: Constants(d) for d in (64, 256, 1_024)}
    rows = [
        [f"{d:,}", f"{c.sample * 1e12:.0f}", f"{c.sample * 1e12 / d:.2f}", f"{c.pack * 1e9:.2f}", f"{c.part_bytes:.1f}",
         f"{c.join * 1e9:.0f}"]
        for d, c in constants.items()
    ]
    header = ["coordinates", "sample x row, ps", "sample x row x coordinate, ps", "packing a number, ns",
              "a part's bytes a row", "joining a part, ns a row"]
    table("Constants: one core, 20,000 rows", header, rows)

    rows = []
    for m, d, samples in ((100_000, 64, 1 << 17), (100_000, 256, 1 << 17), (1_000_000, 64, 1 << 16)):
        contexts = answers(m, d)
        nodes, parts = 2, 4
        with Nodes(nodes, max(200 << 20, 3 * contexts.nbytes)):
            started = start_of_workers(nodes)
            reference = ray.put(contexts)
            del contexts
            settings = {"space": "bounding-box", "samples": samples, "seed": SEED}
            start = time.perf_counter()
            with Pool(Watched, reference, settings, workers=nodes) as pool:
                first = pool.map([None] * nodes)
                pieces = tally.ranges(samples, parts)
                found = tally.Sum()
                results = []
                for result in pool.ordered(pieces, ahead=parts):
                    found.add([result[0]])
                    results.append(result)
                seconds = time.perf_counter() - start
                peak = max(result[3] for result in [*first, *results])
        expected = predicted(constants[d], m, samples, nodes, 1, parts)
        moved = 4 * m * d * (nodes - 1) + sum(len(result[0].data) for result in results)
        megabytes = [*expected[1:], moved, peak]
        rows.append(
            [f"{m:,} x {d}", f"{samples:,}", f"{started:.1f}", f"{started + expected[0]:.1f}", f"{seconds:.1f}"]
            + [f"{megabytes[i] / 1e6:,.0f}" for i in (0, 2, 1, 3)]
        )
    header = ["answers", "samples", "start, measured", "seconds, model", "measured", "MB moved, model",
              "with the parts as they came", "MB a worker, model", "measured"]
    table("Two nodes of one core, all rows on each: model and measurement", header, rows)

    c = constants[1_024]
    rows = []
    m, nodes, cores = 1_000_000_000, 100, 32
    for samples in (1_000_000, 100_000_000):
        shard = m // nodes
        work = c.sample * samples * shard / cores
        packing = c.pack * shard * c.d / cores
        rows.append([f"{samples:,}", f"{packing / 60:,.1f}", f"{work / 3600:,.2f}", f"{8 * samples * nodes / 1e9:,.1f}",
                     f"{8 * shard * c.d / 1e9:,.0f}"])
    header = ["samples", "packing, minutes", "samples, hours", "GB to the driver", "GB a node, contexts twice"]
    table("Model: 1,000,000,000 x 1,024, a hundredth of the rows on each of 100 nodes of 32 cores", header, rows)


def main():
    print(machine())
    wanted = sys.argv[1:] or ["overhead", "model"]
    if unknown := [name for name in wanted if name not in ("overhead", "model")]:
        sys.exit(f"Benchmarks/cluster: there is no section {unknown[0]}; expected overhead or model")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in wanted:
        {"overhead": overhead, "model": model}[name]()


if __name__ == "__main__":
    main()
