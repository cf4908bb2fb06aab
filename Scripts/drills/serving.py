"""Drills of `tessera serve`: it is killed or asked to stop while clients ask, and every answer that arrives is right."""

from __future__ import annotations

import http.client
import json
import pathlib
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable

PATIENCE = 60
TEXTS = [[f"an answer of {n} words " * n] for n in range(1, 12)]


class Server:
    """A service under way, on a port of its own."""

    def __init__(self, tool: pathlib.Path, model: pathlib.Path, **streams: object) -> None:
        command = [str(tool), "serve", "--model", f"m={model}", "--port", "0"]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **streams}
        self.process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)  # type: ignore[call-overload]
        self.port = 0
        assert self.process.stderr is not None
        for line in self.process.stderr:
            event = json.loads(line)
            if event["event"] == "listening":
                self.port = int(event["port"])
                break

    def ask(self, texts: list[str]) -> tuple[int, bytes] | None:
        """The status and the whole body; None where the connection failed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/v1/rewards", json.dumps({"texts": texts}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def drill(tool: pathlib.Path, model: pathlib.Path, chance: random.Random, require: Callable[[bool, str], None]) -> None:
    """One service, three clients, one signal in between; then another service that answers the same."""
    server = Server(tool, model)
    try:
        require(server.port > 0, f"does not listen: exit code {server.process.poll()}")
        expected = [server.ask(texts) for texts in TEXTS]
        require(all(e is not None and e[0] == 200 for e in expected), "does not answer")
        wrong: list[str] = []
        stopped = threading.Event()

        def client(seed: int) -> None:
            own = random.Random(seed)
            while not stopped.is_set():
                place = own.randrange(len(TEXTS))
                answer = server.ask(TEXTS[place])
                if answer is None:
                    if server.process.poll() is not None:
                        return
                elif answer[0] == 200 and answer != expected[place]:
                    wrong.append(f"another answer: {answer[1][:100]!r}")
                elif answer[0] not in (200, 429, 503):
                    wrong.append(f"status {answer[0]}")

        clients = [threading.Thread(target=client, args=(n,)) for n in range(3)]
        for thread in clients:
            thread.start()
        time.sleep(chance.uniform(0.05, 0.6))
        number = chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGTERM])
        server.process.send_signal(number)
        try:
            code = server.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            require(False, f"no end {PATIENCE} s after {number.name}")
            return
        finally:
            stopped.set()
        for thread in clients:
            thread.join(PATIENCE)
        require(code == (-number if number == signal.SIGKILL else 0), f"exit code {code} after {number.name}")
        require(not wrong, "; ".join(wrong[:3]))
    finally:
        server.end()
    again = Server(tool, model)
    try:
        require(again.port > 0 and again.ask(TEXTS[0]) == expected[0], "another answer after a new start")
    finally:
        again.end()
