"""Weights for the rows of a data set that trainers read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._columns import Rows, is_path
from ._data import Data, Embed, read, reading_of
from .errors import DataError, OptionError
from .fit import RewardFit
from .weights import contexts_array


@dataclass(frozen=True)
class RowWeights:
    """What every row weighs.

    Attributes:
        values: Mean 1 over the rows; 0 for a row that says nothing.
        weights_a, weights_b: Of the two answers of every row; 1 is an equal share.
        groups_a, groups_b: Which answers are near-duplicates of one another: the id of the first of them.
        scheme: What weighed, and why.
        effective: As how many equal rows they count.
    """

    values: npt.NDArray[np.float64]
    weights_a: npt.NDArray[np.float64]
    weights_b: npt.NDArray[np.float64]
    groups_a: list[str | None]
    groups_b: list[str | None]
    scheme: str
    effective: float


def row_weights(
    rows: Rows,
    embed: Embed = "auto",
    *,
    fit: RewardFit | None = None,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
    **reading: Any,
) -> RowWeights:
    """Weighs the rows of preferences, so that near-duplicates count together and not apart.

    A trainer that multiplies the loss of every row by its weight minimises the objective of the clone-robust estimate over its
    own model.

    Args:
        rows: A Dataset, DataFrame, Arrow table, rows or files with prompt, chosen and rejected, or any layout of the tool.
        embed: "auto", "builtin", "none", a function of a list of texts, a model with `encode`, or a pair of matrices with the
            embeddings of chosen and rejected in the order of the rows.
        fit: Settings other than the usual ones.
        **reading: layout, map, by, where, ...: as the tool's options.
    """
    settings = fit or RewardFit()
    data = read(rows, reading=reading_of(reading), keeps_prompts=settings.per_prompt, threads=threads)
    if settings.weights not in ("none", "uniform"):
        if isinstance(embed, tuple):
            data = _both_sides(data, embed)
        else:
            data = data.embedded(
                embed,
                with_prompt=settings.with_prompt,
                dimensions=settings.dimensions,
                seed=0,
                threads=threads,
                progress=progress,
            )
    result = _native.run("row weights", settings._settings(), subject=data.result, threads=threads, progress=progress)
    found = result.arrays()
    about = result.document
    first = found["groups"].tolist()

    def groups(side: npt.NDArray[np.int32]) -> list[str | None]:
        return [data.ids[first[i]] if i >= 0 else None for i in side.tolist()]

    return RowWeights(
        found["weights"],
        found["weights a"],
        found["weights b"],
        groups(data.a),
        groups(data.b),
        about["weights"],
        about["effectiveRows"],
    )


def _both_sides(data: Data, sides: tuple[Any, ...]) -> Data:
    """Contexts of alternatives from embeddings of both sides of every row."""
    if len(sides) != 2:
        raise OptionError(f"embed is a tuple of {len(sides)}; expected two matrices, of chosen and of rejected")
    chosen, rejected = (contexts_array(side, name) for side, name in zip(sides, ("chosen", "rejected"), strict=True))
    rows = len(data.a)
    if chosen.shape != rejected.shape or len(chosen) != rows:
        raise DataError(f"embed: found {chosen.shape} and {rejected.shape}, expected {rows} rows in each")
    contexts = np.zeros((len(data.ids), chosen.shape[1]), dtype=chosen.dtype)
    # Backwards: the first row that has an answer tells its context.
    known = np.flatnonzero(data.a >= 0)[::-1]
    contexts[data.b[known]] = rejected[known]
    contexts[data.a[known]] = chosen[known]
    return data.given(contexts, apart=False)


def add_weights(dataset: Any, embed: Embed = "auto", *, column: str = "weight", extra: bool = False, **options: Any) -> Any:
    """A data set with a column of weights, for trainers.

    Args:
        dataset: A datasets.Dataset, an IterableDataset (which is read once to weigh it, and again by the trainer), a DataFrame,
            an Arrow table, or a list of rows.
        embed: As for `row_weights`.
        column: What the column is called.
        extra: Whether weight_a, weight_b, group_a and group_b are added as well.
        **options: As for `row_weights`.

    Returns:
        The same kind of data set with the column, mean 1 over the rows.

    Raises:
        DataError: where there is such a column already, and for rows that cannot be read.
    """
    if is_path(dataset):
        raise OptionError("add_weights takes a data set in memory; tessera export writes files")
    streams = hasattr(dataset, "_ex_iterable")
    names = _names(dataset)
    rows = list(dataset) if streams else dataset
    found = row_weights(rows, embed, **options)
    added: dict[str, Any] = {column: found.values}
    if extra:
        added |= {
            f"{column}_a": found.weights_a,
            f"{column}_b": found.weights_b,
            "group_a": found.groups_a,
            "group_b": found.groups_b,
        }
    for name in added:
        if name in names:
            raise DataError(f"{name}: found a column of this name already; expected none, or another name")
    if streams:
        listed = {name: values.tolist() if isinstance(values, np.ndarray) else values for name, values in added.items()}

        def with_weights(row: dict[str, Any], place: int) -> dict[str, Any]:
            return {**row, **{name: values[place] for name, values in listed.items()}}

        return dataset.map(with_weights, with_indices=True)
    if hasattr(dataset, "append_column"):  # Arrow
        for name, values in added.items():
            dataset = dataset.append_column(name, [values])
        return dataset
    if hasattr(dataset, "add_column"):
        for name, values in added.items():
            dataset = dataset.add_column(name, values)
        return dataset
    if hasattr(dataset, "assign"):  # pandas
        return dataset.assign(**added)
    if hasattr(dataset, "with_columns"):  # Polars
        import polars

        return dataset.with_columns([polars.Series(name, values) for name, values in added.items()])
    columns = {name: list(values) for name, values in added.items()}
    return [{**row, **{name: values[i] for name, values in columns.items()}} for i, row in enumerate(rows)]


def _names(dataset: Any) -> set[str]:
    for attribute in ("column_names", "columns"):
        names = getattr(dataset, attribute, None)
        if names is not None and not callable(names):
            return {str(name) for name in names}
    if isinstance(dataset, list):
        return {str(name) for row in dataset for name in row}
    return set()
