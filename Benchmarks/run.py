"""Runs our programs and their peers in turn and prints tables. Called by Benchmarks/run."""

import json
import os
import statistics
import subprocess
import sys

import numpy as np

import growth
import roofline
from audit import audit
from contestants import (
    DATA,
    HERE,
    OURS,
    TOOL,
    answers,
    comparisons,
    contexts,
    machine,
    medians,
    ours,
    peak,
    peer,
    processor,
    table,
    whole,
)
from dryrun import dryrun
from load import load


def estimation():
    path = comparisons(10_000, 1_000_000)
    result = medians(
        {
            "tessera, Newton": lambda: ours("estimate", path, 0.1),
            "SciPy L-BFGS-B, the same objective": lambda: peer("estimation.py", "lbfgs", path, 0.1),
            "evalica 0.4 bradley_terry": lambda: peer("estimation.py", "evalica", path),
        },
        rounds=3,
    )
    base = result["tessera, Newton"]["standard"] + result["tessera, Newton"]["weighted"]
    rows = []
    for name, r in result.items():
        total = r["standard"] + r.get("weighted", 0)
        rows.append([
            name, f"{r['standard']:.3f}", f"{r['weighted']:.3f}" if "weighted" in r else "-",
            f"{r['certificate']:.1e}" if "certificate" in r else "-", f"{total / base:.1f}",
        ])
    table(
        "Both estimators: 10,000 alternatives, 1,000,000 comparisons, lambda 0.1 (seconds, data in memory)",
        ["", "standard", "weighted", "certificate", "time / tessera's for both"], rows)


def reading():
    path = comparisons(10_000, 1_000_000)
    result = medians(
        {
            "tessera, read and count": lambda: ours("read", path),
            "Python, json, one field summed": lambda: peer("estimation.py", "json", path),
            "Python, orjson, one field summed": lambda: peer("estimation.py", "orjson", path),
        },
        rounds=5,
    )
    base = result["tessera, read and count"]["seconds"]
    table(
        "Reading 1,000,000 JSONL comparisons", ["", "seconds", "time / tessera's"],
        [[name, f"{r['seconds']:.3f}", f"{r['seconds'] / base:.2f}"] for name, r in result.items()])


def resampling():
    for m, n in [(59, 8_931), (200, 200_000)]:
        path = comparisons(m, n)
        result = medians(
            {
                "tessera, 100 of single votes": lambda path=path: ours("bootstrap", path, 100),
                "evalica 0.4 bootstrap, 100": lambda path=path: peer("bootstrap.py", path, 100),
            },
            rounds=3,
        )
        base = result["tessera, 100 of single votes"]["seconds"]
        table(
            f"Bootstrap: {n:,} votes of {m} alternatives drawn again 100 times", ["", "seconds", "time / tessera's"],
            [[name, f"{r['seconds']:.3f}", f"{r['seconds'] / base:.1f}"] for name, r in result.items()])


def memory():
    rows = []
    for m, n in [(10_000, 1_000_000), (1_000_000, 10_000_000)]:
        path = comparisons(m, n)
        for strength in ("0.1", "auto"):
            command = [
                "/usr/bin/time", "-f", "%e %U %M", TOOL, "fit", path, "--lambda", strength, "--format", "csv",
                "--output", os.path.join(DATA, "memory.csv"),
            ]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                sys.exit(result.stderr)
            seconds, processor, peak = result.stderr.split()[-3:]
            rows.append([f"{m:,}", f"{n:,}", strength, seconds, processor, f"{int(peak) / 2**20:.2f}"])
    table(
        "`tessera fit`, whole process: reading, the standard estimate, its standard errors, writing",
        ["alternatives", "comparisons", "lambda", "seconds", "processor seconds", "peak memory, GiB"], rows)


def deviation(path, reference):
    """Largest deviation from the reference, in standard errors of independent samples is left to the reader."""
    return float(np.max(np.abs(np.load(path).ravel() - np.load(reference).ravel())))


