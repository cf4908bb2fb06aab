"""Damaged files: every reader of the tool, its seeds from the corpus of the fuzzer; and headers that lie."""

from __future__ import annotations

import json
import pathlib
import struct

from .runner import Runner, mutated, npy, safetensors

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "Fuzz" / "corpus"
VOTES = "".join(json.dumps({"a": a, "b": b, "preference": p}) + "\n" for a, b, p in [("x", "y", 0.7), ("y", "z", 0.25), ("z", "x", 0.5)])
FAST = ["--weights", "horizon", "--lambda", "0.1", "--format", "json"]


def prepare(runner: Runner) -> None:
    runner.write("votes.jsonl", VOTES)
    for name, target in [("model", "model/model"), ("alternatives.jsonl", "alternatives/contexts"), ("x.npy", "npy/contexts")]:
        runner.write(name, (CORPUS / target).read_bytes())


# What reads a target of the corpus: the ending of the file, and the words around it.
COMMANDS: dict[str, tuple[str, list[str]]] = {
    "comparisons-jsonl": (".jsonl", ["fit", "FILE", "--lambda", "0.1", "--format", "json"]),
    "comparisons-csv": (".csv", ["fit", "FILE", "--lambda", "0.1", "--format", "json"]),
    "parquet": (".parquet", ["fit", "FILE", "--lambda", "0.1", "--format", "json"]),
    "alternatives": (".jsonl", ["fit", "votes.jsonl", "--alternatives", "FILE", *FAST]),
    "families": (".csv", ["fit", "votes.jsonl", "--families", "FILE", "--lambda", "0.1", "--format", "json"]),
    "npy": (".npy", ["weights", "FILE", "--weights", "linkage", "--format", "json"]),
    "npz": (".npz", ["weights", "FILE:contexts", "--weights", "linkage", "--format", "json"]),
    "parquet-contexts": (".parquet", ["weights", "FILE", "--weights", "linkage", "--format", "json"]),
    "safetensors": (".safetensors", ["weights", "FILE", "--weights", "linkage", "--format", "json"]),
    "model": (".safetensors", ["score", "FILE", "x.npy", "--format", "json"]),
    "embedder": ("", ["embed", "alternatives.jsonl", "--fitted-embedder", "FILE", "-o", "out.npy"]),
    "transform": (".json", ["weights", "x.npy", "--transform", "FILE", "--weights", "linkage", "--format", "json"]),
    "state": (".json", ["fit", "votes.jsonl", "--from-state", "FILE", "--format", "json"]),
    "tally": (".json", ["weights", "--merge", "FILE", "--format", "json"]),
    "settings": (".json", ["fit", "votes.jsonl", "--alternatives", "alternatives.jsonl", "--config", "FILE", "--format", "json"]),
    "fit": (".json", ["verify", "FILE"]),
    "board": (".json", ["compare", "FILE", "FILE", "--format", "json"]),
}


def mutations(runner: Runner) -> None:
    """Mutations of every file of the corpus, through the command that reads it."""
    prepare(runner)
    for target, (ending, words) in COMMANDS.items():
        files = [file.read_bytes() for file in sorted((CORPUS / target).iterdir())]
        for number in range(runner.some(90)):
            content = mutated(files[number % len(files)], files, runner.chance)
            name = runner.write(f"damaged{ending}", content)
            runner.run(*[word.replace("FILE", name) for word in words], note=f"{target} {number}")


