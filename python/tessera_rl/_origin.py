"""What made a page, for those who want to make it again: as `tessera audit` says it."""

from __future__ import annotations

import datetime
import hashlib
import os
import pathlib
import shlex
from collections.abc import Iterable, Sequence
from typing import Any


def origin(files: Iterable[str | os.PathLike[str]], typed: Sequence[str] | None = None) -> dict[str, Any]:
    """The version, today, and the files that were read, each with its SHA-256.

    SOURCE_DATE_EPOCH stands for today where it is set.

    Args:
        files: Paths; what is no file is left out.
        typed: Arguments of the command, where there was one.
    """
    from . import __version__

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    seconds = float(epoch) if epoch else datetime.datetime.now(datetime.timezone.utc).timestamp()
    found: dict[str, Any] = {
        "version": __version__,
        "date": datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d"),
        "sources": [
            {"name": path.name, "digest": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in map(pathlib.Path, files)
            if path.is_file()
        ],
    }
    if typed is not None:
        found["command"] = shlex.join(["tessera", *typed])
    return found
