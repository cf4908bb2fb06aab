"""Prints a table of requests a second, latencies and memory, ours beside the peer's, and checks that both answer alike."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE / "../../.build/release/tessera"
SERVER = HERE / "../.build/release/tessera-serve"
DIMENSION = 100
CONNECTIONS = (1, 16, 64)


@dataclass
class Load:
    """What wrk said."""

    rate: float
    middle: str
    late: str
    errors: int


@dataclass
class Server:
    """A server under way."""

    name: str
    process: subprocess.Popen[bytes]
    port: int

    def memory(self) -> float:
        """MB of the process and its children."""
        pids = [self.process.pid]
        for pid in pids:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
        total = 0
        for pid in pids:
            found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
            total += int(found[1]) if found else 0
        return total / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def trained(folder: pathlib.Path) -> pathlib.Path:
    """A model of 20 runs, 100 - 32 - 32 - 1, as tessera train makes it."""
    random = np.random.default_rng(1)
    np.save(folder / "contexts.npy", random.normal(size=(200, DIMENSION)).astype(np.float32))
    with (folder / "votes.jsonl").open("w") as votes:
        for _ in range(2_000):
            a, b = random.choice(200, 2, replace=False)
            votes.write(json.dumps({"a": f"x{a}", "b": f"x{b}", "winner": "a"}) + "\n")
    with (folder / "answers.jsonl").open("w") as answers:
        answers.writelines(json.dumps({"id": f"x{i}"}) + "\n" for i in range(200))
    model = folder / "model.safetensors"
    command: list[str | pathlib.Path] = [
        TOOL,
        "train",
        "votes.jsonl",
        "--alternatives",
        "answers.jsonl",
        "--contexts",
        "contexts.npy",
    ]
    command += ["--weights", "uniform", "--held-out", "0", "--steps", "25", "--lambda", "0.1", "-o", model.name]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return model


def trained_on_texts(folder: pathlib.Path) -> pathlib.Path:
    """A model of 20 runs over texts, by the built-in embedder."""
    words = ["the", "a", "cat", "dog", "sees", "likes", "near", "far", "house", "tree", "red", "green", "never", "always"]
    random = np.random.default_rng(2)
    with (folder / "pairs.jsonl").open("w") as pairs:
        for number in range(300):
            left, right = (" ".join(random.choice(words, 60)) for _ in range(2))
            pairs.write(json.dumps({"prompt": f"p{number}", "chosen": left, "rejected": right}) + "\n")
    model = folder / "texts.safetensors"
    command: list[str | pathlib.Path] = [
        TOOL,
        "train",
        "pairs.jsonl",
        "--weights",
        "uniform",
        "--held-out",
        "0",
        "--steps",
        "25",
    ]
    command += ["--lambda", "0.1", "-o", model.name]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return model


def ask(port: int, path: str, body: bytes) -> dict[str, list[float]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        answer: dict[str, list[float]] = json.load(reply)
        return answer


def ours(models: list[pathlib.Path]) -> Server:
    command: list[str | pathlib.Path] = [SERVER, "--port", "0"]
    for model in models:
        command += ["--model", model]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr
    return Server("tessera serve", process, int(json.loads(process.stderr.readline())["port"]))


def peer(model: pathlib.Path, workers: int) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(port), "--workers", str(workers)]
    command += ["--log-level", "warning", "--no-access-log"]
    # One thread of BLAS a worker: requests are small, and threads would only take turns.
    environment = {**os.environ, "MODEL": str(model), "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=HERE, env=environment)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    return Server(f"FastAPI, {workers} worker{'s' if workers > 1 else ''}", process, port)


def load(server: Server, path: str, body: pathlib.Path, connections: int, seconds: float) -> Load:
    command: list[str | pathlib.Path] = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds:g}s",
        "--latency",
        "-s",
        HERE / "post.lua",
    ]
    command.append(f"http://127.0.0.1:{server.port}{path}")
    environment = {**os.environ, "BODY": str(body)}
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    def found(pattern: str) -> str:
        match = re.search(pattern, text)
        return match[1] if match else "0"

    errors = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout|responses:) (\d+)", text))
    return Load(float(found(r"Requests/sec:\s+([\d.]+)")), found(r"\n\s*50%\s+(\S+)"), found(r"\n\s*99%\s+(\S+)"), errors)


def row(server: Server, what: str, connections: int, result: Load) -> None:
    print(
        f"| {server.name} | {what} | {connections} | {result.rate:,.0f} | {result.middle} | {result.late} "
        f"| {result.errors} | {server.memory():.0f} |",
        flush=True,
    )


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model, texts = trained(folder), trained_on_texts(folder)
        vector = [round(x, 6) for x in np.random.default_rng(3).normal(size=DIMENSION).tolist()]
        body, query = folder / "body.json", folder / "query.json"
        body.write_text(json.dumps({"vectors": [vector]}))
        answer = "the cat never sees a red house near the tree " * 12
        query.write_text(json.dumps({"query": ["Question? " + answer], "prompts": ["Question? "], "labels": [None]}))
        print(f"{os.cpu_count()} cores, wrk -t1 on the same; bodies of {body.stat().st_size:,} bytes (vectors) and ")
        print(f"{query.stat().st_size:,} bytes (texts); 20 runs, {DIMENSION} - 32 - 32 - 1; {seconds:g} s a row\n")
        print("| server | scored | connections | requests/s | p50 | p99 | errors | MB |")
        print("|---|---|---|---|---|---|---|---|")
        server = ours([model, texts])
        expected = ask(server.port, "/v1/rewards", body.read_bytes())["rewards"]
        for connections in CONNECTIONS:
            row(server, "a vector", connections, load(server, "/v1/rewards", body, connections, seconds))
        path = "/get_reward?model=texts"
        for connections in CONNECTIONS[1:]:
            row(server, "a text", connections, load(server, path, query, connections, seconds))
        server.stop()
        for workers in (1, 2):
            other = peer(model, workers)
            theirs = ask(other.port, "/v1/rewards", body.read_bytes())["rewards"]
            assert np.allclose(expected, theirs, atol=1e-5), (expected, theirs)
            for connections in CONNECTIONS[1:]:
                row(other, "a vector", connections, load(other, "/v1/rewards", body, connections, seconds))
            other.stop()
        server = ours([model])
        print(f"\nmemory after the start {server.memory():.1f} MB", flush=True)
        for times in (1, 10):
            result = load(server, "/v1/rewards", body, 16, seconds * times)
            print(f"after {result.rate * seconds * times:,.0f} requests more {server.memory():.1f} MB", flush=True)
        server.stop()
        return 0 if server.process.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
