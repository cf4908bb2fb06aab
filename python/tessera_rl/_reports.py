"""The commands that write reports: `tessera rank` and `tessera audit`, with the native tool's options, defaults and output."""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

from . import _native
from ._columns import title_of
from ._data import read, read_with_contexts, reading_of
from ._files import write_all
from ._options import add_alternatives, add_rows, add_run, estimator, known, reading
from ._origin import origin
from ._printing import put
from .audit import run_audit
from .errors import OptionError

_ENDINGS = {"json": "json", "csv": "csv", "md": "markdown", "markdown": "markdown"}


def _anchor(text: str) -> dict[str, Any]:
    name, sign, score = text.rpartition("=")
    try:
        if name and sign:
            return {"id": name, "rating": float(score)}
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text}; expected ID=SCORE")


def add_rank(commands: Any) -> None:
    """`tessera rank`."""
    words = "Make a leaderboard of votes: who leads, by how much, and what is noise."
    rank = commands.add_parser("rank", help=words, description=words)
    rank.set_defaults(run=_rank)
    add_rows(rank)
    rank.add_argument(
        "--families", "--family", metavar="FILE", help="declared families: a file (id, family), or a column of the votes"
    )
    rank.add_argument("--suggest-families", metavar="FILE", help="write families that names and prompts suggest")
    rank.add_argument("--profiles", action="store_true", help="take profiles of win rates for contexts")
    rank.add_argument("--category", metavar="COLUMN", help="a table of its own for each value of this column")
    rank.add_argument("--scale", choices=["elo", "logit"], help="(default: elo)")
    rank.add_argument("--anchor", type=_anchor, metavar="ID=SCORE", help="an alternative and the score that it has")
    rank.add_argument("--level", type=float, help="how sure intervals are (default: 0.95)")
    rank.add_argument("--ties", choices=["half", "davidson", "rao-kupper", "auto"], help="(default: half)")
    rank.add_argument("--pairs", choices=["auto", "proportion", "count"], default="auto")
    add_run(rank)
    rank.add_argument("--top", type=int, help="rows of the table; 0 for all (default: 50, and all of a CSV file)")
    rank.add_argument("--format", choices=["table", "markdown", "json", "csv"], help="(default: by the ending of -o, or table)")
    rank.add_argument("-o", "--output", metavar="FILE", help="file to write (default: standard output)")


def _warn(warnings: Sequence[str]) -> None:
    for line in warnings:
        print(f"tessera: warning: {line}", file=sys.stderr)


def _medium(options: argparse.Namespace) -> dict[str, Any]:
    """Width and colours of the terminal, where a table is shown on one."""
    if options.output is not None or not sys.stdout.isatty():
        return {}
    colours = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return {"width": os.get_terminal_size(sys.stdout.fileno()).columns or None, "hasColours": colours}


def _rank(options: argparse.Namespace) -> int:
    form = options.format or _ENDINGS.get(pathlib.Path(options.output or "").suffix.lstrip(".").lower(), "table")
    if form == "json" and options.top is not None:
        raise OptionError(f"--top {options.top} has no effect here: a JSON document holds every row")
    data = read(
        options.comparisons,
        reading=reading_of(reading(options)),
        keeps_prompts=True,
        # Models are what a leaderboard is about.
        keeps_texts=False,
        category=options.category,
        families=options.families,
        threads=options.threads,
    )
    settings = {
        "fit": {"lambda": options.lambda_, "pairs": options.pairs, "seed": options.seed, "profiles": options.profiles},
        "scale": options.scale,
        "anchor": options.anchor,
        "level": options.level,
        "ties": options.ties,
        "format": form,
        "top": options.top,
        "suggestsFamilies": options.suggest_families is not None,
        **_medium(options),
    }
    result = _native.run("rank", settings, subject=data.result, threads=options.threads, progress=sys.stderr.isatty())
    found, arrays = result.document, result.arrays()
    _warn(found["warnings"])
    if options.suggest_families is not None:
        write_all(options.suggest_families, arrays["families"].tobytes())
        families, members = found["families"], found["members"]
        print(
            f"tessera: wrote {options.suggest_families}: {families:,} {'family' if families == 1 else 'families'} of "
            f"{members:,} alternative{'' if members == 1 else 's'}; correct it and give it back with --families",
            file=sys.stderr,
        )
    if options.output is not None:
        # What goes into a file is summed up where the user looks.
        sys.stdout.write("".join(line + "\n" for line in found["answer"]))
    put(options.output, arrays["text"].tobytes().decode("utf-8"))
    return 0


