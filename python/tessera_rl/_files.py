"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import pathlib

from .errors import WriteError


def write_all(path: str | os.PathLike[str], content: bytes) -> pathlib.Path:
    """Writes a file beside its place and moves it there.

    Raises:
        WriteError: where that cannot be.
    """
    target = pathlib.Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as problem:
        raise WriteError(f"{target}: cannot be written: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)
    return target
