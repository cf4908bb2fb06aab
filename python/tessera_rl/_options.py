"""Options that commands share, in the words of the native tool."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from typing import Any

from .errors import MissingError, OptionError
from .fit import RewardFit


def _fields(text: str) -> list[tuple[str, str]]:
    found = []
    for part in text.split(","):
        ours, sign, theirs = part.partition("=")
        if not (ours and sign and theirs):
            raise argparse.ArgumentTypeError(f"{text}; expected NAME=NAME,...")
        found.append((ours, theirs))
    return found


def _condition(text: str) -> tuple[str, str, str]:
    name, sign, value = text.partition("=")
    if not sign or name in ("", "!"):
        raise argparse.ArgumentTypeError(f"{text}; expected FIELD=VALUE or FIELD!=VALUE")
    return (name[:-1], value, "!=") if name.endswith("!") else (name, value, "=")


def strength(text: str) -> float | str:
    """auto, or a number."""
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}; expected auto or a positive number") from None


def add_rows(one: argparse.ArgumentParser) -> None:
    """The files of comparisons, and how they are read."""
    one.add_argument("comparisons", nargs="+", help="files, read as one: JSONL, JSON, CSV, TSV, Parquet, folders")
    one.add_argument("--layout", help="what rows say (default: by their fields)")
    one.add_argument("--map", "--columns", type=_fields, action="extend", metavar="OURS=THEIRS,...", help="names of fields")
    one.add_argument("--by", choices=["auto", "answer", "model"], help="what is compared where rows have both")
    one.add_argument("--where", type=_condition, action="append", metavar="FIELD=VALUE", help="only such rows")
    one.add_argument("--since", metavar="TIME")
    one.add_argument("--until", metavar="TIME")
    one.add_argument("--drop", action="append", choices=["both_bad", "tie", "repeats"])
    one.add_argument("--limit", type=int, metavar="ROWS", help="the first rows alone")


def add_alternatives(one: argparse.ArgumentParser) -> None:
    """What is known of the alternatives."""
    one.add_argument("--alternatives", metavar="FILE", help="JSONL of alternatives: id, optionally context and text")
    one.add_argument("--contexts", metavar="FILE", help=".npy with a row for each line of --alternatives")
    one.add_argument("--embedder", choices=["auto", "builtin", "none"], default="auto", help="what embeds texts")


def add_run(one: argparse.ArgumentParser) -> None:
    """Strength, seed, cores."""
    one.add_argument(
        "--lambda", dest="lambda_", type=strength, default="auto", metavar="NUMBER", help="strength of the regularisation"
    )
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--threads", type=int)


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """How rows are read, as arguments of `RewardFit.fit`."""
    names = ("layout", "by", "where", "since", "until", "drop", "limit")
    found = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.map:
        found["map"] = dict(options.map)
    return found


def estimator(options: argparse.Namespace, **more: Any) -> RewardFit:
    """The fit that options ask for."""
    return RewardFit(
        lambda_=options.lambda_,
        seed=options.seed,
        embed=options.embedder,
        threads=options.threads,
        progress=sys.stderr.isatty(),
        **more,
    )


def known(options: argparse.Namespace) -> dict[str, Any]:
    """The alternatives, and their contexts where a file of its own has them."""
    if options.contexts is None:
        return {"alternatives": options.alternatives}
    import numpy as np

    if options.alternatives is None:
        raise OptionError("--contexts gives a row to each line of --alternatives: give both")
    try:
        lines = pathlib.Path(options.alternatives).read_text(encoding="utf-8").splitlines()
        contexts = np.load(options.contexts, allow_pickle=False)
    except FileNotFoundError as problem:
        raise MissingError(f"{problem.filename}: there is no such file") from problem
    ids = [str(json.loads(line)["id"]) for line in lines if line.strip()]
    return {"alternatives": ids, "contexts": contexts}
