"""Data that mean nothing, or two things: refused with the line and the field, never guessed."""

from __future__ import annotations

import json

from .files import VOTES, prepare
from .runner import Runner, npy

V = {"a": "x", "b": "y"}


def line(**fields: object) -> str:
    return json.dumps({**V, **fields}) + "\n"


def raw(value: str, field: str = "preference") -> str:
    return f'{{"a":"x","b":"y","{field}":{value}}}\n'


# What stands in a file of comparisons, and whether it may be read.
REFUSED: list[tuple[str, str]] = [
    *[("jsonl", raw(p)) for p in ["1e309", '"NaN"', "NaN", "true", "[]", "1.0000001", "-0.1", '""', '" 0.5"', '"0,7"', '"70%"', "{}", "null"]],
    *[("jsonl", line(preference=0.7, count=c)) for c in [0, -1, True, "abc", [], 1e101, 1e-310]],
    ("jsonl", raw("0.7,\"count\":1e309")), ("jsonl", raw("0.7,\"count\":1e308") * 3),
    ("jsonl", line(preference=0.7, count=9e99) * 2),
    *[("jsonl", line(winner=w)) for w in ["zebra", "", "A ", 2, True, [], {}]],
    ("jsonl", json.dumps(V) + "\n"), ("jsonl", line(winner=None)), ("jsonl", line(verdict="a")), ("jsonl", line(winner=1)),
    ("jsonl", line(preference=0.0, winner="a")), ("jsonl", line(preference=0.9, preference_b=0.9)), ("jsonl", line(winner="a", outcome="b")),
    ("jsonl", line(winner="a", tie=True)), ("jsonl", raw('0.9,"preference":0.1')), ("csv", "a,b,winner,winner\nx,y,x,y\n"),
    ("jsonl", '{"a":"tie","b":"x","winner":"tie"}\n'), ("jsonl", '{"a":"x","b":"x","winner":"a"}\n'),
    *[("jsonl", f'{{"a":{a},"b":"y","preference":0.7}}\n') for a in ['""', "true", "[1]", "{}"]],
    ("jsonl", '{"a":"\\ud800","b":"\\udfff","preference":0.7}\n'),
    *[("jsonl", text) for text in ["", "\n\n", "\ufeff", "[", "[]", "{}", "3\n", "[1,2]\n", line(preference=0.7).strip()[:-1] + "\n",
      line(preference=0.7).strip() * 2 + "\n", line(preference=0.7).strip() + " x\n", '{"a":"x",}\n', "[" * 600 + "\n"]],
    ("jsonl", '{\n"a":"x",\n"b":"y"}\n'), ("jsonl", "\ufeff\ufeff" + line(preference=0.7)),
    ("csv", ""), ("csv", "a,b,winner\n"), ("csv", "x,y,x\ny,z,y\n"), ("csv", "a;b;winner\nx;y;x\n"), ("csv", "a\tb\twinner\nx\ty\tx\n"),
    ("csv", "a,b,winner\nx,y\n"), ("csv", 'a,b,winner\n"x,y,x\n'), ("csv", 'a,b,winner\nx"q,y,x\n'), ("csv", "a,b,winner\nx,y,x,z\n"),
    ("csv", "a,b,winner\nx,y,\n"), ("csv", "A ,b,winner\nx,y,x\n"),
    ("parquet", VOTES), ("jsonl", "PAR1"), ("jsonl", VOTES.encode("utf-16").decode("latin-1")), ("jsonl", "\x1f\x8b\x08\x00"),
]  # fmt: skip
READ: list[tuple[str, str]] = [
    ("jsonl", raw('"0.7"')), ("jsonl", raw("-0.0")), ("jsonl", line(preference=0.7, count=1.5)), ("jsonl", line(preference=0.7, count="3")),
    ("jsonl", line(preference=0.7, count=None)), ("jsonl", line(preference=0.7, count=1e18)), ("jsonl", line(preference=0.7, count=1e-5)),
    ("jsonl", line(winner="TIE")), ("jsonl", line(winner="Draw")), ("jsonl", line(winner="0")), ("jsonl", '{"a":0,"b":1,"winner":1}\n'),
    ("jsonl", line(preference=0.7, annotator="")), ("jsonl", line(preference=0.7, prompt="p", more=[1, {"a": None}])),
    ("jsonl", "\ufeff" + line(preference=0.7)), ("jsonl", line(preference=0.7) + "\r\n" + line(winner="b")), ("jsonl", f"[{line(winner='a')}]"),
    ("jsonl", line(a="x ", b="x", winner="a")), ("jsonl", line(a="\u00e9", b="e\u0301", winner="a")), ("jsonl", line(a="i" * 1_000_000, winner="b")),
    ("csv", 'a,b,winner\n"x, ""q""",y,y\n'), ("csv", "a,b,winner,annotator\nx,y,x,\n"),
]  # fmt: skip
CONTEXTS: list[tuple[str, bytes]] = [
    ("no columns", npy([[], [], []])), ("other rows", npy([[1, 2]] * 4)), ("NaN", npy([[1, float("nan")], [0, 1], [1, 1]])),
    ("infinity", npy([[1, float("inf")], [0, 1], [1, 1]])), ("cut short", npy([[1, 2]] * 3)[:-1]), ("text", b"1 2\n3 4\n5 6\n"), ("nothing", b""),
    ("float32 infinity", npy([[1, 2], [float("-inf"), 0], [3, 4]], "<f4")),
]  # fmt: skip
ALTERNATIVES = [
    '{"id":"x"}\n{"id":"x"}\n', '{"id":""}\n', '{"context":[1]}\n', '{"id":"x","context":[1]}\n{"id":"y"}\n', '{"id":"x","context":[]}\n',
    '{"id":"x","context":[1]}\n{"id":"y","context":[1,2]}\n', '{"id":"x","context":["a"]}\n', '{"id":"x","context":[1e999]}\n',
    '{"id":"x","context":{"a":1}}\n', '{"id":"q"}\n{"id":"r"}\n', VOTES, "",
]  # fmt: skip


