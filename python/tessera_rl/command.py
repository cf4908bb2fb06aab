"""The command `tessera` of the wheel: the common commands, through the same documents as the native tool."""

from __future__ import annotations

import argparse
import csv
import json
import os
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from . import __version__
from ._files import write_all
from ._options import add_alternatives, add_rows, add_run, estimator, known, reading
from ._printing import csv_text, put, table_text
from ._reports import add_audit, add_rank
from .datasets import row_weights
from .duplicates import duplicates
from .errors import DataError, MissingError, NoMemoryError, OptionError, TesseraError, WriteError
from .fit import RewardFit

# As the native tool answers.
_CODES: list[tuple[type[BaseException], int]] = [
    (OptionError, 64),
    (DataError, 65),
    (MissingError, 66),
    (NoMemoryError, 71),
    (WriteError, 73),
    (TesseraError, 70),
    (BrokenPipeError, 0),
    (OSError, 73),
    (KeyboardInterrupt, 130),
]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tessera",
        description="Rewards from human preferences that duplicates cannot distort.",
        epilog="These are the common commands. The native tool has more: train, score, verify, compare, reproduce, services.",
    )
    parser.add_argument("--version", action="version", version=f"{__version__} (Python)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.set_defaults(run=run)
        add_rows(one)
        add_alternatives(one)
        add_run(one)
        one.add_argument("--weights", default="auto", metavar="SCHEME", help="auto, none, local, voronoi, horizon, ...")
        one.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")
        return one

    fit = command("fit", _fit, "Fit rewards: the standard estimate and the clone-robust one.")
    fit.add_argument("--verdict", action="store_true", help="say whether clones distort the rewards, and what to do")
    weights = command("weights", _weights, "Weigh alternatives by what the data tell.")
    for one in (fit, weights):
        one.add_argument("--format", choices=["table", "json", "csv"], help="(default: by the ending of -o, else table)")
        one.add_argument("--top", type=int, default=20, help="rows of the table; 0 for all")
    export = command("export", _export, "Write every row with its weight, for trainers of reward models.")
    export.add_argument("--column", default="weight", help="name of the column")
    found = command("duplicates", _duplicates, "List groups of near-duplicates, with what to do with every member.")
    found.add_argument("--within", default="median=0.5", metavar="MEASURE", help="median=SHARE, cosine=COSINE, exact, ...")
    found.add_argument("--across-prompts", action="store_true")
    found.add_argument("--format", choices=["table", "json", "csv"])
    add_rank(commands)
    add_audit(commands)
    return parser


def _settings(options: argparse.Namespace) -> RewardFit:
    return estimator(options, weights=options.weights)


def _fitted(options: argparse.Namespace) -> RewardFit:
    return _settings(options).fit(options.comparisons, **known(options), **reading(options))


def _format(options: argparse.Namespace) -> str:
    ending = pathlib.Path(options.output or "").suffix.lstrip(".")
    chosen: str = options.format or (ending if ending in ("json", "csv") else "table")
    return chosen


def _rows(fit: RewardFit) -> list[dict[str, Any]]:
    import numpy as np

    order = np.argsort(-np.nan_to_num(fit.rewards, nan=-np.inf), kind="stable").tolist()
    return [
        {
            "rank": place + 1,
            "id": fit.ids[i],
            "reward": float(fit.rewards[i]),
            "error": float(fit.errors[i]),
            "low": float(fit.rewards[i] - 1.959964 * fit.errors[i]),
            "high": float(fit.rewards[i] + 1.959964 * fit.errors[i]),
            "standard": float(fit.standard_rewards[i]),
            "winRate": float(fit.win_rates[i]),
            "comparisons": float(fit.comparisons[i]),
        }
        for place, i in enumerate(order)
    ]


def _fit(options: argparse.Namespace) -> int:
    fit = _fitted(options)
    form = _format(options)
    if form == "json":
        document = fit.document
        if options.verdict:
            document["cloneVerdict"] = dict(fit.verdict.document)
        put(options.output, json.dumps(document, ensure_ascii=False, indent=2) + "\n" if options.verdict else fit._text())
        return 0
    if form == "csv":
        put(options.output, csv_text(_rows(fit)))
        return 0
    verdict = str(fit.verdict) + "\n\n" if options.verdict else ""
    why = f"weights {fit.choice['weights']}, pairs {fit.choice['pairs']}, {len(fit.ids):,} alternatives\n\n"
    put(options.output, verdict + why + table_text(_rows(fit), options.top))
    return 0


def _weights(options: argparse.Namespace) -> int:
    fit = _fitted(options)
    rows = [{"id": name, "weight": float(weight)} for name, weight in zip(fit.ids, fit.weights_.tolist(), strict=True)]
    form = _format(options)
    if form == "json":
        document = fit.document
        put(
            options.output,
            json.dumps({"weights": document["weights"], "alternatives": rows}, ensure_ascii=False, indent=2) + "\n",
        )
    elif form == "csv":
        put(options.output, csv_text(rows))
    else:
        put(options.output, table_text(sorted(rows, key=lambda row: -row["weight"]), options.top))
    return 0


def _export(options: argparse.Namespace) -> int:
    if options.output is None:
        raise OptionError("export writes a file: give -o")
    if len(options.comparisons) != 1 or pathlib.Path(options.comparisons[0]).suffix not in (".jsonl", ".parquet", ".csv"):
        raise OptionError("export of the wheel takes one .jsonl, .csv or .parquet file; the native tool takes all of them")
    if reading(options).keys() & {"where", "since", "until", "limit"}:
        raise OptionError("export writes every row that it reads: filter before, or use the native tool")
    source = pathlib.Path(options.comparisons[0])
    found = row_weights(source, options.embedder, fit=_settings(options), threads=options.threads, **reading(options))
    added = {
        options.column: found.values.tolist(),
        f"{options.column}_a": found.weights_a.tolist(),
        f"{options.column}_b": found.weights_b.tolist(),
        "group_a": found.groups_a,
        "group_b": found.groups_b,
    }
    target = pathlib.Path(options.output)
    if source.suffix == ".parquet" or target.suffix == ".parquet":
        if source.suffix != target.suffix:
            raise OptionError("export of the wheel keeps the format: give two names with one ending")
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pq.readtable_text(source)
        for name, values in added.items():
            table = table.append_column(name, pa.array(values))
        part = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            pq.writetable_text(table, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    elif source.suffix == ".csv":
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        write_all(target, csv_text(_with(rows, added)).encode("utf-8"))
    else:
        with source.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip()]
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in _with(rows, added))
        write_all(target, "".join(lines).encode("utf-8"))
    print(f"wrote {len(found.values):,} rows to {options.output}")
    print(f"weights {found.scheme}, mean 1; they count as {found.effective:,.0f} equal ones")
    return 0


