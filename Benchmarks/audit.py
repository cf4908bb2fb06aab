"""Whole audits: answers to prompts, some of them reworded, compared within each prompt."""

import json
import os
import subprocess
import tempfile

import numpy as np

DIMENSION = 256


def write(folder, m, n):
    """m answers, twenty to a prompt; in every tenth prompt one has 1 to 11 rewordings, a fifth of them exact copies."""
    random = np.random.default_rng(m)
    prompts = m // 20
    prompt = np.arange(m) % prompts
    rows = random.standard_normal((prompts, DIMENSION))[prompt] + 0.6 * random.standard_normal((m, DIMENSION))
    strength = random.standard_normal(m)
    for k in range(0, prompts, 10):
        first, *others = range(k, m, prompts)
        for i in others[: random.integers(1, 12)]:
            distance = 0 if random.random() < 0.2 else 0.05
            rows[i] = rows[first] + distance * random.standard_normal(DIMENSION)
            strength[i] = strength[first]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.save(os.path.join(folder, "contexts.npy"), rows.astype(np.float32))
    with open(os.path.join(folder, "alternatives.jsonl"), "w") as file:
        for i in range(m):
            file.write(json.dumps({"id": f"a{i}", "prompt": f"p{prompt[i]}", "text": f"answer {i}"}) + "\n")
    with open(os.path.join(folder, "comparisons.jsonl"), "w") as file:
        for _ in range(n):
            k = int(random.integers(prompts))
            a, b = (int(k + prompts * place) for place in random.choice(20, 2, replace=False))
            wins = random.random() < 1 / (1 + np.exp(strength[b] - strength[a]))
            file.write(json.dumps({"prompt": f"p{k}", "a": f"a{a}", "b": f"a{b}", "winner": "a" if wins else "b"}) + "\n")


def audit(tool, table):
    rows = []
    for m, n in [(1_400, 1_300), (20_000, 100_000)]:
        with tempfile.TemporaryDirectory() as folder:
            write(folder, m, n)
            path = {name: os.path.join(folder, name) for name in ("comparisons.jsonl", "alternatives.jsonl", "contexts.npy")}
            command = [
                "/usr/bin/time", "-f", "%e %U %S %M", tool, "audit", path["comparisons.jsonl"], "--alternatives",
                path["alternatives.jsonl"], "--contexts", path["contexts.npy"], "-o", os.path.join(folder, "audit"),
            ]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                raise SystemExit(result.stderr)
            seconds, user, system, peak = map(float, result.stderr.split()[-4:])
            rows.append([f"{m:,}", f"{n:,}", f"{seconds:.1f}", f"{user + system:.1f}", f"{peak / 2**20:.2f}"])
    table(
        f"`tessera audit`, whole process: contexts of {DIMENSION} numbers, all schemes, 100 resamples, the page",
        ["answers", "comparisons", "seconds", "processor seconds", "peak memory, GiB"], rows)
