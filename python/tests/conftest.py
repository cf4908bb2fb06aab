"""What tests share: a small data set with near-duplicates, made from a seed."""

from __future__ import annotations

import os
import pathlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

WORDS = ["river", "stone", "lantern", "maple", "copper", "violet", "harbour", "thunder", "meadow", "silver", "quartz"]


def preferences(prompts: int = 12, seed: int = 3, words: int = 12) -> list[dict[str, Any]]:
    """Rows of prompt, chosen, rejected: some answers, of so many words, are near-duplicates of others."""
    random = np.random.default_rng(seed)
    rows = []
    for prompt in range(prompts):
        answers = [" ".join(random.choice(WORDS, words)) for _ in range(4)]
        answers.append(answers[0] + " indeed")
        answers.append(answers[0] + ".")
        quality = random.normal(size=4).tolist()
        quality += [quality[0], quality[0]]
        for _ in range(10):
            a, b = random.choice(6, 2, replace=False)
            wins = random.random() < 1 / (1 + np.exp(quality[b] - quality[a]))
            chosen, rejected = (a, b) if wins else (b, a)
            rows.append({"prompt": f"prompt {prompt}", "chosen": answers[chosen], "rejected": answers[rejected]})
    return rows


@pytest.fixture(scope="session")
def rows() -> list[dict[str, Any]]:
    """The rows of `preferences`."""
    return preferences()


@pytest.fixture(scope="session")
def tool() -> pathlib.Path:
    """The native tool, where it was built."""
    path = pathlib.Path(os.environ.get("TESSERA_TOOL", pathlib.Path(__file__).parents[2] / ".build/release/tessera"))
    if not path.exists():
        pytest.skip(f"the native tool is not at {path}: make build, or TESSERA_TOOL")
    return path


ROUTINES = ["openblas_set_num_threads", "cblas_dgemm", "cblas_dsymm", "cblas_dtrsm", "dpotrf_", "dpotrs_", "dsyevd_"]


@pytest.fixture(scope="session")
def with_its_blas(tool: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs Python code with the linear algebra that the native tool has, so that nothing is left to rounding.

    The wheel brings an OpenBLAS of its own, which can round otherwise; a package of its name leads to the tool's here.
    """
    linked = subprocess.run(["ldd", tool], capture_output=True, text=True, check=False).stdout.splitlines()
    blas = next((line.split()[2] for line in linked if "libopenblas" in line), None)
    compiler = shutil.which("cc")
    if blas is None or compiler is None or platform.machine() != "x86_64":
        pytest.skip("it needs a C compiler, x86-64 and the tool's own OpenBLAS")
    folder = tmp_path_factory.mktemp("blas")
    jumps = "".join(f".globl scipy_{name}\nscipy_{name}: jmp {name}@PLT\n" for name in ROUTINES)
    (folder / "jumps.s").write_text(f'.text\n{jumps}.section .note.GNU-stack,"",@progbits\n')
    subprocess.run([compiler, "-shared", "-o", folder / "libscipy_openblas.so", folder / "jumps.s", blas], check=True)
    (folder / "scipy_openblas32.py").write_text(f"def get_lib_dir():\n    return {str(folder)!r}\n")
    package = pathlib.Path(sys.modules["tessera_rl"].__file__ or "").parents[1] if "tessera_rl" in sys.modules else None
    path = os.pathsep.join(str(part) for part in (folder, package, os.environ.get("PYTHONPATH")) if part)

    def run(code: str, *arguments: str | pathlib.Path, cwd: pathlib.Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Three nodes, of one, two and two cores."""
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'tessera-rl[ray]'")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    here = os.pathsep.join([str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])])
    os.environ["PYTHONPATH"] = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    small: dict[str, Any] = {"object_store_memory": 200 << 20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **small})
    made.add_node(num_cpus=2, **small)
    made.add_node(num_cpus=2, **small)
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()
