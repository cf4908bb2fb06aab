"""Drills a service with real models and real connections, and prints what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import aiohttp
from served import TOPICS, Service, ends, scored, status_of, train

HEAD = b"POST /v1/rewards HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
ANSWERS = [(f"Tell me about {topic}.", f"I like {topic}, and number {place}.") for place, topic in enumerate(TOPICS)]


class Drill:
    """Steps in turn; each says what was sent and what came of it, or raises what is wrong."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.models = train(folder)
        self.rows: list[tuple[str, str, str]] = []

    def step(self, name: str, run: Callable[[], str]) -> None:
        start = time.monotonic()
        try:
            outcome, verdict = run(), "held"
        except Exception as error:
            outcome, verdict = f"{type(error).__name__}: {str(error)[:300]}", "FAILED"
        self.rows.append((name, outcome, verdict))
        print(f"{name}: {verdict} ({time.monotonic() - start:.1f} s): {outcome}", file=sys.stderr, flush=True)

    def serve(self, *options: str, port: int = 0) -> Service:
        return Service(self.models, *options, port=port)

    # What the routes say, beside the tool

    def numbers(self, service: Service) -> str:
        """Every route gives the numbers of tessera score."""
        compared, worst = 0, 0.0

        def same(found: list[float], expected: list[float], what: str) -> None:
            nonlocal compared, worst
            assert len(found) == len(expected), what
            for left, right in zip(found, expected, strict=True):
                worst = max(worst, abs(left - right))
                assert math.isclose(left, right, abs_tol=1e-5), (what, left, right)
                compared += 1

        prompts, texts = [prompt for prompt, _ in ANSWERS], [text for _, text in ANSWERS]
        for name, model in self.models.items():
            want = scored(self.folder, model, ANSWERS)
            assert len(set(want)) == len(want), want
            same(service.value("/v1/rewards", {"model": name, "texts": texts, "prompts": prompts})["rewards"], want, "rewards")
            query = {"query": [p + t for p, t in ANSWERS], "prompts": prompts, "labels": [None] * len(texts)}
            same(service.value(f"/get_reward?model={name}", query)["rewards"], want, "get_reward")
            data = service.value("/score", {"model": name, "queries": prompts, "documents": texts})["data"]
            same([row["score"] for row in data], want, "score")
            one = scored(self.folder, model, [(prompts[0], text) for text in texts])
            for path in ("/rerank", "/v1/rerank"):
                results = service.value(path, {"model": name, "query": prompts[0], "documents": texts})["results"]
                found = {row["index"]: row["relevance_score"] for row in results}
                same([found[place] for place in range(len(texts))], one, path)
                assert list(found.values()) == sorted(found.values(), reverse=True)
            for place, (prompt, text) in enumerate(ANSWERS):
                turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]
                data = service.value("/pooling", {"model": name, "messages": turns})["data"]
                same(data[0]["data"], [want[place]], "pooling")
                body = {"model": name, "messages": turns, "use_activation": False}
                same(service.value("/classify", body)["data"][0]["probs"], [want[place]], "classify")
        return f"{compared} rewards of two models, largest difference {worst:.1e}"

    def openrlhf(self, service: Service) -> str:
        """What OpenRLHF's single-turn executor sends and reads: one query a request, all at once, five attempts."""
        want = scored(self.folder, self.models["answers"], ANSWERS)

        async def fetch(prompt: str, text: str) -> dict[str, Any]:
            payload = {"query": [prompt + text], "prompts": [prompt], "labels": [None]}
            timeout = aiohttp.ClientTimeout(total=180)
            for _ in range(5):
                try:
                    async with (
                        aiohttp.ClientSession(timeout=timeout) as session,
                        session.post(f"{service.base}/get_reward", json=payload) as reply,
                    ):
                        reply.raise_for_status()
                        found: dict[str, Any] = await reply.json()
                        return found
                except aiohttp.ClientError:
                    await asyncio.sleep(1)
            raise RuntimeError("no answer in five attempts")

        async def all_of_them() -> list[dict[str, Any]]:
            return await asyncio.gather(*(fetch(*ANSWERS[place % len(ANSWERS)]) for place in range(256)))

        for place, reply in enumerate(asyncio.run(all_of_them())):
            reward, score = reply["rewards"][0], reply["scores"][0]
            assert math.isclose(reward, want[place % len(want)], abs_tol=1e-5)
            assert 0 < score < 1 and math.isclose(score, 1 / (1 + math.exp(-reward)), abs_tol=1e-6)
            assert all(len(values) == 1 for values in reply["extra_logs"].values())
        return "256 requests at once, every one its reward and its score"

    def schemathesis(self, seconds: int) -> str:
        """Requests that the description allows and forbids, made by a tool that knows only the description."""
        # One model: the description then has the length of its vectors.
        service = Service({"answers": self.models["answers"]})
        command = ["schemathesis", "run", f"{service.base}/openapi.json", "--checks", "all", "--seed", "7"]
        command += ["--phases", "examples,coverage,fuzzing", "--max-time", str(seconds), "--continue-on-failure"]
        command += ["--suppress-health-check", "all"]
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "400"}
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=seconds + 120, env=environment)
        assert service.lives and service.stop() == 0
        made = re.search(r"(\d+) generated", done.stdout)
        assert made and int(made[1]) > 500, done.stdout[-1_500:]
        # What JSON Schema cannot say: that two lists go together, who speaks last, how long a body is in bytes.
        unsaid = re.compile(
            r"one for each (query|text|document)|expected assistant: the last message|body: found more, expected at most"
            # Of studies: which there are, what a name ends in, which words a query knows.
            r"|no study has this id|an ending that tells no format|found another (word|name)|found no bytes"
            r"|(lambda|resolution|distance): found|a second time"
        )
        failures = re.findall(r"^- (.*?)\n.*?\n\[\d+\][^\n]*\n\s*`([^\n]*)`", done.stdout, re.MULTILINE | re.DOTALL)
        listed = len(re.findall(r"^- ", done.stdout.split("SUMMARY")[0], re.MULTILINE))
        strange = [f"{kind}: {text}" for kind, text in failures if not re.match("ST20[12] ", kind) or not unsaid.search(text)]
        assert not strange and listed == len(failures) and "Runtime Error" not in done.stdout, strange or done.stdout[-1_500:]
        return f"{made[1]} requests; {len(failures)} kinds of refusal that a schema cannot say, nothing else"

    # What strangers send

    def malformed(self, service: Service, count: int) -> str:
        """Bodies with random mistakes."""
        dice = random.Random(5)
        good = json.dumps({"texts": ["a", "b"], "prompts": ["c", "d"], "model": "answers"}).encode()
        seen: Counter[int] = Counter()
        pieces = [b"[", b"{", b'"', b"\\", b"\xff", b"\x00", b"1e999", b"null", b",", b"\\ud800", b"\xed\xa0\x80"]
        for number in range(count):
            body = bytearray(good)
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(body) + 1)
                if dice.random() < 0.5:
                    body[at:at] = dice.choice(pieces) * dice.choice([1, 1, 40])
                else:
                    del body[at : at + dice.randint(1, 5)]
            status, _, text = service.ask(dice.choice(["/v1/rewards", "/get_reward", "/rerank", "/score"]), bytes(body))
            seen[status] += 1
            assert status in (200, 400, 404, 422), (status, bytes(body), text)
            json.loads(text)
            if number % 50 == 0:
                wire = service.wire()
                wire.sendall(dice.randbytes(2_000))
                assert status_of(wire) in (0, 400)
        assert service.lives
        return f"{count} bodies: " + ", ".join(f"{status} x {n}" for status, n in sorted(seen.items()))

    def huge(self, service: Service) -> str:
        """Bodies that are announced or grow beyond the limit, and many bodies at once."""
        before = service.memory()
        for _ in range(20):
            wire = service.wire()
            wire.sendall(HEAD + b"Content-Length: 4000000000\r\n\r\n")
            assert status_of(wire) == 413
        wire = service.wire()
        wire.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            for _ in range(200):
                wire.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
                sent += 1
        except OSError:
            pass
        assert sent < 200, "200 MB were taken"
        text = json.dumps({"texts": ["x" * 60_000] * 30}).encode()
        statuses: Counter[int] = Counter()

        def big() -> None:
            statuses[service.ask("/v1/rewards", text)[0]] += 1

        threads = [threading.Thread(target=big) for _ in range(48)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {200, 429} and service.lives, statuses
        counts = ", ".join(f"{status} x {n}" for status, n in sorted(statuses.items()))
        many = f"48 of {len(text):,} bytes at once: {counts}"
        return f"413 before the body; {sent} MB of chunks taken; {many}; {before:.0f} to {service.memory():.0f} MB"

    def slow(self) -> str:
        """Clients that dribble, that say nothing, and that read nothing, beside one that behaves."""
        service = self.serve("--request-seconds", "2", "--idle-seconds", "2", "--connections", "300")
        wires = [service.wire() for _ in range(250)]
        for place, wire in enumerate(wires):
            wire.sendall([b"", b"POST /v1/re", HEAD, HEAD + b"Content-Length: 900\r\n\r\n{"][place % 4])
        start, quick = time.monotonic(), 0
        longest = 0.0
        while time.monotonic() - start < 5:
            began = time.monotonic()
            assert service.ask("/v1/rewards", {"texts": ["a"]})[0] == 200
            longest, quick = max(longest, time.monotonic() - began), quick + 1
            for wire in wires[3::4]:
                with contextlib.suppress(OSError):
                    wire.sendall(b" ")
            time.sleep(0.05)
        told = Counter(status_of(wire) for wire in wires)
        assert all(ends(wire) for wire in wires) and set(told) == {0, 408}, told
        greedy = service.wire()
        greedy.settimeout(0.5)
        try:
            for _ in range(200_000):
                greedy.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        except OSError:
            pass
        time.sleep(5)
        greedy.settimeout(5)
        assert ends(greedy)
        memory = service.memory()
        assert memory < 300, f"{memory} MB"
        assert service.stop() == 0
        beside = f"{quick} requests beside them, the longest {longest * 1e3:.0f} ms"
        return f"250 dropped ({told[408]} told 408); {beside}; one that never reads dropped, {memory:.0f} MB"

    def private(self, service: Service) -> str:
        """Nothing of bodies, paths or this machine in answers and logs."""
        secret = "kRzW-private-text"
        for path, body in [
            ("/v1/rewards", {"texts": [secret, 1]}), ("/v1/rewards", {secret: 1}), ("/" + secret, {"a": 1}),
            ("/get_reward?model=" + secret, {"query": secret}), ("/v1/rewards", {"texts": [secret]}),
        ]:  # fmt: skip
            text = service.ask(path, body)[2].decode()
            assert str(self.folder) not in text and "/home" not in text and "/root" not in text, text
            assert secret not in text or body == {secret: 1}, text
        wire = service.wire()
        wire.sendall(b"GET /\x1b[31m" + secret.encode() + b"\xc2\x9b HTTP/1.1\r\nHost: localhost\r\nX: \x1b]0;\x07\r\n\r\n")
        status_of(wire)
        time.sleep(0.2)
        lines = service.lines()
        assert secret not in lines and str(self.folder) not in lines
        assert all(" " <= sign <= "~" or sign == "\n" for sign in lines)
        return f"{len(lines.splitlines())} lines of log, each JSON in ASCII" if all(map(json.loads, lines.splitlines())) else ""

    def keys(self) -> str:
        """Another address only with a key, and no answer without it."""
        try:
            self.serve("--host", "0.0.0.0")
            raise AssertionError("it listens to everybody without a key")
        except RuntimeError as error:
            assert "code 64" in str(error), error
        key = self.folder / "key"
        key.write_text("a-key-of-some-length\n")
        key.chmod(0o600)
        service = self.serve("--host", "0.0.0.0", "--key-file", str(key))
        body = {"texts": ["a"]}
        assert service.ask("/v1/rewards", body)[0] == 401
        assert service.ask("/v1/rewards", body, {"Authorization": "Bearer a-key-of-some-lengtj"})[0] == 401
        assert service.ask("/v1/rewards", body, {"Authorization": "Bearer a-key-of-some-length"})[0] == 200

        async def by_address() -> int:
            url = f"http://any:a-key-of-some-length@127.0.0.1:{service.port}/get_reward"
            async with aiohttp.ClientSession() as session, session.post(url, json={"query": ["a"]}) as reply:
                return reply.status

        assert asyncio.run(by_address()) == 200
        assert service.stop() == 0
        return "0.0.0.0 without a key ends with 64; 401 without the key; the key in a header or in the address opens"

    # Ends

    def stop_in_load(self) -> str:
        """SIGTERM while requests are under way: each ends whole, or was never taken."""
        answered = told = 0
        for _ in range(5):
            whole = self.stop_once()
            answered, told = answered + whole[200], told + whole[503]
        return f"5 times: {answered} answered, {told} told 503, none cut, code 0"

    def stop_once(self) -> Counter[int]:
        service = self.serve()
        whole, refused, cut = Counter[int](), 0, list[str]()
        go = threading.Event()
        body = json.dumps({"texts": ["some words " * 200] * 10}).encode()

        def client() -> None:
            nonlocal refused
            while not go.is_set():
                try:
                    status, _, text = service.ask("/v1/rewards", body)
                    json.loads(text)
                    whole[status] += 1
                except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
                    # The connection ended before its request was sent whole.
                    refused += 1
                    return
                except Exception as error:
                    cut.append(repr(error))

        threads = [threading.Thread(target=client) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.4)
        began = time.monotonic()
        code = service.stop()
        took = time.monotonic() - began
        go.set()
        for thread in threads:
            thread.join()
        assert code == 0 and not cut and set(whole) <= {200, 503}, (code, cut, whole)
        assert took < 5, took
        return whole

    def kill(self) -> str:
        """kill -9 and a start on the same port."""
        service = self.serve()
        port = service.port
        service.ask("/v1/rewards", {"texts": ["a"]})
        assert service.stop(signal.SIGKILL) == -9
        began = time.monotonic()
        again = self.serve(port=port)
        took = time.monotonic() - began
        assert again.lives and again.stop(signal.SIGINT) == 0
        return f"serves on the same port after {took * 1e3:.0f} ms"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        drill = Drill(pathlib.Path(name))
        service = drill.serve()
        start = service.memory()
        drill.step("numbers of tessera score", lambda: drill.numbers(service))
        drill.step("OpenRLHF's client", lambda: drill.openrlhf(service))
        drill.step("schemathesis", lambda: drill.schemathesis(40))
        drill.step("malformed bodies", lambda: drill.malformed(service, 1_000))
        drill.step("huge bodies", lambda: drill.huge(service))
        drill.step("what stays private", lambda: drill.private(service))
        end = service.memory()
        drill.step("end", lambda: f"code {service.stop()}; memory {start:.0f} MB at the start, {end:.0f} MB after all of it")
        drill.step("slow clients", drill.slow)
        drill.step("keys", drill.keys)
        drill.step("SIGTERM in load", drill.stop_in_load)
        drill.step("kill -9", drill.kill)
        print("| drill | what came of it | |\n|---|---|---|")
        for row in drill.rows:
            print("| {} | {} | {} |".format(*row))
        return 1 if any(verdict != "held" for _, _, verdict in drill.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
