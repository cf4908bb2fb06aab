"""Runs the tool on one input, and says what is wrong with how it ended."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import pathlib
import random
import re
import resource
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

# What the tool promises: done, or a kind of error.
CODES = {0, 64, 65, 66, 69, 71, 73, 76}
NOT_NUMBERS = re.compile(r"(^|[\s,:\[])[-+]?(nan|inf|infinity)($|[\s,\]}])", re.IGNORECASE)


Case = TypeVar("Case")


@dataclasses.dataclass
class Tally:
    """What a campaign came to."""

    name: str
    inputs: int = 0
    refused: int = 0
    signals: int = 0
    hangs: int = 0
    # Exit code 0 with what cannot be, or where there had to be a refusal.
    accepted: int = 0
    # A refusal without words, or a code that is no kind of error.
    unspoken: int = 0
    seconds: float = 0.0
    findings: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Done:
    code: int
    output: bytes
    errors: str


class Runner:
    """The tool, a folder to work in, and the tally of one campaign."""

    def __init__(self, tool: pathlib.Path, folder: pathlib.Path, seed: int, tally: Tally, share: float) -> None:
        self.tool, self.folder, self.tally, self.share = tool, folder, tally, share
        self.chance = random.Random(seed)
        self.started = time.monotonic()

    def some(self, number: int) -> int:
        """Of so many inputs, those that a short form has; at least one."""
        return max(1, round(number * self.share))

    def pick(self, cases: Sequence[Case]) -> list[Case]:
        """All cases, or a fixed choice of them in a short form."""
        return list(cases) if self.share >= 1 else self.chance.sample(list(cases), self.some(len(cases)))

    def write(self, name: str, content: bytes | str) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def finding(self, kind: str, words: list[str], text: str) -> None:
        setattr(self.tally, kind, getattr(self.tally, kind) + 1)
        shown = " ".join(word.replace(str(self.folder) + "/", "") for word in words)
        self.tally.findings.append(f"{self.tally.name}: {kind}: {shown[:160]}: {text[:200]}")

    def run(
        self,
        *words: str,
        refuses: bool = False,
        judge: Callable[[bytes], str | None] | None = None,
        memory: int | None = None,
        cpu: int = 40,
        environment: dict[str, str] | None = None,
        note: str = "",
    ) -> Done:
        """One input.

        refuses: exit code 0 is an acceptance that must not be. judge: what is wrong with an output, or None. memory: bytes of
        address space. cpu: seconds of processor after which it hangs.
        """

        def bounds() -> None:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if memory is not None:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        self.tally.inputs += 1
        asked = [str(word) for word in words]
        command = [str(self.tool), *asked]
        surrounding = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), **(environment or {})}
        if note:
            asked.append(f"({note})")
        try:
            ended = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=30 * cpu, preexec_fn=bounds,
                env=surrounding,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self.finding("hangs", asked, f"no end after {30 * cpu} s")
            return Done(-1, b"", "")
        done = Done(ended.returncode, ended.stdout, ended.stderr.decode(errors="replace"))
        if done.code in (-24, -9):
            self.finding("hangs", asked, f"more than {cpu} s of processor")
        elif done.code < 0:
            self.finding("signals", asked, f"signal {-done.code}: {done.errors[-120:]}")
        elif done.code not in CODES or (done.code != 0 and not done.errors.strip()):
            self.finding("unspoken", asked, f"exit code {done.code}: {done.errors[-120:]!r}")
        elif done.code != 0:
            self.tally.refused += 1
        elif refuses:
            self.finding("accepted", asked, "exit code 0, expected a refusal")
        else:
            problem = (judge or sane)(done.output)
            if problem:
                self.finding("accepted", asked, problem)
        return done


# Oracles.


def sane(output: bytes) -> str | None:
    """Nothing that is printed is no number; JSON is JSON."""
    text = output.decode(errors="replace")
    if text.startswith("{"):
        try:
            document = json.loads(text, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))
        except ValueError as problem:
            return f"no JSON: {problem}"
        return weighed(document)
    found = NOT_NUMBERS.search(text)
    return f"prints {found.group(0).strip()!r}" if found else None


def weighed(document: dict[str, object]) -> str | None:
    """Weights are shares that add up to 1, and rewards are numbers where there are comparisons."""
    rows = document.get("alternatives")
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return None
    weights = [row.get("weight") for row in rows]
    if any(isinstance(w, (int, float)) for w in weights):
        if not all(isinstance(w, (int, float)) and w >= 0 for w in weights):
            return f"weights {weights[:5]}"
        total = math.fsum(float(w) for w in weights)
        if abs(total - 1) > 1e-6:
            return f"weights add up to {total}"
    for row in rows:
        for name in ("standardReward", "weightedReward"):
            # What was compared with nothing has none.
            if name == "standardReward" and row.get(name, 0) is None and row.get("comparisons") != 0:
                return f"a {name} that is null"
            value = row.get(name)
            if isinstance(value, float) and not math.isfinite(value):
                return f"a {name} of {value}"
    return None


# Files.


def npy(rows: Sequence[Sequence[float]], kind: str = "<f8", header: str | None = None, version: bytes = b"\x01\x00") -> bytes:
    """A NumPy file of rows."""
    code = {"<f8": "d", "<f4": "f"}[kind]
    shape = (len(rows), len(rows[0]) if rows else 0)
    text = header if header is not None else f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    head = text.encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    body = b"".join(struct.pack(f"<{len(row)}{code}", *row) for row in rows)
    return b"\x93NUMPY" + version + struct.pack("<H", len(head)) + head + body


def safetensors(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


BYTES = [0, 0xFF, 0x7F, 0x80, 0x22, 0x2C, 0x5B, 0x7D, 0x2D, 0x39]
NUMBERS = [b"-1", b"1e309", b"18446744073709551616", b"549755813888", b"0.5", b"NaN", b"9007199254740993"]


def mutated(whole: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One to four changes: bytes set, flipped, cut, repeated, put in from another file, numbers made extreme."""
    changed = bytearray(whole)
    for _ in range(chance.randrange(1, 5)):
        if not changed:
            break
        place = chance.randrange(len(changed))
        end = min(len(changed), place + chance.randrange(1, 17))
        match chance.randrange(7):
            case 0:
                changed[place] = chance.choice(BYTES)
            case 1:
                changed[place] ^= 1 << chance.randrange(8)
            case 2:
                del changed[place:end]
            case 3:
                changed[place:place] = changed[place:end]
            case 4:
                del changed[place:]
            case 5:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                changed[place:place] = other[start : start + chance.randrange(1, 65)]
            case _:
                digits = re.compile(rb"[0-9]+").search(bytes(changed), place)
                if digits:
                    changed[digits.start() : digits.end()] = chance.choice(NUMBERS)
    return bytes(changed)
