"""Comparisons with what is known of their alternatives, read once for whatever comes next."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _native
from ._columns import Columns, Rows, columns_of, is_path
from .errors import DataError, OptionError
from .weights import contexts_array

Embed: TypeAlias = Any
"""A function of a list of texts, a model with `encode`, a matrix, "builtin", or None."""

EMBEDDED_UNASKED = 100_000
"""Beyond so many answers texts are embedded on request alone: it takes minutes."""


@dataclass(frozen=True)
class Reading:
    """How rows are read; every part is the tool's option of the same name."""

    layout: str | None = None
    map: Mapping[str, str] | None = None
    by: str | None = None
    aspect: str | None = None
    where: Mapping[str, str] | Sequence[tuple[str, str, str]] | None = None
    since: str | None = None
    until: str | None = None
    drop: str | Sequence[str] | None = None
    limit: int | None = None
    subset: str | None = None
    split: str | None = None

    def settings(self) -> dict[str, Any]:
        """As the library takes them."""
        found: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("layout", "by", "aspect", "since", "until", "limit", "subset", "split")
            if getattr(self, name) is not None
        }
        if self.map:
            found["map"] = dict(self.map)
        if self.where:
            conditions = (
                [(name, value, "=") for name, value in self.where.items()] if isinstance(self.where, Mapping) else self.where
            )
            found["conditions"] = [[str(part) for part in condition] for condition in conditions]
        if self.drop:
            found["drop"] = [self.drop] if isinstance(self.drop, str) else list(self.drop)
        return found


class Data:
    """What was read: the subject of fits, weights, duplicates."""

    def __init__(self, result: _native.Result) -> None:
        self.result = result
        self.about: dict[str, Any] = result.document
        arrays = result.arrays()
        self.ids: list[str] = _native.texts(arrays["ids"], arrays["ids.places"])
        self._arrays = arrays
        self.a: npt.NDArray[np.int32] = arrays["a"]
        self.b: npt.NDArray[np.int32] = arrays["b"]

    @property
    def texts(self) -> list[str]:
        """The text of every alternative."""
        return _native.texts(self._arrays["texts"], self._arrays["texts.places"])

    @property
    def prompts(self) -> list[str]:
        """The prompt of every alternative; empty where there is none."""
        return _native.texts(self._arrays["prompts"], self._arrays["prompts.places"])

    def embedded(
        self,
        embed: Embed,
        *,
        with_prompt: bool,
        dimensions: int,
        seed: int,
        threads: int | None,
        progress: bool | _native.Progress | None,
    ) -> Data:
        """The same with contexts, where something makes them."""
        if embed is None or (isinstance(embed, str) and embed in ("none", "auto") and not self._embeds(embed)):
            return self
        if isinstance(embed, str):
            if embed not in ("builtin", "auto"):
                raise OptionError(f'embed is "{embed}"; expected "builtin", "none", a function of texts, a model or a matrix')
            settings = {"dimensions": dimensions, "seed": seed, "withPrompt": with_prompt}
            return self._with(_native.run("embed", settings, subject=self.result, threads=threads, progress=progress))
        if callable(embed) or hasattr(embed, "encode"):
            if not self.about["hasTexts"]:
                raise DataError("found no texts to embed; expected rows of texts, or contexts as a matrix")
            texts = self.texts
            if with_prompt:
                texts = [prompt + "\n" + text for prompt, text in zip(self.prompts, texts, strict=True)]
            function: Callable[[list[str]], Any] = embed.encode if hasattr(embed, "encode") else embed
            rows = contexts_array(function(texts), "embed")
            if len(rows) != len(texts):
                raise DataError(f"embed: found {len(rows)} rows, expected {len(texts)}, one for each text")
            # Made of answers alone: equal answers to two prompts are two alternatives.
            return self.given(rows, apart=not with_prompt)
        return self.given(contexts_array(embed, "embed"), apart=False)

    def given(self, contexts: npt.NDArray[Any], *, apart: bool) -> Data:
        """The same with contexts, a row for every alternative in the order of `ids`."""
        return self._with(_native.run("contexts", {"apart": apart}, {"contexts": contexts}, subject=self.result))

    def _embeds(self, embed: str) -> bool:
        return (
            embed == "auto"
            and bool(self.about["hasTexts"])
            and not self.about["hasContexts"]
            and len(self.ids) <= EMBEDDED_UNASKED
        )

    def _with(self, result: _native.Result) -> Data:
        """The same rows, about another subject."""
        other = object.__new__(Data)
        other.__dict__.update(self.__dict__)
        # The arrays keep the first result alive; what is run next works on the new one.
        other.result = result
        other.about = {**self.about, "hasContexts": True}
        return other


