"""Input that is small and asks for much, under a limit of address space and of processor."""

from __future__ import annotations

import json
import math
import subprocess
import time

from .files import CORPUS, prepare
from .runner import Runner, npy

MASK = (1 << 64) - 1


def _unshift(h: int, by: int) -> int:
    x = h
    for _ in range(64 // by + 1):
        x = h ^ (x >> by)
    return x & MASK


def equal_hashes(count: int) -> list[str]:
    """Names of eight letters that one table of strings, without a seed, would put into one place."""
    second, first = pow(0xD6E8FEB86659FD93, -1, 1 << 64), pow(0xBF58476D1CE4E5B9, -1, 1 << 64)
    names: list[str] = []
    low = 0
    while len(names) < count:
        h = _unshift(((12345 << 32) | low) * second & MASK, 32)
        h = _unshift(h * first & MASK, 31) ^ (8 * 0x9E3779B97F4A7C15 & MASK)
        letters = h.to_bytes(8, "little")
        if all(0x20 < byte < 0x7F and byte not in (0x22, 0x5C) for byte in letters):
            names.append(letters.decode())
        low += 1
        if low > 400 * count + 1_000_000:
            break
    return names


def sizes(runner: Runner) -> None:
    """Hash floods, wide axes, circles, spheres, endless lines, and memory limits from outside and inside."""
    prepare(runner)
    # 2 GB of address space are a lot for what is given, and little for what could be asked.
    limit, chance = 2_500_000_000, runner.chance
    full = runner.share >= 1
    names = equal_hashes(20_000 if full else 50)
    rows = [f'{{"a":{json.dumps(a)},"b":{json.dumps(b)},"preference":1}}\n' for a, b in zip(names, names[1:])]
    runner.run("inspect", runner.write("flood.jsonl", "".join(rows)), cpu=10, memory=limit, note=f"{len(names)} ids of one hash")

    def points(m: int, d: int, unit: bool) -> str:
        rows = [[chance.gauss(0, 1) for _ in range(d)] for _ in range(m)]
        if unit:
            rows = [[x / math.hypot(*row) for x in row] for row in rows]
        return runner.write("x.npy", npy(rows))

    for m, d in [(3, 12_000), (3, 40_000)] if full else [(3, 3_000)]:
        runner.run("weights", points(m, d, False), "--pca", "2", "--samples", "100", cpu=20, memory=limit, note=f"{m} x {d}")
    for m, d, method in (
        [(20_000, 2, "sampled"), (20_000, 3, "sampled"), (4_000, 2, "exact"), (30_000, 3, "sampled")] if full else [(2_000, 3, "sampled")]
    ):
        words = ["--method", method, "--samples", "1000", "--format", "json"]
        runner.run("weights", points(m, d, True), *words, cpu=40, memory=limit, note=f"{m} on a sphere in {d}")
        for size in ("60MB", "200MB"):
            runner.run("weights", "x.npy", *words, "--memory-limit", size, cpu=40, memory=limit, note=f"{m} on a sphere in {d}")
    for m, d in [(60, 6), (300, 5), (800, 4)] if full else [(60, 5)]:
        runner.run(
            "weights",
            points(m, d, True),
            "--method",
            "exact",
            "--memory-limit",
            "60MB",
            "--format",
            "json",
            cpu=60,
            note=f"{m} x {d} exact",
        )
    line = '{"a":"' + "x" * (60_000_000 if full else 3_000_000) + '","b":"y","preference":1}\n'
    runner.run("inspect", runner.write("long.jsonl", line), cpu=20, memory=limit, note="an id of many bytes")
    runner.run(
        "fit", "long.jsonl", "--lambda", "0.1", "--format", "json", "--memory-limit", "50MB", refuses=full, cpu=20, note="the same in 50 MB"
    )
    for depth in (511, 513, 100_000):
        text = '{"a":"x","b":"y","preference":1,"more":' + "[" * depth + "]" * depth + "}\n"
        runner.run("inspect", runner.write("deep.jsonl", text), cpu=10, refuses=depth > 512, note=f"{depth} brackets")
    for size in ("1B", "1KiB", "1MB", "20MB"):
        runner.run("weights", points(400, 300, False), "--memory-limit", size, "--format", "json", cpu=20, note="400 x 300")
        runner.run("weights", "x.npy", "--weights", "linkage", "--memory-limit", size, "--format", "json", cpu=20, note="400 x 300")
    # OpenBLAS takes 128 MB for each of its threads, and waits for ever where it cannot: below 600 MB nothing can be promised.
    for room in (600_000_000, 800_000_000, 1_200_000_000):
        big = runner.write("big.npy", npy([], header="{'descr': '<f4', 'fortran_order': False, 'shape': (75000, 1000), }"))
        with open(big, "ab") as file:
            file.truncate(128 + 300_000_000)
        runner.run(
            "weights", big, "--samples", "10", "--format", "json", cpu=40, memory=room, note=f"300 MB of zeros in {room // 10**6} MB"
        )
        many = runner.some(200_000)
        texts = "".join(f'{{"a":"{i:040}","b":"{i + 1:040}","preference":0.5,"note":"{"n" * 200}"}}\n' for i in range(many))
        runner.run(
            "fit",
            runner.write("many.jsonl", texts),
            "--lambda",
            "0.1",
            "--format",
            "csv",
            cpu=60,
            memory=room,
            note=f"{many} rows in {room // 10**6} MB",
        )


def checkpoints(runner: Runner) -> None:
    """A checkpoint with a flipped bit never ends in another model."""
    prepare(runner)
    runner.write("votes3.jsonl", (CORPUS / "comparisons-jsonl" / "votes").read_bytes())
    train = ["train", "votes3.jsonl", "--alternatives", "alternatives.jsonl", "--runs", "1", "--hidden", "2", "--held-out", "0",
             "--checkpoint-every", "1", "--steps", "4000"]  # fmt: skip
    # A training that another one stopped: killed while its checkpoint stands.
    whole = interrupted(runner, train)
    for number in range(runner.some(200)):
        damaged = bytearray(whole)
        damaged[runner.chance.randrange(8, len(damaged))] ^= 1 << runner.chance.randrange(8)
        runner.write("m.checkpoint", bytes(damaged))
        (runner.folder / "m").unlink(missing_ok=True)
        runner.run(*train, "-o", "m", refuses=True, cpu=20, note=f"bit {number}")
    runner.write("m.checkpoint", whole)
    runner.run(*train, "-o", "m", cpu=20, note="as it was")


def interrupted(runner: Runner, train: list[str]) -> bytes:
    checkpoint = runner.folder / "m.checkpoint"
    # Beside much other work a whole training can pass before this program has its turn.
    for _ in range(5):
        checkpoint.unlink(missing_ok=True)
        (runner.folder / "m").unlink(missing_ok=True)
        command = [runner.tool, *train, "-o", "m"]
        process = subprocess.Popen(command, cwd=runner.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        content = b""
        while process.poll() is None and time.monotonic() < deadline and not content:
            try:
                content = checkpoint.read_bytes()
            except FileNotFoundError:
                continue
        process.kill()
        process.wait()
        if content:
            return content
    raise SystemExit("no checkpoint was left to damage")