def sampled(m, d, samples, libraries, rounds, reference_samples):
    path = contexts(m, d)
    reference = None
    if d <= 2:
        reference = os.path.join(DATA, f"reference-{m}-{d}.npy")
        ours("weights", path, 1, 0, "exact", reference)
    elif reference_samples:
        reference = os.path.join(DATA, f"reference-{m}-{d}-{reference_samples}.npy")
        if not os.path.exists(reference):
            ours("weights", path, reference_samples, 987654321, "independent", reference)
    out = os.path.join(DATA, "weights.npy")
    deviations = {}

    def once(name, run):
        def measured():
            result = run()
            if reference:
                deviations.setdefault(name, []).append(deviation(out, reference))
            return {"seconds": result["seconds"]}

        return measured

    names = {"faiss": "faiss IndexFlatL2", "ckdtree": "SciPy cKDTree", "sklearn": "scikit-learn", "numpy": "NumPy"}
    seeds = iter(range(1, 1000))
    contestants = {"tessera": once("tessera", lambda: ours("weights", path, samples, next(seeds), "sampled", out))}
    for library in libraries:
        contestants[names[library]] = once(
            names[library], lambda library=library: peer("nearest.py", library, path, samples, next(seeds), out))
    result = medians(contestants, rounds)
    base = result["tessera"]["seconds"]
    rows = []
    for name, r in result.items():
        spread = f"{statistics.median(deviations[name]):.2e}" if name in deviations else "-"
        rows.append([name, f"{r['seconds']:.3f}", f"{r['seconds'] / base:.1f}", spread])
    table(
        f"Sampled weights: {m:,} alternatives, {d:,} dimensions, {samples:,} samples",
        ["", "seconds", "time / tessera's", "largest deviation from a long independent run" if d > 2 else "largest deviation from the exact weights"],
        rows)


def weights():
    print("\nThe peers' time is the search alone; ours includes drawing the samples and the standard errors.")
    sampled(2_000, 1_500, 100_000, ["faiss", "sklearn", "numpy"], 3, 1_000_000)
    sampled(2_000, 384, 1_000_000, ["faiss", "numpy"], 3, 4_000_000)
    sampled(100_000, 256, 10_000, ["faiss", "sklearn"], 3, 0)
    sampled(2_000, 2, 1_000_000, ["faiss", "ckdtree", "sklearn"], 3, 0)


def spheres():
    """Contexts that are about equally near to much of the space: what trees over the space have least to say of."""
    m, random = 20_000, np.random.default_rng(0)
    angles = 2 * np.pi * random.random(m)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(m)], axis=1)
    turned = ring @ np.linalg.qr(random.normal(size=(3, 3)))[0]
    sphere = random.normal(size=(m, 3))
    kinds = {
        "a circle in the plane": ring[:, :2],
        "a circle in three dimensions": turned,
        "about that circle, 0.001 away": turned + 0.001 * random.normal(size=(m, 3)),
        "a sphere": sphere / np.linalg.norm(sphere, axis=1, keepdims=True),
    }
    rows = []
    os.makedirs(DATA, exist_ok=True)
    for name, values in kinds.items():
        place = os.path.join(DATA, "sphere.npy")
        np.save(place, values.astype(np.float32))
        result = medians({
            "tessera": lambda: {"seconds": ours("weights", place, 100_000, 1, "sampled")["seconds"]},
            "tool": lambda: {"seconds": whole("weights", place, "--method", "sampled", "--format", "json")["seconds"]},
            "faiss": lambda: {"seconds": peer("nearest.py", "faiss", place, 100_000, 1)["seconds"]},
            "tree": lambda: {"seconds": peer("nearest.py", "ckdtree", place, 100_000, 1)["seconds"]},
        }, 3)
        rows.append([name, *(f"{result[who]['seconds']:.3f}" for who in ("tessera", "tool", "faiss", "tree"))])
        os.remove(place)
    table(
        f"Sampled weights of {m:,} contexts on circles and spheres, 100,000 samples (seconds)",
        ["contexts on", "tessera", "tool, whole process", "faiss IndexFlatL2", "SciPy cKDTree"], rows)


