"""Audits: do clones distort these rewards? A page with its figures, and the document behind them."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._columns import Columns
from ._data import Data
from ._files import make_folder, write_all
from ._verdict import Verdict
from .errors import MissingError

# What an audit has of the settings of a fit: it brings the weights itself.
_KEYS = (
    "space",
    "method",
    "samples",
    "targetError",
    "relative",
    "seed",
    "normalize",
    "center",
    "pca",
    "lambda",
    "lambdaConvention",
    "pairs",
)


@dataclass(frozen=True)
class Audit:
    """What an audit found, and the files that it wrote.

    Attributes:
        verdict: Whether clones distort the rewards, and what to do now.
        summary: The verdict and what else was found, in lines of text.
        warnings: What makes the figures say less than they seem to.
        page: index.html, for people.
        files: All files, in the order in which they were written.
        document: audit.json, for programs.
    """

    verdict: Verdict
    summary: str
    warnings: Sequence[str]
    page: pathlib.Path
    files: Sequence[pathlib.Path] = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return self.summary


def run_audit(
    data: Data,
    fit: Mapping[str, Any],
    folder: str | os.PathLike[str],
    *,
    schemes: str | Sequence[str] | None = None,
    duplicates_within: float | None = None,
    clone: str | Sequence[str] = (),
    bootstraps: int | None = None,
    title: str = "",
    library: str | os.PathLike[str] | None = None,
    families: Sequence[str | None] | None = None,
    origin: Mapping[str, Any] | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Audit:
    """Audits data that were read with their prompts; what is None is the library's default.

    Args:
        fit: Settings of a fit, as the library spells them.
        folder: Where the files go; it is made before the work.
        schemes, duplicates_within, clone, bootstraps, library: As `RewardFit.audit` has them.
        title: How the data are named.
        families: The family of each alternative, None for none; None for those that the data were read with.
        origin: What makes the page again (`_origin.origin`).
    """
    target = pathlib.Path(folder)
    settings: dict[str, Any] = {
        "fit": {key: fit[key] for key in _KEYS if key in fit},
        "schemes": schemes if schemes is None or isinstance(schemes, str) else ",".join(schemes),
        "duplicatesWithin": duplicates_within,
        "clone": [clone] if isinstance(clone, str) else list(clone),
        "bootstraps": bootstraps,
        "title": title,
        "origin": origin,
    }
    arrays: dict[str, npt.NDArray[Any]] = {}
    if families is not None:
        names = Columns()
        # No family has an empty name.
        names.add_values("families", [name or "" for name in families])
        arrays["families"], arrays["families.places"] = names.arrays["0.bytes"], names.arrays["0.places"]
    if library is not None:
        script = pathlib.Path(library)
        for name, file in (("library", script), ("notices", script.with_name("THIRD_PARTY_NOTICES"))):
            try:
                arrays[name] = np.frombuffer(file.read_bytes(), dtype=np.uint8)
            except OSError as problem:
                raise MissingError(f"{file}: {problem.strerror}") from problem
    make_folder(target / "figures")
    result = _native.run("audit", settings, arrays, subject=data.result, threads=threads, progress=progress)
    files = {name: (target / name, array.tobytes()) for name, array in result.arrays().items()}
    for path, content in files.values():
        write_all(path, content)
    document = json.loads(files["audit.json"][1])
    said = result.document
    return Audit(
        verdict=Verdict.of(document["cloneVerdict"]),
        summary=said["summary"],
        warnings=tuple(said["warnings"]),
        page=files["index.html"][0],
        files=tuple(path for path, _ in files.values()),
        document=document,
    )
