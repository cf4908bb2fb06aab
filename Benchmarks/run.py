"""Runs our programs and their peers in turn and prints tables. Called by Benchmarks/run."""

import json
import os
import statistics
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(HERE, ".build/release/tessera-bench")
TOOL = os.path.join(HERE, "../.build/release/tessera")
DATA = os.path.join(HERE, "data")


def machine():
    name = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    family = subprocess.run(["lscpu"], capture_output=True, text=True).stdout
    model = [line.split(":")[1].strip() for line in family.splitlines() if line.startswith("Model:")]
    return f"{name} (model {model[0] if model else '?'}), {os.cpu_count()} cores"


def call(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}: {result.stderr}")
    return json.loads(result.stdout)


def ours(*arguments):
    return call(OURS, *map(str, arguments))


def peer(script, *arguments):
    return call(sys.executable, os.path.join(HERE, "peers", script), *map(str, arguments))


def medians(contestants, rounds):
    """Every contestant once a round, in turn; the median of each figure."""
    runs = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            runs[name].append(run())
    return {
        name: {key: statistics.median(r[key] for r in results) for key in results[0]} for name, results in runs.items()
    }


def table(title, header, rows):
    print(f"\n### {title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def comparisons(m, n):
    """A file of n comparisons of m alternatives drawn from a Bradley-Terry model, seed 0."""
    os.makedirs(DATA, exist_ok=True)
    path = os.path.join(DATA, f"comparisons-{m}-{n}.jsonl")
    if not os.path.exists(path):
        random = np.random.default_rng(0)
        reward = random.normal(size=m)
        a = random.integers(0, m, n)
        b = (a + 1 + random.integers(0, m - 1, n)) % m
        won = (random.random(n) < 1 / (1 + np.exp(reward[b] - reward[a]))).astype(int)
        with open(path + ".part", "w") as file:
            for k in range(0, n, 100_000):
                rows = zip(a[k : k + 100_000], b[k : k + 100_000], won[k : k + 100_000])
                file.write("".join('{"a": "model-%d", "b": "model-%d", "preference": %d}\n' % row for row in rows))
        os.rename(path + ".part", path)
    return path


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


def memory():
    rows = []
    for m, n in [(10_000, 1_000_000), (1_000_000, 10_000_000)]:
        path = comparisons(m, n)
        command = ["/usr/bin/time", "-f", "%e %M", TOOL, "fit", path, "--format", "csv", "--output", "/dev/null"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit(result.stderr)
        seconds, peak = result.stderr.split()[-2:]
        rows.append([f"{m:,}", f"{n:,}", seconds, f"{int(peak) / 2**20:.2f}"])
    table(
        "`tessera fit`, whole process: reading, the standard estimate, its standard errors, writing",
        ["alternatives", "comparisons", "seconds", "peak memory, GiB"], rows)


SECTIONS = {"estimation": estimation, "reading": reading, "memory": memory}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(SECTIONS)
    if any(name not in SECTIONS for name in chosen):
        sys.exit(f"sections: {' '.join(SECTIONS)}")
    print(f"Machine: {machine()}. Medians of runs in turn.")
    for name in chosen:
        SECTIONS[name]()
