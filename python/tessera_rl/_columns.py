"""Tables of any library as columns of bytes, which the library reads as it reads files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .errors import DataError

Rows: TypeAlias = Any
"""A DataFrame, a Dataset, an Arrow table, columns by name, a list of rows, arrays (a, b, outcome), or files."""

_NULL, _TEXT, _NUMBER, _LIST, _OBJECT, _LITERAL = range(6)


class Columns:
    """Columns as the library takes them: for each its bytes, where values begin, and of what kind they are."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.arrays: dict[str, npt.NDArray[Any]] = {}
        self.rows = 0

    def add(self, name: str, data: npt.NDArray[np.uint8], places: npt.NDArray[np.int64], kinds: npt.NDArray[np.uint8]) -> None:
        if self.names and len(kinds) != self.rows:
            raise DataError(f"{name}: found {len(kinds)} rows, expected {self.rows}, as in the other columns")
        number = len(self.names)
        self.names.append(name)
        self.rows = len(kinds)
        self.arrays[f"{number}.bytes"] = np.ascontiguousarray(data)
        self.arrays[f"{number}.places"] = np.ascontiguousarray(places)
        self.arrays[f"{number}.kinds"] = np.ascontiguousarray(kinds)

    def add_values(self, name: str, values: Iterable[Any]) -> None:
        """A column of Python's values, whatever each of them is."""
        if isinstance(values, np.ndarray):
            if values.ndim == 1 and values.dtype.kind in "biuf":
                return self._add_numbers(name, values)
            values = values.tolist()
        parts: list[bytes] = []
        kinds: list[int] = []
        for value in values:
            kind, part = _spelled(value)
            parts.append(part)
            kinds.append(kind)
        places = np.zeros(len(parts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter((len(part) for part in parts), dtype=np.int64, count=len(parts)), out=places[1:])
        self.add(name, np.frombuffer(b"".join(parts), dtype=np.uint8), places, np.array(kinds, dtype=np.uint8))

    def _add_numbers(self, name: str, values: npt.NDArray[Any]) -> None:
        """A column of numbers. Each different one is spelled once: indices and outcomes are few."""
        different, inverse = np.unique(values, return_inverse=True)
        spelled = [_spelled(value) for value in different.tolist()]
        parts = [part for _, part in spelled]
        places = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(np.array([len(part) for part in parts], dtype=np.int64)[inverse], out=places[1:])
        data = b"".join(map(parts.__getitem__, inverse.tolist()))
        kinds = np.array([kind for kind, _ in spelled], dtype=np.uint8)[inverse]
        self.add(name, np.frombuffer(data, dtype=np.uint8), places, kinds)


def _spelled(value: Any) -> tuple[int, bytes]:
    """A value as JSON has it: its kind, and its bytes without quotation marks."""
    if isinstance(value, str):
        try:
            return _TEXT, value.encode("utf-8")
        except UnicodeEncodeError as problem:
            raise DataError(f"found a text that is no UTF-8: {problem.reason} at character {problem.start}") from problem
    if value is None:
        return _NULL, b""
    if isinstance(value, (bool, np.bool_)):
        return _LITERAL, b"true" if value else b"false"
    if isinstance(value, (int, np.integer)):
        return _NUMBER, str(int(value)).encode()
    if isinstance(value, (float, np.floating)):
        return (_NULL, b"") if value != value else (_NUMBER, repr(float(value)).encode())
    if isinstance(value, Mapping):
        return _OBJECT, _json(value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return _LIST, _json(value)
    iso = getattr(value, "isoformat", None)
    if iso is not None:
        text = str(iso())
        return (_NULL, b"") if text == "NaT" else (_TEXT, text.encode())
    if str(value) in ("<NA>", "NaT"):
        return _NULL, b""
    raise DataError(f"found a value of the type {type(value).__name__}, expected a text, number, list or mapping")


def _json(value: Any) -> bytes:
    def plain(other: Any) -> Any:
        if isinstance(other, (np.ndarray, np.generic)):
            return other.tolist()
        raise DataError(f"found a value of the type {type(other).__name__} inside a list or mapping")

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain).encode("utf-8")
    except ValueError as problem:
        raise DataError(f"found a list or mapping that JSON cannot spell: {problem}") from problem


def is_path(rows: Rows) -> bool:
    """Whether rows are files."""
    if isinstance(rows, (str, os.PathLike)):
        return True
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, (str, os.PathLike)) for row in rows)