def exact():
    rows = []
    path = contexts(100_000, 2)
    mine, theirs = os.path.join(DATA, "exact-ours.npy"), os.path.join(DATA, "exact-scipy.npy")
    result = medians(
        {
            "tessera": lambda: {**ours("weights", path, 1, 0, "exact", mine), "withAreas": 0},
            "SciPy Voronoi": lambda: peer("nearest.py", "voronoi", path, 1, 0, theirs),
            "SciPy cKDTree, 1,000,000 samples": lambda: {
                **peer("nearest.py", "ckdtree", path, 1_000_000, 1), "withAreas": 0},
        },
        rounds=3,
    )
    base = result["tessera"]["seconds"]
    for name, r in result.items():
        rows.append([name, f"{r['seconds']:.3f}", f"{r['seconds'] / base:.1f}"])
        if r["withAreas"]:
            rows.append([name + ", with areas in a Python loop", f"{r['withAreas']:.3f}", f"{r['withAreas'] / base:.1f}"])
    table("Exact weights: 100,000 points of the plane", ["", "seconds", "time / tessera's"], rows)
    # The contexts on the border of their bounding box coincide with their mirror images, which SciPy's diagram
    # of mirrored points cannot tell apart.
    points = np.load(path)
    inside = ((points > points.min(0)) & (points < points.max(0))).all(1)
    difference = np.abs(np.load(mine).ravel() - np.load(theirs).ravel())[inside].max()
    print(f"\nLargest difference between the two exact results, off the border: {difference:.1e}")


