"""Data of any shape and scale: weights are shares, rewards are numbers, or the tool says why not."""

from __future__ import annotations

import json
import math

from .runner import Runner, npy

SCHEMES = ["voronoi", "horizon", "linkage", "meta=0.1", "k-means=3", "topics", "density", "density=1e-320", "radius-graph", "uniform",
           "remove-duplicates=0.1"]  # fmt: skip
SCALES = [1e-150, 1e-100, 1e-80, 1e-60, 1e-45, 1e-40, 1e-30, 1e-20, 1e-10, 1e10, 1e19, 1e20, 1e30, 1e38, 1e45, 1e60, 1e100, 1e150]
LITTLE = ["--samples", "2000", "--format", "json"]


def cloud(runner: Runner, m: int, d: int) -> list[list[float]]:
    return [[runner.chance.gauss(0, 1) for _ in range(d)] for _ in range(m)]


def shapes(runner: Runner) -> None:
    """Random shapes through random schemes, spaces and options, as contexts and as fits."""
    chance = runner.chance
    for number in range(runner.some(500)):
        m, d = chance.choice([1, 2, 3, 5, 12, 30, 60]), chance.choice([1, 2, 3, 4, 7, 30, 200])
        rows = cloud(runner, m, d)
        shape = chance.choice(["cloud", "equal", "zero", "line", "grid", "copies", "far", "huge", "tiny", "sphere", "mixed"])
        if shape == "equal":
            rows = [rows[0]] * m
        elif shape == "zero":
            rows = [[0.0] * d for _ in rows]
        elif shape == "line":
            rows = [[float(i)] * d for i in range(m)]
        elif shape == "grid":
            rows = [[float(chance.randrange(2)) for _ in row] for row in rows]
        elif shape == "copies":
            rows = [rows[chance.randrange(max(1, m // 3))] for _ in rows]
        elif shape == "far":
            rows[0] = [1e9 * x for x in rows[0]]
        elif shape in ("huge", "tiny"):
            by = 10.0 ** (chance.randrange(15, 200) * (1 if shape == "huge" else -1))
            rows = [[x * by for x in row] for row in rows]
        elif shape == "sphere":
            rows = [[x / (math.hypot(*row) or 1) for x in row] for row in rows]
        elif shape == "mixed":
            rows = [[x * 10.0 ** chance.randrange(-30, 30) for x in row] for row in rows]
        single = all(abs(x) < 3e38 for row in rows for x in row) and chance.random() < 0.5
        runner.write("x.npy", npy(rows, "<f4" if single else "<f8"))
        options = ["--weights", chance.choice([*SCHEMES, "auto", "paper"])]
        options += chance.choice([[], [], ["--normalize"], ["--center"], ["--pca", str(chance.choice([1, 2, 5]))]])
        options += chance.choice(
            [[], [], ["--space", chance.choice(["gaussian", "ball", "unit-cube", "bounding-box=0.1", "factor-mixture"])]]
        )
        options += chance.choice([[], [], ["--method", chance.choice(["exact", "sampled"])]])
        threads = ["--threads", str(chance.choice([1, 2, 3]))]
        note = f"{number} {shape} {m} x {d}"
        if m > 1 and chance.random() < 0.5:
            ids = [f"n{i}" for i in range(m)]
            runner.write("a.jsonl", "".join(json.dumps({"id": i}) + "\n" for i in ids))
            votes = [(*chance.sample(ids, 2), chance.choice([0, 0.5, 1, 1e-9])) for _ in range(2 * m)]
            runner.write("v.jsonl", "".join(json.dumps({"a": a, "b": b, "preference": p}) + "\n" for a, b, p in votes))
            runner.run(
                "fit",
                "v.jsonl",
                "--alternatives",
                "a.jsonl",
                "--contexts",
                "x.npy",
                "--lambda",
                "0.1",
                *options,
                *threads,
                *LITTLE,
                note=note,
            )
        else:
            runner.run("weights", "x.npy", *options, *threads, *LITTLE, note=note)


def scales(runner: Runner) -> None:
    """Every scheme at every scale: the weights of scale 1, or a refusal."""
    rows = cloud(runner, 40, 4)
    fixed = {"meta=0.1", "density=1e-320", "remove-duplicates=0.1", "uniform"}
    for scheme in SCHEMES:
        runner.write("x.npy", npy(rows))
        words = ["weights", "x.npy", "--weights", scheme, *LITTLE]
        first = runner.run(*words, note="scale 1")
        known = [row["weight"] for row in json.loads(first.output)["alternatives"]] if first.code == 0 else None
        for scale in runner.pick(SCALES):
            # By a power of two: nothing is rounded.
            power = math.frexp(scale)[1]
            runner.write("x.npy", npy([[math.ldexp(x, power) for x in row] for row in rows]))

            def judge(output: bytes) -> str | None:
                weights = [row["weight"] for row in json.loads(output)["alternatives"]]
                if None in weights or abs(math.fsum(weights) - 1) > 1e-6:
                    return f"weights {weights[:4]}"
                if known is None or scheme in fixed:
                    return None
                worst = max(abs(a - b) for a, b in zip(weights, known))
                return f"weights differ by {worst}" if worst > 1e-6 else None

            runner.run(*words, judge=judge, note=f"2^{power}")
    for name, row in [("1e308", [1e308, -1e308]), ("denormal", [5e-324, 0]), ("largest", [1.7976931348623157e308] * 2)]:
        for scheme in runner.pick(SCHEMES):
            runner.write("x.npy", npy([row, [0.0, 0.0], [1.0, 2.0]]))
            runner.run("weights", "x.npy", "--weights", scheme, *LITTLE, note=name)