def semantics(runner: Runner) -> None:
    """Rows, contexts and alternatives with one mistake each; and rows that look odd and are right."""
    prepare(runner)
    words = ["--lambda", "0.1", "--format", "json"]
    for refuses, cases in ((True, REFUSED), (False, READ)):
        for case in runner.pick(cases):
            form, text = case
            runner.run("fit", runner.write(f"rows.{form}", text), *words, refuses=refuses, note=text[:70])
    for name, content in runner.pick(CONTEXTS):
        contexts = runner.write("rows.npy", content)
        runner.run("fit", "votes.jsonl", "--alternatives", "alternatives.jsonl", "--contexts", contexts, *words, refuses=True, note=name)
    for text in runner.pick(ALTERNATIVES):
        runner.run("fit", "votes.jsonl", "--alternatives", runner.write("rows.jsonl", text), *words, refuses=True, note=text[:60])
    for columns in ["count=n_votes", "annotator=nosuch", "a=,", "a=l,a=l", "aa=l", "", "a", "=x"]:
        for form, text in [("jsonl", VOTES), ("csv", "a,b,winner\nx,y,x\n")]:
            runner.run("fit", runner.write(f"rows.{form}", text), "--columns", columns, *words, refuses=True)
    families = ["id,family\nx,f\n", "id,family\nx,f\nx,g\n", "id,family\nx,\n", "id,family\nq,f\n", "id\nx\n", ""]
    for text in families[1:]:
        runner.run("fit", "votes.jsonl", "--families", runner.write("f.csv", text), *words, refuses=True, note=repr(text))