def add_audit(commands: Any) -> None:
    """`tessera audit`."""
    words = "Do clones distort my rewards? Write a report."
    audit = commands.add_parser("audit", help=words, description=words)
    audit.set_defaults(run=_audit)
    add_rows(audit)
    add_alternatives(audit)
    audit.add_argument("--dimensions", type=int, default=256, help="numbers of a context, for the built-in embedder")
    audit.add_argument("--with-prompt", action="store_true", help="embed the prompt together with the answer")
    audit.add_argument(
        "--families", "--family", metavar="FILE", help="declared families: a file (id, family), or a column of the votes"
    )
    audit.add_argument(
        "--schemes", metavar="SCHEME,...", help="compared with the standard estimate (default: local,voronoi,horizon)"
    )
    audit.add_argument(
        "--duplicates-within", type=float, metavar="DISTANCE", help="(default: half the median distance of nearest neighbours)"
    )
    audit.add_argument("--clone", action="append", default=[], metavar="ID", help="may be repeated (default: the five best)")
    audit.add_argument("--bootstraps", type=int, help="resamples of the bootstrap (default: 100)")
    audit.add_argument("--space", default="bounding-box", help="where answers could have been")
    audit.add_argument("--method", choices=["auto", "exact", "sampled"], default="auto")
    audit.add_argument("--samples", type=int, default=100_000, help="random points, where weights are sampled")
    audit.add_argument("--target-error", type=float, metavar="ERROR", help="sample until the largest standard error is below")
    audit.add_argument("--relative", action="store_true", help="the target error is a share of each weight")
    audit.add_argument("--normalize", action="store_true", help="scale every context to length 1")
    audit.add_argument("--center", action="store_true", help="subtract the mean of the contexts, in which clones count as one")
    audit.add_argument("--pca", type=int, metavar="K", help="keep the first K principal axes")
    audit.add_argument("--lambda-convention", choices=["local", "normalized", "paper"], default="local")
    audit.add_argument("--pairs", choices=["auto", "proportion", "count"], default="auto")
    add_run(audit)
    audit.add_argument("-o", "--output", default="audit", metavar="FOLDER", help="for index.html, figures/ and audit.json")


def _audit(options: argparse.Namespace) -> int:
    names = ("space", "method", "samples", "target_error", "relative", "normalize", "center", "pca")
    asked = {name: getattr(options, name) for name in (*names, "lambda_convention", "pairs", "dimensions", "with_prompt")}
    fit = estimator(options, **asked)
    data = read_with_contexts(
        options.comparisons,
        embed=options.embedder,
        reading=reading(options),
        keeps_prompts=True,
        with_prompt=options.with_prompt,
        dimensions=options.dimensions,
        seed=options.seed,
        threads=options.threads,
        progress=sys.stderr.isatty(),
        families=options.families,
        **{"contexts": None, **known(options)},
    )
    found = run_audit(
        data,
        fit._settings(),
        options.output,
        schemes=options.schemes,
        duplicates_within=options.duplicates_within,
        clone=options.clone,
        bootstraps=options.bootstraps,
        title=title_of(options.comparisons),
        origin=origin([path for path in (*options.comparisons, options.alternatives, options.families) if path], options.typed),
        threads=options.threads,
        progress=sys.stderr.isatty(),
    )
    _warn(found.warnings)
    sys.stdout.write(f"{found}Report: {os.path.join(options.output.rstrip('/') or '/', 'index.html')}\n")
    return 0
