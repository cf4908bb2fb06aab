"""What fits into 4 GiB: a fit of ten million comparisons, and the weights of a million long contexts, whole processes."""

import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "../.build/release/tessera")
ROOM = 4 << 30
# Seconds after which a contestant has lost.
PATIENCE = float(os.environ.get("TESSERA_LOAD_PATIENCE", "1200"))


def within(*command):
    """Seconds, seconds of processor and peak memory in GiB of one process that may have 4 GiB of data; why, where it fails."""

    def bounds():
        resource.setrlimit(resource.RLIMIT_DATA, (ROOM, ROOM))

    start = time.perf_counter()
    process = subprocess.Popen(list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=bounds)
    waiting = subprocess.Popen(["sleep", str(PATIENCE)])
    try:
        # Whichever ends first; the usage is that of the contestant alone.
        while True:
            found, status, usage = os.wait4(process.pid, os.WNOHANG)
            if found:
                break
            if waiting.poll() is not None:
                process.kill()
                os.wait4(process.pid, 0)
                return [f"no end after {PATIENCE:.0f} s", "-", "-"]
            time.sleep(0.05)
    finally:
        waiting.kill()
        waiting.wait()
    seconds = time.perf_counter() - start
    peak = usage.ru_maxrss / 2**20
    processor = f"{usage.ru_utime + usage.ru_stime:.1f}"
    if status != 0:
        words = process.stderr.read().decode(errors="replace").strip().splitlines()
        return [f"fails: {words[-1][:80] if words else f'status {status}'}", processor, f"{peak:.2f}"]
    return [f"{seconds:.1f}", processor, f"{peak:.2f}"]


def load(comparisons, contexts, table):
    """Prints both tables.

    comparisons, contexts: what makes the data of a size, and tells where they are. table: prints one.
    """
    script = os.path.join(HERE, "peers", "load.py")
    votes = comparisons(1_000_000, 10_000_000)
    output = ["--memory-limit", "4GiB", "--format", "csv", "--output", os.path.join(HERE, "data", "load.csv")]
    contestants = [
        ("tessera fit: rewards and standard errors", [TOOL, "fit", votes, "--lambda", "0.1", *output]),
        ("SciPy L-BFGS-B, the same objective: rewards", [sys.executable, script, "lbfgs", votes]),
        ("evalica bradley_terry: rewards", [sys.executable, script, "evalica", votes]),
    ]
    table(
        "10,000,000 comparisons of 1,000,000 alternatives, whole processes within 4 GiB",
        ["", "seconds", "of processor", "peak memory, GiB"],
        [[name, *within(*command)] for name, command in contestants],
    )
    array = contexts(1_000_000, 768)
    contestants = [
        ("tessera weights", [TOOL, "weights", array, "--method", "sampled", "--samples", "10000", *output]),
        ("faiss IndexFlatL2, nearest of as many samples", [sys.executable, script, "faiss", array]),
        ("NumPy, nearest of as many samples", [sys.executable, script, "numpy", array]),
    ]
    table(
        "Weights of 1,000,000 contexts of 768 dimensions (2.86 GiB), 10,000 samples, whole processes within 4 GiB",
        ["", "seconds", "of processor", "peak memory, GiB"],
        [[name, *within(*command)] for name, command in contestants],
    )
    os.remove(array)