# Options that cannot be, or say nothing, or contradict each other; DATA is votes with alternatives and contexts.
NUMBERS = {
    "--lambda": ["0", "nan", "inf", "1e400", "abc", "-1", ""], "--samples": ["0", "-5", "1.5", "x", "99999999999999999999"],
    "--threads": ["0", "-1", "x"], "--pca": ["0", "-2", "5", "x"], "--target-error": ["0", "nan", "-1", "x"], "--seed": ["-1", "x", "1.5"],
    "--top": ["-1", "x"], "--memory-limit": ["0GB", "4", "-1GB", "x"], "--limit": ["0", "-1", "x"],
    "--weights": ["", "nosuch", "k-means", "k-means=0", "k-means=x", "meta", "meta=-1", "meta=nan", "density=0", "density=-1", "horizon=-1",
                  "linkage=nan", "local=0", "remove-duplicates", "VORONOI "],
    "--space": ["", "nosuch", "box", "box=1", "box=2:1", "box=nan:1", "ball=0", "ball=-1", "ball=x", "bounding-box=-1", "bounding-box=nan",
                "centered-cube=0", "factor-mixture=0", "factor-product=-1", "pool", "pool=none.npy"],
    "--method": ["", "fast"], "--pairs": ["", "many"], "--lambda-convention": ["", "none"], "--format": ["", "xml"], "--layout": ["", "nosuch"],
    "--embedder": ["", "nosuch"], "--where": ["", "x", "=y"], "--since": ["", "yesterday"], "--drop": ["", "all"], "--by": ["", "x"],
    "--config": ["", "none.json"], "--transform": ["", "none.json"], "--from-state": ["none.json"], "--against": ["nobody"],
    "--input-format": ["", "xml"], "--families": ["none.csv"], "-o": ["/nonexistent/x", "/dev/null/x", "."],
}  # fmt: skip
DATA = ["votes.jsonl", "--alternatives", "alternatives.jsonl"]
USELESS: list[list[str]] = [
    ["fit", "votes.jsonl", "--weights", "uniform", "--pca", "2"], ["fit", "votes.jsonl", "--space", "ball"], ["fit", "votes.jsonl", "--normalize"],
    ["fit", "votes.jsonl", "--save-transform", "t.json"], ["fit", "votes.jsonl", "--fitted-embedder", "/nonexistent"],
    ["fit", "votes.jsonl", "--dimensions", "8"], ["fit", "votes.jsonl", "--with-prompt"], ["fit", "votes.jsonl", "--embedding-model", "m"],
    ["weights", "x.npy", "--fitted-embedder", "/nonexistent"], ["weights", "x.npy", "--method", "exact", "--target-error", "0.1"],
    ["weights", "x.npy", "--weights", "uniform", "--space", "ball"], ["weights", "x.npy", "--weights", "linkage", "--samples", "5"],
    ["weights", "x.npy", "--part", "1/2", "--method", "exact"], ["weights", "x.npy", "--part", "3/2"], ["weights", "x.npy", "--part", "0/2"],
    ["weights", "x.npy", "--part", "x"], ["weights", "--merge"], ["weights"], ["fit"], ["fit", "-", "-"], ["score", "model"], ["embed"],
    ["fit", "votes.jsonl", "-o", "votes.jsonl"], ["weights", "x.npy", "-o", "x.npy"], ["weights", "x.npy", "--save-transform", "x.npy"],
    ["embed", "alternatives.jsonl", "-o", "alternatives.jsonl"], ["fit", *DATA, "--contexts", "x.npy", "--weights", "families"],
    ["fit", *DATA, "--paper", "--config", "votes.jsonl"], ["train", *DATA, "--runs", "0", "-o", "m"], ["train", *DATA, "--runs", "1000000000", "-o", "m"],
    ["train", *DATA, "--steps", "0", "-o", "m"], ["train", *DATA, "--hidden", "0", "-o", "m"], ["train", *DATA, "--hidden", "", "-o", "m"],
    ["train", *DATA, "--hidden", "99999999999", "-o", "m"], ["train", *DATA, "--batch", "0", "-o", "m"], ["train", *DATA, "--learning-rate", "nan", "-o", "m"],
    ["train", *DATA, "--held-out", "1", "-o", "m"], ["train", *DATA, "--held-out", "-0.1", "-o", "m"], ["train", *DATA, "--checkpoint-every", "-1", "-o", "m"],
    ["train", *DATA, "--lambda", "nan", "-o", "m"], ["train", *DATA], ["train", *DATA, "--model", "nosuch", "-o", "m"],
    ["train", *DATA, "--model", "linear", "--hidden", "8", "-o", "m"], ["train", *DATA, "-o", "/nonexistent/m"], ["train", *DATA, "-o", "."],
    ["audit", *DATA, "-o", ""], ["audit", *DATA, "-o", "/dev/null"], ["audit", *DATA, "-o", "out", "--clone", "nobody"],
    ["audit", *DATA, "-o", "out", "--schemes", "nosuch"], ["audit", *DATA, "-o", "out", "--bootstraps", "-1"],
    ["embed", "alternatives.jsonl", "-o", "o.npy", "--dimensions", "0"], ["embed", "alternatives.jsonl", "-o", "o.npy", "--timeout", "0.0001"],
    ["embed", "alternatives.jsonl", "-o", "o.npy", "--embedder", "openai"], ["embed", "alternatives.jsonl", "-o", "o.npy", "--attempts", "0"],
    ["embed", "alternatives.jsonl", "-o", "o.npy", "--request-size", "0"], ["rank", "votes.jsonl", "--level", "1"], ["rank", "votes.jsonl", "--level", "nan"],
    ["rank", "votes.jsonl", "--anchor", "nobody=1"], ["rank", "votes.jsonl", "--anchor", "x=nan"], ["rank", "votes.jsonl", "--scale", "nosuch"],
    ["rank", "votes.jsonl", "--category", "nosuch"], ["compare", "votes.jsonl", "votes.jsonl"], ["verify", "votes.jsonl"], ["export", "votes.jsonl"],
    ["export", "votes.jsonl", "-o", "x.xyz"], ["export", "votes.jsonl", "-o", "o.jsonl", "--resample", "0"], ["nosuch"], ["--nosuch"],
    ["duplicates", *DATA, "--within", "median=-1"], ["duplicates", *DATA, "--within", "nosuch=1"], ["inspect", "none.jsonl"], ["inspect", "."],
]  # fmt: skip


def options(runner: Runner) -> None:
    """Options that cannot be, contradict each other, or have no effect: none is passed over."""
    prepare(runner)
    single = [["fit", *DATA, name, value] for name, values in NUMBERS.items() for value in values]
    # Where an output is a folder that is read, the data must survive: they are written again for each.
    for words in runner.pick([*single, *USELESS]):
        prepare(runner)
        runner.run(*words, refuses=True, cpu=10)