def _with(rows: list[dict[str, Any]], added: dict[str, Any]) -> list[dict[str, Any]]:
    for name, values in added.items():
        if any(name in row for row in rows):
            raise DataError(f"{name}: found a field of this name already; expected none")
        if len(values) != len(rows):
            raise DataError(f"found {len(rows)} rows, expected {len(values)}")
    return [{**row, **{name: values[i] for name, values in added.items()}} for i, row in enumerate(rows)]


def _duplicates(options: argparse.Namespace) -> int:
    embed = "builtin" if options.embedder == "auto" else options.embedder
    found = duplicates(
        options.comparisons,
        embed,
        within=options.within,
        across_prompts=options.across_prompts,
        threads=options.threads,
        **known(options),
        **reading(options),
    )
    form = _format(options)
    if form == "json":
        put(options.output, json.dumps(found.document, ensure_ascii=False, indent=2) + "\n")
    elif form == "csv":
        put(options.output, csv_text(found.rows))
    else:
        names = ("group", "id", "decision", "reason", "text")
        put(options.output, found.answer + "\n\n" + table_text([{name: row[name] for name in names} for row in found.rows], 0))
    return 0


def _refuse_overwriting(options: argparse.Namespace) -> None:
    """An output in the place of an input would lose its rows."""
    others = (getattr(options, name, None) for name in ("alternatives", "contexts", "families"))
    inputs = [path for path in [*options.comparisons, *others] if path is not None]
    output = options.output
    if output is None or not os.path.isfile(output):
        return
    if any(os.path.exists(path) and os.path.samefile(path, output) for path in inputs):
        raise OptionError(f"--output is {output}, which is read as well: writing it would lose rows; give another name")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; the exit codes are the native tool's."""
    options = _parser().parse_args(arguments)
    options.typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _refuse_overwriting(options)
        code: int = options.run(options)
        return code
    except tuple(kind for kind, _ in _CODES) as problem:
        code = next(code for kind, code in _CODES if isinstance(problem, kind))
        if code not in (0, 130):
            print(f"tessera: {problem}", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
