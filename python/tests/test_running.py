"""Interrupts, threads, forks, memory: what has nothing to do with numbers."""

from __future__ import annotations

import gc
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tessera_rl as tr

LONG = "import numpy as np, tessera_rl as tr\nx = np.random.default_rng(0).normal(size=(3000, 200)).astype('float32')\n"


@pytest.mark.parametrize(
    "call",
    [
        "tr.voronoi_weights(x, samples=2_000_000_000)",
        "tally.part(x, 0, 2, samples=2_000_000_000)",
        "tr.RewardFit(weights='voronoi', lambda_=0.1, method='sampled', samples=2_000_000_000).fit(votes, x)",
        "tr.RewardHead(weights='none', lambda_=0.1, steps=10_000_000).fit(votes, x)",
    ],
)
def test_ctrl_c_stops_within_a_moment(call: str) -> None:
    program = LONG + (
        "import os, signal, threading, time\n"
        # Where these tests run in the background, a child is told to ignore it.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tessera_rl import tally\n"
        "votes = (np.arange(2999), np.arange(1, 3000))\n"
        "threading.Timer(1.0, lambda: (marks.append(time.monotonic()), os.kill(os.getpid(), signal.SIGINT))).start()\n"
        "marks = []\n"
        f"try:\n    {call}\n"
        "except KeyboardInterrupt:\n    print(time.monotonic() - marks[0])\n"
        "print(tr.weights([[0, 0], [1, 0], [1, 1]], space='unit-cube').values.tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    seconds, after = done.stdout.splitlines()
    # 0.2 s is promised on a quiet machine.
    assert float(seconds) < 2
    assert after == "[0.375, 0.25, 0.375]"


def test_an_error_in_progress_stops_the_run() -> None:
    def refuse(share: float) -> None:
        raise RuntimeError("enough")

    x = np.random.default_rng(0).normal(size=(2000, 100)).astype(np.float32)
    with pytest.raises(RuntimeError, match="enough"):
        tr.voronoi_weights(x, samples=1_000_000_000, progress=refuse)


def test_progress_rises_to_1() -> None:
    shares: list[float] = []
    x = np.random.default_rng(0).normal(size=(1000, 64)).astype(np.float32)
    tr.voronoi_weights(x, samples=400_000, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_other_threads_run_meanwhile() -> None:
    ticks = 0
    stop = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.wait(0.005):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    x = np.random.default_rng(0).normal(size=(1500, 128)).astype(np.float32)
    tr.voronoi_weights(x, samples=300_000)
    stop.set()
    thread.join()
    assert ticks > 3


def test_many_threads_get_the_same() -> None:
    x = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    expected = tr.voronoi_weights(x, samples=20_000).values.tobytes()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tr.voronoi_weights(x, samples=20_000).values.tobytes(), range(24)))
    assert set(found) == {expected}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_works() -> None:
    program = LONG + (
        "import os\nhere = tr.voronoi_weights(x, samples=20_000).values.tobytes()\npid = os.fork()\n"
        "if pid == 0:\n    os._exit(0 if tr.voronoi_weights(x, samples=20_000).values.tobytes() == here else 1)\n"
        "print(os.waitpid(pid, 0)[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "0"


def test_arrays_outlive_their_result() -> None:
    values = tr.weights([[0, 0], [1, 0], [1, 1]], space="unit-cube").values
    gc.collect()
    junk = [np.ones(1000) for _ in range(100)]
    assert values.tolist() == [0.375, 0.25, 0.375]
    assert len(junk) == 100


def test_memory_is_given_back() -> None:
    resource = pytest.importorskip("resource")
    x = np.random.default_rng(0).normal(size=(2000, 50)).astype(np.float32)
    for _ in range(3):
        tr.weights(x, "voronoi", samples=1_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(40):
        tr.weights(x, "voronoi", samples=1_000)
    # 40 copies of the contexts would be 16 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 12_000


def test_import_is_quick_and_opens_no_linear_algebra() -> None:
    program = (
        "import numpy, time\n"
        "def maps(): return {line.split()[-1] for line in open('/proc/self/maps') if 'openblas' in line}\n"
        "before, t = maps(), time.perf_counter()\n"
        "import tessera_rl\n"
        "print(time.perf_counter() - t)\n"
        "print(len(maps() - before))\n"
        "tessera_rl.RewardFit(weights='none', lambda_=0.1).fit(([0], [1]))\n"
        "print(len(maps() - before))\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(7)
    ]
    # The median is below 0.05 s on a quiet machine.
    assert statistics.median(float(run[0]) for run in runs) < 0.2
    assert {run[1] for run in runs} == {"0"}
    # Found once something is run: the test would see it.
    assert {run[2] for run in runs} == {"1"}


def test_signals_are_left_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    tr.weights([[0.0], [1.0]], "linkage")
    assert signal.getsignal(signal.SIGINT) == before
    assert time.monotonic() > 0
