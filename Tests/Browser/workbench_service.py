"""The service under test, and what its answers cost."""

from __future__ import annotations

import http.client
import json
import pathlib
import signal
import statistics
import subprocess
import time
from collections.abc import Callable
from typing import Any


class Service:
    """The program, on a port of its own, with a private store."""

    def __init__(self, program: str, *options: str, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [program, "--port", "0", *options], stderr=subprocess.PIPE, text=True, env=environment or {"PATH": "/usr/bin:/bin"}
        )
        assert self.process.stderr
        first = json.loads(self.process.stderr.readline())
        if "port" not in first:
            raise RuntimeError(f"the service does not start: {first}")
        self.port = int(first["port"])
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None


def speed(service: Service, files: dict[str, pathlib.Path], expect: Callable[[object, str], None]) -> None:
    """What a step of a slider costs with 2,000 answers, request to answer."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=300)

    def send(path: str, file: pathlib.Path) -> Any:
        connection.request("POST", path, file.read_bytes(), {"Content-Type": "application/octet-stream"})
        return json.loads(connection.getresponse().read())

    began = time.monotonic()
    study = send("/api/studies?name=many.jsonl", files["rows"])["id"]
    send(f"/api/studies/{study}/files/alternatives?name=alternatives.jsonl", files["alternatives"])
    while (found := service.ask("GET", f"/api/studies/{study}")[1])["state"] == "preparing":
        time.sleep(0.2)
    expect(found["state"] == "ready", f"2,000 answers are read: {found['problem']}")
    print(f"workbench: 2,000 answers, 20,000 votes, 256 numbers each: ready after {time.monotonic() - began:.1f} s")
    if found["state"] != "ready":
        return

    def times(path: str, bodies: list[dict[str, Any]]) -> str:
        costs = []
        for body in bodies:
            before = time.perf_counter()
            connection.request("POST", f"/api/studies/{study}/{path}", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            expect(answer.status == 200, f"{path} {body}: {answer.status}")
            costs.append(1e3 * (time.perf_counter() - before))
        costs.sort()
        late = costs[int(0.95 * len(costs))]
        return f"{statistics.median(costs):.0f} ms (median of {len(costs)}), {late:.0f} ms (95 %), {costs[-1]:.0f} ms (most)"

    for scheme in found["study"]["schemes"]:
        if scheme["most"] is not None:
            span = scheme["most"] - scheme["least"]
            steps = [{"scheme": scheme["name"], "resolution": scheme["least"] + span * k / 40} for k in range(41)]
            print(f"workbench: {scheme['name']}, a resolution: {times('audit', steps)}")
        if scheme["name"] == "voronoi":
            print(f"workbench: voronoi, measured once: {times('audit', [{'scheme': 'voronoi'}])}")
        steps = [{"scheme": scheme["name"], "lambda": 10 ** (-4 + k / 8)} for k in range(41)]
        print(f"workbench: {scheme['name']}, a lambda: {times('audit', steps)}")
        steps = [{"scheme": scheme["name"], "id": f"answer {50 * k}", "count": 10} for k in range(40)]
        print(f"workbench: {scheme['name']}, ten exact copies: {times('clones', steps)}")
        near = [{**step, "distance": 0.1} for step in steps[:10]]
        if scheme["name"] != "voronoi":
            print(f"workbench: {scheme['name']}, ten near copies: {times('clones', near)}")
    service.ask("DELETE", f"/api/studies/{study}")
