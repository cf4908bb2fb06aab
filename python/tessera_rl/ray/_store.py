"""Finished parts in a folder, so that work that was interrupted goes on where it stopped."""

from __future__ import annotations

import json
import os
import pathlib
import re
from typing import Any

from .. import tally
from .._files import write_all
from ..errors import DataError, OptionError, WriteError

_NAME = re.compile(r"samples-(\d+)-(\d+)\.tally")


class Store:
    """A folder of parts of one whole.

    Beside the parts stands what they are parts of. Work on other data or under other settings refuses the folder.

    Args:
        folder: Made where it is not there.
        about: What all parts have in common; see `tally.Sampler.about`.

    Raises:
        OptionError: for a folder of other data or settings.
        WriteError: where nothing can be written.
    """

    def __init__(self, folder: str | os.PathLike[str], about: dict[str, Any]) -> None:
        self._folder = pathlib.Path(folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise WriteError(f"{self._folder}: {problem.strerror}") from problem
        card = self._folder / "about.json"
        if card.exists():
            self._check(card, about)
        else:
            write_all(card, (json.dumps(about, indent=2) + "\n").encode("utf-8"))
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        self._known = sorted((int(name[1]), int(name[2])) for name in found if name is not None)

    def _check(self, card: pathlib.Path, about: dict[str, Any]) -> None:
        try:
            known = json.loads(card.read_bytes())
        except (OSError, ValueError) as problem:
            raise DataError(f"{card}: {problem}") from problem
        for name, value in about.items():
            found = known.get(name) if isinstance(known, dict) else None
            if found != value:
                raise OptionError(
                    f"{self._folder} holds parts of other work: {name} is {found}, expected {value}; "
                    "give the same data and settings, or another folder"
                )

    def pieces(self, first: int, count: int, most: int) -> list[tuple[int, int]]:
        """A range of samples as parts: those that are here, and what lies between them cut into parts of about `most`."""
        found: list[tuple[int, int]] = []
        place, end = first, first + count
        for start, length in self._known:
            if start < place or start + length > end:
                continue
            found += cut(place, start - place, most)
            found.append((start, length))
            place = start + length
        return found + cut(place, end - place, most)

    def __contains__(self, piece: tuple[int, int]) -> bool:
        """Whether a part was here when the work began."""
        return piece in self._known

    def _path(self, first: int, count: int) -> pathlib.Path:
        return self._folder / f"samples-{first}-{count}.tally"

    def read(self, piece: tuple[int, int]) -> tally.Tally:
        """A part that is here."""
        try:
            return tally.Tally(self._path(*piece).read_bytes())
        except OSError as problem:
            raise DataError(f"{self._path(*piece)}: {problem.strerror}") from problem

    def write(self, piece: tuple[int, int], part: tally.Tally) -> None:
        """Keeps a part: whole or not at all."""
        write_all(self._path(*piece), part.data)


def cut(first: int, count: int, most: int) -> list[tuple[int, int]]:
    """A range in parts of about `most` samples."""
    return tally.ranges(count, -(-count // most), first) if count > 0 else []
