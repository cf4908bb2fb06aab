"""A service that misbehaves, and a cache that is damaged: numbers are right, or there is a refusal."""

from __future__ import annotations

import gzip
import http.server
import json
import sqlite3
import struct
import threading
import time
from collections.abc import Callable

from .runner import Runner

KEY = "sk-a-key-that-nobody-may-see"
TEXTS = [f"{'w' * n} text" for n in range(1, 5)]


def right(texts: list[str]) -> list[list[float]]:
    return [[float(len(t)), float(sum(t.encode()) % 97), 1.0] for t in texts]


def reply(rows: list[list[float]]) -> bytes:
    return json.dumps({"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]}).encode()


def plain(body: bytes, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, body


def entries(texts: list[str], index: object = None, embedding: object = None) -> bytes:
    """A reply whose first entry has another index or embedding."""
    found: list[dict[str, object]] = [{"index": i, "embedding": row} for i, row in enumerate(right(texts))]
    if index is not None:
        found[0]["index"] = index
    if embedding is not None:
        found[0]["embedding"] = embedding
    return json.dumps({"data": found}).encode()


Answer = Callable[[list[str]], tuple[int, dict[str, str], bytes]]
# Each makes an answer of the texts that were asked; those that are right although they look odd stand below.
WRONG: dict[str, Answer] = {
    "500": lambda t: plain(b"{}", 500), "503 for ever": lambda t: plain(b"", 503, **{"Retry-After": "0"}),
    "429, wait a year": lambda t: plain(b"", 429, **{"Retry-After": "31536000"}), "429, wait -1": lambda t: plain(b"", 429, **{"Retry-After": "-1"}),
    "204": lambda t: plain(b"", 204), "302 elsewhere": lambda t: plain(b"", 302, Location="http://127.0.0.1:9/v1/embeddings"),
    "401 that echoes the key": lambda t: plain(json.dumps({"error": {"message": f"Incorrect API key {KEY}"}}).encode(), 401),
    "400 with escapes": lambda t: plain(b'{"error":{"message":"\\u001b]0;pwned\\u0007' + b"x" * 20_000 + b'"}}', 400),
    "HTML": lambda t: plain(b"<!doctype html><h1>Welcome</h1>"), "nothing": lambda t: plain(b""), "no list": lambda t: plain(b'{"data":{}}'),
    "null": lambda t: plain(b"null"), "an empty list": lambda t: plain(b'{"data":[]}'), "NaN": lambda t: plain(reply(right(t)).replace(b"1.0]", b"NaN]")),
    "1e999": lambda t: plain(reply(right(t)).replace(b"1.0]", b"1e999]")), "1e39": lambda t: plain(reply(right(t)).replace(b"1.0]", b"1e39]")),
    "too few": lambda t: plain(reply(right(t)[1:])), "too many": lambda t: plain(reply(right(t) * 2)),
    "index as text": lambda t: plain(entries(t, index="0")), "index 0.5": lambda t: plain(entries(t, index=0.5)),
    "index -1": lambda t: plain(entries(t, index=-1)), "index twice": lambda t: plain(entries(t, index=1)), "index 2^63": lambda t: plain(entries(t, index=2**63)),
    "booleans": lambda t: plain(entries(t, embedding=[True, False, True])), "texts": lambda t: plain(entries(t, embedding=["1", "2", "3"])),
    "base64": lambda t: plain(entries(t, embedding="AACAPwAAgD8=")), "other lengths": lambda t: plain(entries(t, embedding=[1.0, 2.0])),
    "empty embeddings": lambda t: plain(entries(t, embedding=[])), "brackets": lambda t: plain(b"[" * 100_000), "half a reply": lambda t: plain(reply(right(t))[:-9]),
    "a gzip bomb": lambda t: plain(gzip.compress(b'{"data":[' + b"0," * 40_000_000, 1), 200, **{"Content-Encoding": "gzip"}),
    "broken gzip": lambda t: plain(b"\x1f\x8b\x08\x00broken", 200, **{"Content-Encoding": "gzip"}),
    "a length that lies": lambda t: plain(reply(right(t)), 200, **{"Content-Length": "100000"}),
    "no HTTP": lambda t: (-1, {}, b"220 smtp ready\r\n"), "a closed connection": lambda t: (-1, {}, b""), "silence": lambda t: (-2, {}, b""),
    "an endless header": lambda t: (-1, {}, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 3_000_000),
}  # fmt: skip
RIGHT: dict[str, Answer] = {
    "as it should": lambda t: plain(reply(right(t))), "out of order": lambda t: plain(json.dumps({"data": [
        {"index": i, "embedding": row} for i, row in reversed(list(enumerate(right(t))))]}).encode()),
    "without indices": lambda t: plain(json.dumps({"data": [{"embedding": row} for row in right(t)]}).encode()),
    "packed": lambda t: plain(gzip.compress(reply(right(t))), 200, **{"Content-Encoding": "gzip"}),
}  # fmt: skip


class StandIn(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mode = "as it should"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        status, headers, body = {**WRONG, **RIGHT}[StandIn.mode](texts)
        try:
            if status == -2:
                time.sleep(6)
            if status < 0:
                self.wfile.write(body)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = "Content-Length" in headers
        except OSError:
            self.close_connection = True


def services(runner: Runner) -> None:
    """Every way in which a service can answer wrongly; then caches with flipped bits."""
    http.server.ThreadingHTTPServer.request_queue_size = 64
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    runner.write("texts.jsonl", "".join(json.dumps({"id": f"t{i}", "text": t}) + "\n" for i, t in enumerate(TEXTS)))
    words = ["embed", "texts.jsonl", "-o", "o.npy", "--embedder", "openai", "--base-url", f"http://127.0.0.1:{server.server_address[1]}/v1",
             "--model", "m", "--timeout", "2", "--request-size", "2"]  # fmt: skip

    def ask(mode: str, cache: list[str], refuses: bool, note: str) -> None:
        StandIn.mode = mode
        (runner.folder / "o.npy").unlink(missing_ok=True)
        # Who is asked to wait waits five minutes at most, which is long here.
        patience = ["--attempts", "1"] if "a year" in mode else ["--attempts", "2"]
        done = runner.run(
            *words, *patience, *cache, refuses=refuses, memory=2_500_000_000, cpu=20, environment={"OPENAI_API_KEY": KEY}, note=note
        )
        if KEY in done.errors or "\x1b" in done.errors:
            runner.finding("accepted", words, f"{note}: a key or an escape sequence is printed")
        if done.code == 0 and not refuses:
            content = (runner.folder / "o.npy").read_bytes()
            if content[-48:] != b"".join(struct.pack("<3f", *row) for row in right(TEXTS)):
                runner.finding("accepted", words, f"{note}: other numbers than the service's")

    try:
        for mode in runner.pick(list(WRONG)):
            ask(mode, ["--no-cache"], True, mode)
        for mode in RIGHT:
            ask(mode, ["--no-cache"], False, mode)
        caches(runner, ask)
    finally:
        server.shutdown()


def caches(runner: Runner, ask: Callable[[str, list[str], bool, str], None]) -> None:
    """A cache whose bits flip is refused, or asked again, or right."""
    cache = runner.folder / "replies.sqlite"
    words = ["--cache", str(cache)]
    ask("as it should", words, False, "filling the cache")
    connection = sqlite3.connect(cache)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = cache.read_bytes()
    for number in range(runner.some(60)):
        damaged = bytearray(whole)
        # Replies are numbers without a check sum: what is flipped there is no damage that anybody could see.
        places = [p for p in range(len(whole)) if whole[p]] if number % 2 else range(len(whole))
        place = runner.chance.choice(places)
        if any(abs(place - whole.find(mark)) < 200 for mark in _rows()):
            continue
        damaged[place] ^= 1 << runner.chance.randrange(8)
        cache.write_bytes(bytes(damaged))
        for beside in ("-wal", "-shm"):
            (runner.folder / ("replies.sqlite" + beside)).unlink(missing_ok=True)
        ask("as it should", words, False, f"cache with a flipped bit at {place}")
    for name, content in [("text", b"hello"), ("nothing", b""), ("half", whole[: len(whole) // 2]), ("another database", _other(runner))]:
        cache.write_bytes(content)
        ask("as it should", words, False, f"a cache that is {name}")


def _rows() -> list[bytes]:
    return [struct.pack("<3f", *row) for row in right(TEXTS)]


def _other(runner: Runner) -> bytes:
    path = runner.folder / "other.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE answers (x)")
    connection.commit()
    connection.close()
    return path.read_bytes()
