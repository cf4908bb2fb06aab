"""A service under drill: models that the tool trains, the program that serves them, and connections to it."""

from __future__ import annotations

import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
from collections.abc import Sequence
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE / "../../.build/release/tessera"
SERVER = HERE / "../.build/release/tessera-serve"

TOPICS = ("cats", "dogs", "trees", "rivers", "houses", "stars", "boats", "songs")
Answer = tuple[int, dict[str, str], bytes]


def train(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """A model that reads answers, and one that reads prompts with them."""
    with (folder / "pairs.jsonl").open("w") as file:
        for number, topic in enumerate(TOPICS * 6):
            row = {"prompt": f"Tell me about {topic}, please, version {number}."}
            row["chosen"] = f"There is much to say about {topic}: they are old, and number {number} of them is dear to many."
            row["rejected"] = f"No. {topic.title()} are of no interest to number {number}."
            file.write(json.dumps(row) + "\n")
    models = {}
    for name, more in (("answers", []), ("prompts", ["--with-prompt"])):
        models[name] = folder / f"{name}.safetensors"
        command: list[str | pathlib.Path] = [
            TOOL,
            "train",
            "pairs.jsonl",
            "--weights",
            "uniform",
            "--held-out",
            "0",
            "--runs",
            "4",
            *more,
        ]
        command += ["--lambda", "0.1", "--steps", "100", "-o", models[name].name]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return models


def scored(folder: pathlib.Path, model: pathlib.Path, answers: Sequence[tuple[str, str]]) -> list[float]:
    """What tessera score says of prompts and answers."""
    with (folder / "asked.jsonl").open("w") as file:
        for number, (prompt, text) in enumerate(answers):
            file.write(json.dumps({"id": f"t{number}", "prompt": prompt, "text": text}) + "\n")
    command: list[str | pathlib.Path] = [TOOL, "score", model.name, "asked.jsonl", "--format", "json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    rewards = {row["id"]: row["reward"] for row in json.loads(done.stdout)["alternatives"]}
    return [rewards[f"t{number}"] for number in range(len(answers))]


class Service:
    """The program, on a port of its own."""

    def __init__(self, models: dict[str, pathlib.Path], *options: str, port: int = 0) -> None:
        command: list[str | pathlib.Path] = [SERVER, "--port", str(port), *options]
        for name, path in models.items():
            command += ["--model", f"{name}={path}"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        # Others run beside it.
        self.log_file = pathlib.Path(next(iter(models.values()))).parent / f"log-{self.process.pid}.jsonl"
        self.log = self.log_file.open("wb")
        assert self.process.stderr
        # Unless it has a warning to begin with, the first line tells the port.
        line = self.process.stderr.readline()
        said = json.loads(line or "{}")
        if "port" not in said:
            raise RuntimeError(f"the service did not begin: code {self.process.wait()}")
        self.port = int(said["port"])
        # What comes after the first line is kept by a program of its own, so that nothing waits for a reader.
        self.keeper = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=self.log)
        self.process.stderr.close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: object = None, headers: dict[str, str] | None = None, method: str = "") -> Answer:
        """One request on a connection of its own; a body that is no bytes is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = {} if data is None else {"Content-Type": "application/json"}
        connection.request(method or ("GET" if data is None else "POST"), path, data, {**kind, **(headers or {})})
        reply = connection.getresponse()
        answer = (reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        connection.close()
        return answer

    def value(self, path: str, body: object = None) -> dict[str, Any]:
        status, _, text = self.ask(path, body)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {text!r}")
        value: dict[str, Any] = json.loads(text)
        return value

    def wire(self) -> socket.socket:
        wire = socket.create_connection(("127.0.0.1", self.port), 10)
        wire.settimeout(10)
        return wire

    def memory(self) -> float:
        """MB."""
        found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    @property
    def lives(self) -> bool:
        return self.process.poll() is None and self.ask("/health")[0] == 200

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The code that it ends with."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.keeper.wait(10)
        self.log.close()
        return code

    def lines(self) -> str:
        return self.log_file.read_text()


def status_of(wire: socket.socket) -> int:
    """The status that arrives, 0 where the connection ends without one."""
    data = b""
    try:
        while b"\r\n" not in data:
            part = wire.recv(4_096)
            if not part:
                break
            data += part
    except OSError:
        pass
    return int(data.split()[1]) if data.startswith(b"HTTP/1.1 ") else 0


def ends(wire: socket.socket) -> bool:
    """Whether the other side closes."""
    try:
        while wire.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
