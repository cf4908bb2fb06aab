"""The programs of `examples`, where what they run on is installed."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import tessera_rl as tr

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
SAMPLES = 100_000

pytestmark = pytest.mark.skipif(not EXAMPLES.exists(), reason="the examples are beside the sources, not in the wheel")


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    np.save(tmp_path / "x.npy", np.random.default_rng(2).normal(size=(80, 16)).astype(np.float32))
    return tmp_path


def run(folder: pathlib.Path, *command: str | pathlib.Path) -> str:
    here = str(pathlib.Path(tr.__file__).parents[1])
    given = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": here if given is None else os.pathsep.join([here, given])}
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def expected(folder: pathlib.Path) -> bytes:
    return tr.voronoi_weights(np.load(folder / "x.npy"), samples=SAMPLES, seed=7).values.tobytes()


def check(folder: pathlib.Path, printed: str) -> None:
    assert "80 answers" in printed
    assert np.load(folder / "w.npy").tobytes() == expected(folder)


def test_the_article_shows_the_examples() -> None:
    article = EXAMPLES.parents[1] / "Sources/Tessera/Documentation.docc/Clusters.md"
    code = "".join(path.read_text() for path in sorted(EXAMPLES.iterdir()))
    known = {line.strip() for line in code.splitlines()}
    blocks = re.findall(r"^```(?:python|sh)\n(.*?)^```$", article.read_text(), re.MULTILINE | re.DOTALL)
    # Blocks that import show calls with data that nobody has; the others are pieces of the programs.
    pieces = [block for block in blocks if "import " not in block]
    assert len(pieces) == 3
    for block in pieces:
        assert {line.strip() for line in block.splitlines()} <= known


def test_dask(folder: pathlib.Path) -> None:
    pytest.importorskip("dask.distributed")
    check(folder, run(folder, sys.executable, EXAMPLES / "on_dask.py", "x.npy", "w.npy", str(SAMPLES)))


def test_mpi(folder: pathlib.Path) -> None:
    pytest.importorskip("mpi4py")
    mpirun = shutil.which("mpirun")
    if mpirun is None:
        pytest.skip("there is no mpirun")
    options = ["--oversubscribe", *(["--allow-run-as-root"] if os.getuid() == 0 else [])]
    command = [mpirun, *options, "-n", "3", sys.executable, EXAMPLES / "on_mpi.py", "x.npy", "w.npy", str(SAMPLES)]
    check(folder, run(folder, *command))


def test_ray(folder: pathlib.Path) -> None:
    pytest.importorskip("ray")
    check(folder, run(folder, sys.executable, EXAMPLES / "on_ray.py", "x.npy", "w.npy", str(SAMPLES)))
    assert list((folder / "w.npy.parts").glob("*.tally"))


def test_an_array_of_jobs(folder: pathlib.Path, tool: pathlib.Path) -> None:
    script = f"""set -e; export PATH={tool.parent}:$PATH SLURM_ARRAY_TASK_COUNT=3
    for i in 1 2 3; do SLURM_ARRAY_TASK_ID=$i sh {EXAMPLES}/on_slurm.sh x.npy parts {SAMPLES}; done
    tessera weights --merge parts/part*.json --format csv -o w.csv"""
    run(folder, "sh", "-c", script)
    rows = (folder / "w.csv").read_text().splitlines()[1:]
    found = np.array([float(row.split(",")[1]) for row in rows])
    assert found.tobytes() == expected(folder)
