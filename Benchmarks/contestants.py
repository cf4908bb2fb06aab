"""What all sections share: programs run in turn, their medians, tables, and generated data."""

import json
import os
import statistics
import subprocess
import sys
import time

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


def whole(*arguments):
    """Our tool as a process of its own: seconds from start to end, and the most memory."""
    start = time.perf_counter()
    process = subprocess.Popen([TOOL, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, arguments))} failed")
    return {"seconds": time.perf_counter() - start, "gib": usage.ru_maxrss / 2**20}


def peak(*command):
    """The numbers that a program prints, with the most memory of its process in GiB."""
    result = subprocess.run(["/usr/bin/time", "-f", "%M", *map(str, command)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {result.stderr}")
    return {**json.loads(result.stdout), "gib": int(result.stderr.split()[-1]) / 2**20}


def processor(*command, read=json.loads):
    """Processor and wall seconds of a whole process, its peak in GiB, and what it printed, as `read` understands it."""
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return {
        "processor": usage.ru_utime + usage.ru_stime, "wall": time.monotonic() - start,
        "peak": usage.ru_maxrss / 2**20, **read(output)}


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


def contexts(m, d, kind="clusters"):
    """m x d contexts: 20 clusters with a decaying spectrum, or uniform. Seed 0."""
    os.makedirs(DATA, exist_ok=True)
    path = os.path.join(DATA, f"contexts-{m}-{d}.npy")
    if not os.path.exists(path):
        random = np.random.default_rng(0)
        if d <= 3:
            values = random.random((m, d), dtype=np.float32)
        else:
            spectrum = (1 / np.sqrt(1 + np.arange(d) / 20)).astype(np.float32)
            centres = random.normal(size=(20, d)).astype(np.float32)
            values = np.empty((m, d), dtype=np.float32)
            for k in range(0, m, 50_000):
                n = min(50_000, m - k)
                noise = random.standard_normal((n, d), dtype=np.float32)
                values[k : k + n] = (centres[random.integers(0, 20, n)] + noise) * spectrum
        np.save(path, values)
    return path


def answers(m, pairs):
    """Answers and compared pairs of them, seed 0: rows of unit length, and rows of two numbers.

    Prompts lie about topics and answers about their prompt, as embeddings do. With pairs = m / 2 every answer is in one
    comparison (chosen and rejected), eight answers to a prompt; with more, forty answers to a prompt are compared at random.
    A fifth of the records, or of the answers, are near-copies of earlier ones.
    """
    os.makedirs(DATA, exist_ok=True)
    paths = [os.path.join(DATA, f"{what}-{m}-{pairs}.npy") for what in ("answers", "pairs")]
    if all(map(os.path.exists, paths)):
        return paths
    random = np.random.default_rng(0)
    spectrum = (1 / np.sqrt(1 + np.arange(256) / 20)).astype(np.float32)
    normal = lambda n: random.standard_normal((n, 256), dtype=np.float32) * spectrum
    group = 8 if 2 * pairs == m else 40
    prompts = m // group
    topics = normal(100)
    centres = topics[random.integers(0, 100, prompts)] + normal(prompts)
    values = np.repeat(centres, group, axis=0) + 0.7 * normal(m)
    if 2 * pairs == m:
        # Record k is rows 2 k and 2 k + 1; the originals are not copies themselves.
        chosen = random.permutation(pairs)
        copies, originals = chosen[: pairs // 5], chosen[pairs // 5 :]
        originals = random.choice(originals, len(copies))
        for side in (0, 1):
            values[2 * copies + side] = values[2 * originals + side]
        changed = np.concatenate([2 * copies, 2 * copies + 1])
        rows = np.arange(m).reshape(pairs, 2)
    else:
        changed = np.concatenate([np.arange(k + 1, k + 1 + group // 5) for k in range(0, m, group)])
        values[changed] = np.repeat(values[::group], group // 5, axis=0)
        a, b = np.triu_indices(group, 1)
        each = [random.choice(len(a), pairs // prompts, replace=False) for _ in range(prompts)]
        rows = np.vstack([k * group + np.stack([a[c], b[c]], axis=1) for k, c in enumerate(each)])
    values[changed] += 0.1 * normal(len(changed))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    np.save(paths[0], values)
    np.save(paths[1], rows.astype(np.float32))
    return paths