def files_of(rows: Rows) -> list[str | os.PathLike[str]]:
    """The files that rows are; none for tables in memory."""
    if not is_path(rows):
        return []
    return rows if isinstance(rows, list) else [rows]


def title_of(rows: Rows) -> str:
    """The names of files, as the tool calls data by them; empty for tables in memory."""
    return ", ".join(os.path.basename(os.path.normpath(file)) for file in files_of(rows))


def columns_of(rows: Rows) -> Columns:
    """The columns of any table.

    Raises:
        DataError: for what is no table, or has columns of different lengths.
    """
    columns = Columns()
    table = _arrow(rows)
    if table is not None:
        for name, column in zip(table.column_names, table.columns, strict=True):
            _add_arrow(columns, name, column)
        return columns
    if isinstance(rows, Mapping):
        for name, values in rows.items():
            columns.add_values(str(name), _list(values))
        return columns
    if isinstance(rows, tuple) and 2 <= len(rows) <= 4 and not isinstance(rows[0], Mapping):
        for name, values in zip(("a", "b", "preference", "count"), rows, strict=False):
            columns.add_values(name, _list(values))
        if len(rows) == 2:
            columns.add_values("preference", [1] * columns.rows)
        return columns
    if hasattr(rows, "columns") and hasattr(rows, "__getitem__"):  # a DataFrame without Arrow
        for name in rows.columns:
            columns.add_values(str(name), _list(rows[name]))
        return columns
    if isinstance(rows, Iterable) and not isinstance(rows, (str, bytes)):
        return _of_rows(list(rows))
    raise DataError(f"found {type(rows).__name__}, expected a table, a list of rows, arrays (a, b, outcome) or a file")


def _of_rows(rows: Sequence[Any]) -> Columns:
    names: dict[str, None] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError(f"rows[{number}]: found {type(row).__name__}, expected a mapping of names to values")
        names.update(dict.fromkeys(str(name) for name in row))
    columns = Columns()
    for name in names:
        columns.add_values(name, [row.get(name) for row in rows])
    return columns


def _list(values: Any) -> Iterable[Any]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise DataError(f"found {type(values).__name__}, expected a column of values")
    if isinstance(values, np.ndarray):
        return values
    tolist = getattr(values, "tolist", None)
    listed: Iterable[Any] = tolist() if tolist is not None else values
    return listed


def _arrow(rows: Rows) -> Any:
    """The rows as an Arrow table; None where pyarrow is not there or they are none."""
    try:
        import pyarrow as pa
    except ImportError:
        return None
    if isinstance(rows, pa.Table):
        return rows
    if isinstance(rows, pa.RecordBatch):
        return pa.Table.from_batches([rows])
    with_format = getattr(rows, "with_format", None)
    if with_format is not None and hasattr(rows, "features"):  # datasets.Dataset, its selection of rows respected
        return with_format("arrow")[:]
    if hasattr(rows, "iloc"):  # pandas: without its index, which is no column
        return pa.Table.from_pandas(rows, preserve_index=False)
    if hasattr(rows, "__arrow_c_stream__"):
        return pa.table(rows)
    return None


def _add_arrow(columns: Columns, name: str, column: Any) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    spelled = _TEXT
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        whole = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)))
        column = pc.strftime(whole, format="%Y-%m-%dT%H:%M:%SZ")
    elif pa.types.is_boolean(kind):
        spelled, column = _LITERAL, column.cast(pa.large_string())
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        spelled = _NUMBER
        if pa.types.is_floating(kind):
            column = column.cast(pa.float64())
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
        column = column.cast(pa.large_string())
    elif pa.types.is_null(kind):
        columns.add_values(name, [None] * len(column))
        return
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or _is_view(pa, kind)):
        columns.add_values(name, column.to_pylist())
        return
    texts = column.cast(pa.large_string())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.large_string())
    _, places, data = texts.buffers()
    count, first = len(texts), texts.offset
    ends = np.frombuffer(places, dtype=np.int64)[first : first + count + 1] if count else np.zeros(1, dtype=np.int64)
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    nulls = texts.is_null().to_numpy(zero_copy_only=False)
    columns.add(name, content, ends, np.where(nulls, _NULL, spelled).astype(np.uint8))


def _is_view(pa: Any, kind: Any) -> bool:
    test = getattr(pa.types, "is_string_view", None)
    return test is not None and bool(test(kind))
