"""The command `tessera` of the wheel: the common commands, through the same documents as the native tool."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import pathlib
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import __version__
from ._files import write_all
from .datasets import row_weights
from .duplicates import duplicates
from .errors import DataError, MissingError, OptionError, TesseraError, WriteError
from .fit import RewardFit

# As the native tool answers.
_CODES: list[tuple[type[BaseException], int]] = [
    (OptionError, 64),
    (DataError, 65),
    (MissingError, 66),
    (WriteError, 73),
    (TesseraError, 70),
    (BrokenPipeError, 0),
    (OSError, 73),
    (KeyboardInterrupt, 130),
]


def _pairs(text: str) -> tuple[str, str]:
    ours, sign, theirs = text.partition("=")
    if not (ours and sign and theirs):
        raise argparse.ArgumentTypeError(f"{text}; expected NAME=NAME")
    return ours, theirs


def _condition(text: str) -> tuple[str, str, str]:
    name, sign, value = text.partition("=")
    if not sign or name in ("", "!"):
        raise argparse.ArgumentTypeError(f"{text}; expected FIELD=VALUE or FIELD!=VALUE")
    return (name[:-1], value, "!=") if name.endswith("!") else (name, value, "=")


def _lambda(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}; expected auto or a positive number") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tessera",
        description="Rewards from human preferences that duplicates cannot distort.",
        epilog="These are the common commands. The native tool has more: audit, train, score, verify, reproduce, services.",
    )
    parser.add_argument("--version", action="version", version=f"{__version__} (Python)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.set_defaults(run=run)
        one.add_argument("comparisons", nargs="+", help="files, read as one: JSONL, JSON, CSV, TSV, Parquet, folders")
        one.add_argument("--alternatives", metavar="FILE", help="JSONL of alternatives: id, optionally context and text")
        one.add_argument("--contexts", metavar="FILE", help=".npy with a row for each line of --alternatives")
        one.add_argument("--layout", help="what rows say (default: by their fields)")
        one.add_argument("--map", type=_pairs, action="append", metavar="OURS=THEIRS", help="names of fields")
        one.add_argument("--by", choices=["auto", "answer", "model"], help="what is compared where rows have both")
        one.add_argument("--where", type=_condition, action="append", metavar="FIELD=VALUE", help="only such rows")
        one.add_argument("--since", metavar="TIME")
        one.add_argument("--until", metavar="TIME")
        one.add_argument("--drop", action="append", choices=["both_bad", "tie", "repeats"])
        one.add_argument("--limit", type=int, metavar="ROWS", help="the first rows alone")
        one.add_argument("--weights", default="auto", metavar="SCHEME", help="auto, none, local, voronoi, horizon, ...")
        one.add_argument("--lambda", dest="lambda_", type=_lambda, default="auto", metavar="NUMBER")
        one.add_argument("--embedder", choices=["auto", "builtin", "none"], default="auto", help="what embeds texts")
        one.add_argument("--seed", type=int, default=0)
        one.add_argument("--threads", type=int)
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
    rank = command("rank", _rank, "Rank alternatives by reward, with 95 %% intervals.")
    rank.add_argument("--format", choices=["table", "json", "csv"])
    rank.add_argument("--top", type=int, default=20)
    return parser


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    names = ("layout", "by", "where", "since", "until", "drop", "limit")
    found = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.map:
        found["map"] = dict(options.map)
    return found


def _settings(options: argparse.Namespace) -> RewardFit:
    return RewardFit(
        weights=options.weights,
        lambda_=options.lambda_,
        seed=options.seed,
        embed=options.embedder,
        threads=options.threads,
        progress=sys.stderr.isatty(),
    )


def _known(options: argparse.Namespace) -> dict[str, Any]:
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


def _fitted(options: argparse.Namespace) -> RewardFit:
    return _settings(options).fit(options.comparisons, **_known(options), **_reading(options))


def _format(options: argparse.Namespace) -> str:
    ending = pathlib.Path(options.output or "").suffix.lstrip(".")
    chosen: str = options.format or (ending if ending in ("json", "csv") else "table")
    return chosen


def _put(options: argparse.Namespace, text: str) -> None:
    if options.output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_all(options.output, text.encode("utf-8"))
        print(f"wrote {options.output}")


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]) if listed else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def _table(rows: list[dict[str, Any]], top: int) -> str:
    shown = rows[: top or None]
    if not shown:
        return "nothing\n"

    def spell(value: Any) -> str:
        if isinstance(value, float):
            return "" if value != value else f"{value:.4f}"
        text = "" if value is None else str(value)
        text = "".join(c if c.isprintable() else " " for c in text)
        return text if len(text) <= 40 else text[:39] + "…"

    cells = [list(shown[0]), *([spell(value) for value in row.values()] for row in shown)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    right = [isinstance(value, (int, float)) for value in shown[0].values()]
    lines = [
        "  ".join(cell.rjust(width) if r else cell.ljust(width) for cell, width, r in zip(line, widths, right, strict=True))
        for line in cells
    ]
    rest = len(rows) - len(shown)
    more = [f"({rest} more; --top 0 shows all)"] if rest else []
    return "\n".join(line.rstrip() for line in [*lines, *more]) + "\n"


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
        _put(options, json.dumps(document, ensure_ascii=False, indent=2) + "\n" if options.verdict else fit._text())
        return 0
    if form == "csv":
        _put(options, _csv(_rows(fit)))
        return 0
    verdict = str(fit.verdict) + "\n\n" if options.verdict else ""
    why = f"weights {fit.choice['weights']}, pairs {fit.choice['pairs']}, {len(fit.ids):,} alternatives\n\n"
    _put(options, verdict + why + _table(_rows(fit), options.top))
    return 0


def _weights(options: argparse.Namespace) -> int:
    fit = _fitted(options)
    rows = [{"id": name, "weight": float(weight)} for name, weight in zip(fit.ids, fit.weights_.tolist(), strict=True)]
    form = _format(options)
    if form == "json":
        document = fit.document
        _put(options, json.dumps({"weights": document["weights"], "alternatives": rows}, ensure_ascii=False, indent=2) + "\n")
    elif form == "csv":
        _put(options, _csv(rows))
    else:
        _put(options, _table(sorted(rows, key=lambda row: -row["weight"]), options.top))
    return 0


def _export(options: argparse.Namespace) -> int:
    if options.output is None:
        raise OptionError("export writes a file: give -o")
    if len(options.comparisons) != 1 or pathlib.Path(options.comparisons[0]).suffix not in (".jsonl", ".parquet", ".csv"):
        raise OptionError("export of the wheel takes one .jsonl, .csv or .parquet file; the native tool takes all of them")
    if _reading(options).keys() & {"where", "since", "until", "limit"}:
        raise OptionError("export writes every row that it reads: filter before, or use the native tool")
    source = pathlib.Path(options.comparisons[0])
    found = row_weights(source, options.embedder, fit=_settings(options), threads=options.threads, **_reading(options))
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

        table = pq.read_table(source)
        for name, values in added.items():
            table = table.append_column(name, pa.array(values))
        part = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            pq.write_table(table, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    elif source.suffix == ".csv":
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        write_all(target, _csv(_with(rows, added)).encode("utf-8"))
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
        **_known(options),
        **_reading(options),
    )
    form = _format(options)
    if form == "json":
        _put(options, json.dumps(found.document, ensure_ascii=False, indent=2) + "\n")
    elif form == "csv":
        _put(options, _csv(found.rows))
    else:
        names = ("group", "id", "decision", "reason", "text")
        _put(options, found.answer + "\n\n" + _table([{name: row[name] for name in names} for row in found.rows], 0))
    return 0


def _rank(options: argparse.Namespace) -> int:
    rows = _rows(_fitted(options))
    form = _format(options)
    if form == "json":
        _put(options, json.dumps({"alternatives": rows}, ensure_ascii=False, indent=2) + "\n")
    elif form == "csv":
        _put(options, _csv(rows))
    else:
        _put(options, _table(rows, options.top))
    return 0


def _refuse_overwriting(options: argparse.Namespace) -> None:
    """An output in the place of an input would lose its rows."""
    inputs = [path for path in [*options.comparisons, options.alternatives, options.contexts] if path is not None]
    output = options.output
    if output is None or not os.path.isfile(output):
        return
    if any(os.path.exists(path) and os.path.samefile(path, output) for path in inputs):
        raise OptionError(f"--output is {output}, which is read as well: writing it would lose rows; give another name")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; the exit codes are the native tool's."""
    options = _parser().parse_args(arguments)
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