def read(
    comparisons: Rows,
    *,
    alternatives: Sequence[Any] | str | os.PathLike[str] | None = None,
    reading: Reading | None = None,
    keeps_prompts: bool = False,
    keeps_texts: bool | None = None,
    category: str | None = None,
    families: str | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
) -> Data:
    """Reads comparisons of any form.

    Args:
        comparisons: Files, a table of any library, rows, or arrays (a, b, outcome).
        alternatives: All ids in the order of the contexts, or a JSONL file of them; None takes them from the rows.
        keeps_texts: Whether texts of answers are kept; None keeps them unless `alternatives` is given.
        category: A column by which votes are gathered apart as well, for boards of their own.
        families: A file of families, or a column of the rows, for boards.
    """
    settings = (reading or Reading()).settings()
    settings["keepsPrompts"] = keeps_prompts
    more = {"keepsTexts": keeps_texts, "category": category, "families": families}
    settings.update((name, value) for name, value in more.items() if value is not None)
    arrays: dict[str, npt.NDArray[Any]] = {}
    if is_path(comparisons):
        files = comparisons if isinstance(comparisons, list) else [comparisons]
        settings["files"] = [os.fspath(file) for file in files]
    else:
        columns = columns_of(comparisons)
        if columns.rows == 0:  # names alone: there is no row whose fields could be asked for
            columns = Columns()
        settings["columns"] = columns.names
        arrays.update(columns.arrays)
    if isinstance(alternatives, (str, os.PathLike)):
        settings["alternatives"] = os.fspath(alternatives)
    elif alternatives is not None:
        names = [str(name) for name in alternatives]
        if len(set(names)) < len(names):
            twice = next(name for name, count in Counter(names).items() if count > 1)
            raise DataError(f'alternatives: found "{twice}" more than once, expected ids that differ')
        ids = Columns()
        ids.add_values("ids", names)
        arrays["ids"], arrays["ids.places"] = ids.arrays["0.bytes"], ids.arrays["0.places"]
    return Data(_native.run("read", settings, arrays, threads=threads, progress=progress))


def reading_of(options: Mapping[str, Any]) -> Reading:
    """Options of reading by name.

    Raises:
        OptionError: for a name that is none.
    """
    known = Reading.__dataclass_fields__
    for name in options:
        if name not in known:
            raise OptionError(f"{name} is no option of reading; expected some of {', '.join(known)}")
    return Reading(**options)


def read_with_contexts(
    comparisons: Rows,
    contexts: npt.ArrayLike | None,
    embed: Embed,
    *,
    alternatives: Sequence[Any] | str | os.PathLike[str] | None,
    reading: Mapping[str, Any],
    keeps_prompts: bool,
    with_prompt: bool,
    dimensions: int,
    seed: int,
    threads: int | None,
    progress: bool | _native.Progress | None,
    families: str | None = None,
) -> Data:
    """Reads comparisons, with the contexts that are given, or that something makes of their texts.

    Args:
        comparisons, contexts, alternatives, reading: As the arguments of `RewardFit.fit`.
        embed: What makes contexts where none are given; None leaves them.
        families: A file of families, or a column of the rows, for audits.
    """
    matrix = None if contexts is None else contexts_array(contexts)
    if matrix is not None and alternatives is None:
        alternatives = [str(i) for i in range(len(matrix))]
    data = read(
        comparisons,
        alternatives=alternatives,
        reading=reading_of(reading),
        keeps_prompts=keeps_prompts,
        families=families,
        threads=threads,
    )
    if matrix is not None:
        return data.given(matrix, apart=False)
    return data.embedded(embed, with_prompt=with_prompt, dimensions=dimensions, seed=seed, threads=threads, progress=progress)


def family_names(families: Mapping[str, str] | Sequence[str | None], ids: list[str]) -> list[str | None]:
    """The name of each alternative's family, None for none.

    Raises:
        DataError: for ids that are none, and for another number of families than of alternatives.
    """
    if isinstance(families, Mapping):
        strangers = set(families) - set(ids)
        if strangers:
            raise DataError(f'families: found "{sorted(strangers)[0]}", expected ids of alternatives')
        return [families.get(name) for name in ids]
    names = list(families)
    if len(names) != len(ids):
        raise DataError(f"families: found {len(names)}, expected {len(ids)}, one for each alternative")
    return names


def families_array(names: list[str | None]) -> npt.NDArray[np.int32]:
    """The number of each alternative's family, -1 for none."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(name for name in names if name is not None))}
    return np.array([-1 if name is None else numbers[name] for name in names], dtype=np.int32)