def headers(runner: Runner) -> None:
    """Headers that promise what is not there: each is refused, in no time and no memory."""
    prepare(runner)
    little = 2_000_000_000
    for number, (shape, body) in enumerate([
        ("(-1, 2)", 16), ("(2, -2)", 32), ("(4611686018427387904, 4)", 64), ("(9223372036854775807, 2)", 64), ("(2, 3)", 8),
        ("(1000000000000, 3)", 48), ("(2, 2, 2)", 64), ("(4,)", 32), ("()", 8), ("(0, 3)", 0), ("(3, 0)", 0), ("2", 16),
        ("(2, 2", 32), ("(2.0, 2)", 32), ("(1e3, 2)", 32), ("[2, 2]", 32), ("(2, 2), 'shape': (3, 2)", 32), ("'shape'", 8),
    ]):  # fmt: skip
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
        file = runner.write("lie.npy", npy([], header=header) + bytes(body))
        runner.run("weights", file, "--weights", "linkage", refuses=True, memory=little, note=f"shape {number} {shape}")
    for kind in ["<i4", ">f4", "|O", "|V8", "<U4", "<c16", "f8", "", "[('a', '<f8')]"]:
        header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': (2, 2), }}"
        runner.run("weights", runner.write("lie.npy", npy([], header=header) + bytes(64)), refuses=True, note=f"descr {kind}")
    for version in [b"\x00\x00", b"\x09\x00", b"\xff\xff"]:
        runner.run("weights", runner.write("lie.npy", npy([[1, 2], [3, 4]], version=version)), refuses=True, note=f"version {version!r}")
    quadratic = "{'descr': '<f4', 'fortran_order': False, " + "'shape':(" * 7000
    runner.run("weights", runner.write("lie.npy", npy([], header=quadratic)), refuses=True, cpu=10, note="7,000 shapes")
    short = b"\x93NUMPY\x02\x00" + struct.pack("<I", 0xFFFFFFF0)
    runner.run("weights", runner.write("lie.npy", short), refuses=True, memory=little, note="a header of 4 GB in 12 bytes")

    def tensor(shape: list[int], end: int = 0, kind: str = "F64") -> dict[str, object]:
        return {"dtype": kind, "shape": shape, "data_offsets": [0, end]}

    for name, content in [
        ("no bytes, many rows", safetensors({"transform.axes": tensor([1 << 39, 0])})),
        ("no rows, many columns", safetensors({"embedder.directions": tensor([0, 1 << 39])})),
        ("a product that wraps to 0", safetensors({"a": tensor([1 << 25, 1 << 39])})),
        ("a product that wraps to 32", safetensors({"a": tensor([(1 << 62) + 1, 4], 32)}, bytes(32))),
        ("a negative shape", safetensors({"a": tensor([-1, -4], 32)}, bytes(32))),
        ("offsets beyond the file", safetensors({"a": tensor([2, 2], 1 << 50)}, bytes(32))),
        ("offsets that go back", safetensors({"a": {"dtype": "F64", "shape": [2, 2], "data_offsets": [32, 0]}}, bytes(32))),
        ("overlapping tensors", safetensors({"a": tensor([2, 2], 32), "b": tensor([2, 2], 32)}, bytes(32))),
        ("a hole", safetensors({"a": {"dtype": "F64", "shape": [2, 2], "data_offsets": [8, 40]}}, bytes(40))),
        ("bytes behind the last", safetensors({"a": tensor([2, 2], 32)}, bytes(40))),
        ("nine dimensions", safetensors({"a": tensor([1] * 9, 8)}, bytes(8))),
        ("a header of 2^63 bytes", safetensors(b"{}", length=1 << 63)),
        ("a header of 2^64 - 1 bytes", safetensors(b"{}", length=(1 << 64) - 1)),
        ("20,000 brackets", safetensors(b"[" * 20_000)),
        ("no object", safetensors(b"3")), ("an empty file", b""), ("seven bytes", b"1234567"),
    ]:  # fmt: skip
        file = runner.write("lie.safetensors", content)
        for words in (["weights", file, "--weights", "linkage"], ["score", file, "x.npy"]):
            runner.run(*words, refuses=True, memory=little, cpu=20, note=name)
    transform: dict[str, object] = {"normalizes": False, "mean": [0, 0], "axes": [], "variances": []}
    changes: list[dict[str, object]] = [
        {"axes": [[1.0], [1.0]], "mean": [0, 0]}, {"axes": [[1] * 9, [1] * 9]}, {"axes": [[1, 0]], "mean": []},
        {"axes": [[1, 0], [1]]}, {"mean": [1e400]}, {"mean": ["0", "0"]}, {"normalizes": "TRUE"},
    ]  # fmt: skip
    for change in changes:
        text = json.dumps({**transform, **change}).replace("Infinity", "1e400")
        runner.run("weights", "x.npy", "--transform", runner.write("lie.json", text), refuses=True, note=text[:60])