def large():
    rows = []
    for m in (250_000, 500_000, 1_000_000):
        path = contexts(m, 768)
        command = ["/usr/bin/time", "-f", "%e %M", OURS, "weights", path, "10000", "1", "sampled"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit(result.stderr)
        peak = int(result.stderr.split()[-1])
        rows.append([f"{m:,}", f"{json.loads(result.stdout)['seconds']:.2f}", f"{peak / 2**20:.2f}", f"{m * 768 * 4 / 2**30:.2f}"])
        os.remove(path)
    table(
        "Sampled weights: 768 dimensions, 10,000 samples, growing number of alternatives",
        ["alternatives", "seconds", "peak memory, GiB", "of it the contexts, GiB"], rows)


def training():
    path = contexts(2_000, 1_500)
    pairs = os.path.join(DATA, "pairs-1000.jsonl")
    random = np.random.default_rng(0)
    with open(pairs, "w") as file:
        for i in range(1_000):
            row = {"a": str(2 * i), "b": str(2 * i + 1), "preference": int(random.random() < 0.6)}
            file.write(json.dumps(row) + "\n")
    result = medians(
        {
            "tessera": lambda: ours("train", path, pairs, 20, 500, 512),
            "JAX": lambda: peer("training.py", path, pairs, 20, 500, 512),
        },
        rounds=3,
    )
    base = result["tessera"]["seconds"]
    table(
        "Training: 20 runs of 500 steps, 1,000 comparisons, batches of 512, layers 1500 - 32 - 32 - 1",
        ["", "seconds", "time / tessera's"],
        [[name, f"{r['seconds']:.2f}", f"{r['seconds'] / base:.1f}"] for name, r in result.items()])


def schemes():
    header = ["", "seconds", "GiB"]

    def rows(result):
        return [[name, f"{r['seconds']:.2f}", f"{r['gib']:.2f}" if "gib" in r else "-"] for name, r in result.items()]

    small = contexts(5_000, 256)
    table("Weighing schemes: 5,000 contexts of 256 dimensions", header, rows(medians({
        "tessera linkage": lambda: whole("weights", small, "--weights", "linkage"),
        "SciPy linkage, single": lambda: peer("schemes.py", "single", small),
        "tessera meta=12": lambda: whole("weights", small, "--weights", "meta=12"),
        "SciPy linkage, average": lambda: peer("schemes.py", "average", small),
    }, rounds=3)))
    big = contexts(100_000, 256)
    table("Weighing schemes: 100,000 contexts of 256 dimensions", header, rows(medians({
        "tessera radius-graph": lambda: whole("weights", big, "--weights", "radius-graph"),
        "tessera horizon": lambda: whole("weights", big, "--weights", "horizon"),
        "tessera meta=12": lambda: whole("weights", big, "--weights", "meta=12"),
        "tessera k-means=1000": lambda: whole("weights", big, "--weights", "k-means=1000"),
        "faiss k-means, 1,000 centres": lambda: peer("schemes.py", "kmeans", big, 1_000),
    }, rounds=1)))


def embedding():
    # Words in the proportions of a language (Zipf), texts of some 150 words.
    texts = os.path.join(DATA, "texts-1400.jsonl")
    random = np.random.default_rng(0)
    words = ["".join(chr(97 + c) for c in random.integers(0, 26, random.integers(3, 10))) for _ in range(20_000)]
    with open(texts, "w") as file:
        for _ in range(1_400):
            chosen = np.minimum(random.zipf(1.3, 150), len(words)) - 1
            file.write(json.dumps({"text": " ".join(words[i] for i in chosen)}) + "\n")
    out = os.path.join(DATA, "texts.npy")
    result = medians({
        "tessera embed": lambda: whole("embed", texts, "-o", out),
        "scikit-learn, TF-IDF and truncated SVD": lambda: peer("schemes.py", "tfidf", texts, 256),
    }, rounds=3)
    table("Built-in embedder: 1,400 texts of 150 words, 256 dimensions", ["", "seconds"],
          [[name, f"{r['seconds']:.2f}"] for name, r in result.items()])


def local():
    script = os.path.join(HERE, "peers/near.py")

    def row(name, r):
        return [name, f"{r['seconds']:.2f}", f"{r['gib']:.2f}", f"{r['found']:,}"]

    def near(title, path, peers, rounds=1):
        radius = ours("near", path)["median"] / 2
        runs = {"tessera": lambda: peak(OURS, "near", path)}
        for name, kind in peers:
            runs[name] = lambda kind=kind: peak(sys.executable, script, kind, path, radius)
        rows = [row(name, r) for name, r in medians(runs, rounds).items()]
        table(title, ["", "seconds", "GiB", "found"], rows)

    everyone = [
        ("faiss IndexFlatL2, two nearest", "top2"), ("faiss IndexFlatL2, range_search", "range"),
        ("semhash, usearch", "semhash"), ("semhash, exact index", "semhash-exact"), ("SciPy cKDTree", "ckdtree"),
    ]
    what = "Near-duplicates within half the median"
    near(f"{what}: 10,000 answers of 256 numbers", answers(10_000, 5_000)[0], everyone, 3)
    near(f"{what}: 100,000 answers of 256 numbers", answers(100_000, 50_000)[0], everyone[:4])
    near(f"{what}: 100,000 points of 3 numbers", contexts(100_000, 3), [everyone[0], everyone[4]])

    def weigh(title, m, pairs, peers, rounds=1):
        paths = answers(m, pairs)
        mine = ours("local", *paths)
        runs = {"tessera, weights": lambda: peak(OURS, "local", *paths)}
        for name, kind in peers:
            runs[name] = lambda kind=kind: peak(sys.executable, script, kind, *paths, mine["reach"])
        result = medians(runs, rounds)
        for r in result.values():
            r.setdefault("found", mine["groups"])
        table(title, ["", "seconds", "GiB", "groups"], [row(name, r) for name, r in result.items()])
        print(
            f"\nOf tessera's seconds {result['tessera, weights']['scaling']:.2f} are the local scale's. "
            f"{mine['pairs']:,} pairs count as {mine['different']:,.0f} different ones; the largest group has "
            f"{mine['largest']:,}.")

    what = "Local comparison weights"
    linkage, components = ("SciPy single linkage", "linkage"), ("faiss range_search, SciPy components", "components")
    weigh(f"{what}: 5,000 comparisons of 10,000 answers", 10_000, 5_000, [linkage, components], 3)
    weigh(f"{what}: 10,000 comparisons of 20,000 answers", 20_000, 10_000, [components], 3)
    weigh(f"{what}: 100,000 comparisons of 200,000 answers", 200_000, 100_000, [])
    weigh(f"{what}: 100,000 comparisons of 10,000 answers", 10_000, 100_000, [])


def parquet():
    """Three columns of text: summed, and written again. Interpreter and imports count, as they do for a user."""
    os.makedirs(DATA, exist_ok=True)
    script = os.path.join(HERE, "peers", "parquet.py")
    if not os.path.exists(os.path.join(DATA, "texts-snappy.parquet")):
        subprocess.run([sys.executable, script, "make", DATA], check=True)

    def compare(title, runs):
        result = medians(runs, 5)
        first, second = result.values()
        if first["bytes"] != second["bytes"]:
            sys.exit(f"{title}: {first['bytes']} and {second['bytes']} bytes")
        table(
            f"{title}: 200,000 rows, {first['bytes'] / 2**20:,.0f} MiB of text",
            ["", "processor seconds", "seconds", "GiB"],
            [[name, f"{r['processor']:.2f}", f"{r['wall']:.2f}", f"{r['peak']:.2f}"] for name, r in result.items()])

    for codec in ("zstd", "snappy"):
        path = os.path.join(DATA, f"texts-{codec}.parquet")
        compare(f"Parquet, {codec}, read", {
            "tessera": lambda path=path: processor(OURS, "parquet", path),
            "pyarrow": lambda path=path: processor(sys.executable, script, "read", path)})
    path, out = os.path.join(DATA, "texts-zstd.parquet"), os.path.join(DATA, "out.parquet")
    compare("Parquet, zstd, read and written", {
        "tessera": lambda: processor(OURS, "parquet", path, out),
        "pyarrow": lambda: processor(sys.executable, script, "write", path, out)})


def export():
    """A million rows of text read, grouped, weighed and written again, by whole processes."""
    count = 1_000_000
    if not os.path.exists(os.path.join(DATA, f"pairs-{count}.parquet")):
        maker = os.path.join(HERE, "peers", "pairs_data.py")
        subprocess.run([sys.executable, maker, DATA, str(count)], check=True)

    def rows(output):
        # "wrote 1,000,000 rows to ..."
        return {"rows": int(output.split()[1].replace(b",", b""))}

    script = os.path.join(HERE, "peers", "pairs.py")
    for kind in ("jsonl", "parquet"):
        source, target = (os.path.join(DATA, f"{name}-{count}.{kind}") for name in ("pairs", "out"))
        result = medians({
            "tessera export": lambda: processor(TOOL, "export", source, "-o", target, read=rows),
            "datasets and pandas": lambda: processor(sys.executable, script, source, target)}, 3)
        os.remove(target)
        if any(r["rows"] != count for r in result.values()):
            sys.exit(f"{kind}: {[r['rows'] for r in result.values()]} rows, expected {count}")
        table(
            f"Rows of text, {kind}: {count:,} read, weighed and written again",
            ["", "processor seconds", "seconds", "GiB"],
            [[name, f"{r['processor']:.1f}", f"{r['wall']:.1f}", f"{r['peak']:.2f}"] for name, r in result.items()])


def python():
    """Calls through Python beside the native ones, and beside what is written in Python in their place."""
    path, samples = contexts(2_000, 1_500), 100_000
    result = medians({
        "library, called by a Swift program": lambda: ours("weights", path, samples, 1, "sampled"),
        "library, called by Python": lambda: peer("python.py", "call", path, samples),
        "tool, whole process": lambda: whole("weights", path, "--samples", samples, "--method", "sampled", "--format", "json"),
        "Python, whole process, six calls": lambda: {"seconds": processor(
            sys.executable, os.path.join(HERE, "peers", "python.py"), "call", path, samples)["wall"]},
    }, rounds=11)
    base = result["library, called by a Swift program"]["seconds"]
    rows = []
    for name, r in result.items():
        later = [f"{r['later']:.3f}", f"{r['later'] / base:.2f}"] if "later" in r else ["-", "-"]
        rows.append([name, f"{r['seconds']:.3f}", f"{r['seconds'] / base:.2f}", *later])
    table(
        f"A call: weights of 2,000 contexts of 1,500 numbers, {samples:,} samples",
        ["", "seconds, first", "ratio", "seconds, later calls", "ratio"], rows)

    def beside(m, d, samples, libraries):
        r = peer("python.py", "weights", contexts(m, d), samples, 3, *libraries)
        base = r["seconds"]["tessera"]
        table(
            f"Voronoi weights in one Python process: {m:,} contexts of {d:,} numbers, {samples:,} samples",
            ["", "seconds", "time / tessera's", "largest difference from tessera's weights"],
            [[name, f"{t:.3f}", f"{t / base:.1f}", f"{r['differences'][name]:.1e}"] for name, t in r["seconds"].items()])

    beside(2_000, 1_500, 100_000, ["faiss", "scikit-learn"])
    beside(2_000, 2, 1_000_000, ["faiss", "scikit-learn", "cKDTree", "cdist"])
    r = peer("python.py", "fits", 1_000, 100_000, 3)
    base = r["seconds"]["tessera"]
    table(
        "The standard estimate and its errors from arrays: 1,000 alternatives, 100,000 comparisons, one Python process",
        ["", "seconds", "time / tessera's"], [[name, f"{t:.2f}", f"{t / base:.2f}"] for name, t in r["seconds"].items()])
    print(f"\nLargest difference between tessera's rewards and SciPy's: {r['difference']:.1e}")

    count = 100_000
    if not os.path.exists(os.path.join(DATA, f"pairs-{count}.parquet")):
        maker = os.path.join(HERE, "peers", "pairs_data.py")
        subprocess.run([sys.executable, maker, DATA, str(count)], check=True)
    files = [os.path.join(DATA, f"{name}-{count}.{kind}") for name, kind in (("pairs", "parquet"), ("chosen", "npy"), ("rejected", "npy"))]
    peer("python.py", "vectors", *files)
    result = medians({
        "tessera_rl.add_weights": lambda: peak(sys.executable, os.path.join(HERE, "peers", "python.py"), "rows", "tessera", *files),
        "semhash self_deduplicate": lambda: peak(sys.executable, os.path.join(HERE, "peers", "python.py"), "rows", "semhash", *files),
    }, rounds=1)
    table(
        f"{count:,} rows of text with embeddings of 256 numbers", ["", "seconds", "GiB", "rows that count, or are kept"],
        [[name, f"{r['seconds']:.2f}", f"{r['gib']:.2f}", f"{r['rows']:,.0f}"] for name, r in result.items()])


SECTIONS = {
    "training": training, "estimation": estimation, "reading": reading, "resampling": resampling, "memory": memory, "weights": weights, "spheres": spheres, "exact": exact, "large": large,
    "schemes": schemes, "embedding": embedding, "local": local,
    "parquet": parquet, "export": export, "python": python, "audit": lambda: audit(TOOL, table), "dryrun": lambda: dryrun(TOOL, comparisons, contexts, table), "load": lambda: load(comparisons, contexts, table),
    "roofline": roofline.roofline, "growth": growth.growth,
}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(SECTIONS)
    if any(name not in SECTIONS for name in chosen):
        sys.exit(f"sections: {' '.join(SECTIONS)}")
    print(f"Machine: {machine()}. Medians of runs in turn.")
    for name in chosen:
        SECTIONS[name]()
