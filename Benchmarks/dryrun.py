"""What a dry run says beside what the work then takes: seconds and memory of whole processes."""

import json
import os
import re
import subprocess
import tempfile
import time


def measured(command):
    """Seconds and peak memory, in bytes, of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, 1024 * usage.ru_maxrss


def dry(command):
    """What is said, and the seconds that it took to say it. An audit, which writes a folder, says it in words."""
    isaudit = "audit" in command
    start = time.perf_counter()
    done = subprocess.run([*command, "--dry-run", *([] if isaudit else ["--format", "json"])], capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} --dry-run: {done.stderr}")
    if not isaudit:
        return json.loads(done.stdout), took
    number, unit = re.search(r"in all +about ([\d.]+) (s|minutes)", done.stdout).groups()
    return {"seconds": float(number) * (60 if unit == "minutes" else 1)}, took


def cases(folder, comparisons, contexts):
    def alternatives(m):
        path = os.path.join(folder, f"alternatives-{m}.jsonl")
        with open(path, "w") as file:
            file.write("".join('{"id": "model-%d"}\n' % i for i in range(m)))
        return path

    yield "fit, 1,000 alternatives, 100,000 comparisons", ["fit", comparisons(1_000, 100_000)]
    yield "fit, 10,000 alternatives, 1,000,000 comparisons", ["fit", comparisons(10_000, 1_000_000)]
    yield "the same, lambda given", ["fit", comparisons(10_000, 1_000_000), "--lambda", "0.1"]
    yield "fit, 100,000 alternatives, 1,000,000 comparisons", ["fit", comparisons(100_000, 1_000_000)]
    wide = [comparisons(2_000, 100_000), "--alternatives", alternatives(2_000), "--contexts", contexts(2_000, 384)]
    yield "fit with local weights, 2,000 contexts of 384", ["fit", *wide]
    yield "fit with cells, 2,000 contexts of 384", ["fit", *wide, "--weights", "voronoi"]
    yield "weights, 2,000 contexts of 1,500, 1,000,000 samples", ["weights", contexts(2_000, 1_500), "--samples", "1000000"]
    yield "weights, 100,000 points of the plane", ["weights", contexts(100_000, 2)]
    yield "weights, 20,000 points in 3 dimensions", ["weights", contexts(20_000, 3)]
    yield "weights, 400 points in 4 dimensions, exact", ["weights", contexts(400, 4)]
    for scheme in ("horizon", "radius-graph", "k-means=1000", "density"):
        yield f"weights, {scheme}, 20,000 contexts of 256", ["weights", contexts(20_000, 256), "--weights", scheme]
    yield "weights, meta=12, 5,000 contexts of 256", ["weights", contexts(5_000, 256), "--weights", "meta=12"]
    audit = [comparisons(1_000, 20_000), "--alternatives", alternatives(1_000), "--contexts", contexts(1_000, 64)]
    yield "audit, 1,000 answers, 20,000 comparisons", ["audit", *audit, "-o", os.path.join(folder, "audit")]


def dryrun(tool, comparisons, contexts, table):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in cases(folder, comparisons, contexts):
            command = [tool, *map(str, arguments)]
            said, took = dry(command)
            seconds, peak = measured(command)
            memory = said.get("bytes")
            rows.append([
                name, f"{said['seconds']:.2f}", f"{seconds:.2f}", f"{said['seconds'] / seconds:.2f}", f"{took:.2f}",
                f"{memory / 2**20:.0f}" if memory else "-", f"{peak / 2**20:.0f}",
            ])
    table(
        "What --dry-run says, and what it then takes",
        ["", "seconds, said", "seconds", "said / taken", "seconds of the dry run", "MiB, said", "MiB, peak"], rows)
