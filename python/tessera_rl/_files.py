"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import pathlib

from .errors import WriteError


def write_all(path: str | os.PathLike[str], content: bytes) -> pathlib.Path:
    """Writes a file beside its place and moves it there; what is no regular file (a device, a pipe) is written as it is.

    Raises:
        WriteError: where that cannot be.
    """
    target = pathlib.Path(path)
    if target.is_symlink():
        target = target.resolve()
    if target.exists() and not target.is_file():
        return _write_directly(target, content)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as problem:
        raise WriteError(f"{target}: cannot be written: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)
    return target


def make_folder(path: pathlib.Path) -> None:
    """Makes a folder and those around it, where they are not there.

    Raises:
        WriteError: where that cannot be.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise WriteError(f"{path}: cannot be written: the folder cannot be made") from problem


def _write_directly(target: pathlib.Path, content: bytes) -> pathlib.Path:
    try:
        with target.open("wb") as file:
            file.write(content)
    except OSError as problem:
        raise WriteError(f"{target}: cannot be written: {problem.strerror}") from problem
    return target
