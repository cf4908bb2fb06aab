"""Makes the Parquet files that tests read, and what they hold.

python Tests/References/parquet/make.py            writes *.parquet and expected.json beside this script

The table is made here from plain Python values; `expected.json` shows those values, not what a reader found. Each file is
the table, or some of its columns, written by one library with one set of options.
"""

from __future__ import annotations

import json
import random
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import datasets
import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
ROWS = 36

Cell = Any
"""None, or [kind, text]: the text is what a JSON document would show, without quotation marks for strings."""


def text(value: str | None) -> Cell:
    return None if value is None else ["string", value]


def number(value: Any) -> Cell:
    return None if value is None else ["number", str(value)]


def literal(value: bool | None) -> Cell:
    return None if value is None else ["literal", json.dumps(value)]


def nested(value: Any) -> Cell:
    if value is None:
        return None
    return ["object" if isinstance(value, dict) else "array", json.dumps(value, ensure_ascii=False)]


def shortened(whole: str, fraction: str) -> str:
    """Seconds and their fraction, which has three digits, six or nine: as few as it takes."""
    while fraction.endswith("000") or fraction == "":
        if not fraction:
            return whole
        fraction = fraction[:-3]
    return f"{whole}.{fraction}"


def moment(value: str | None, unit: str, utc: bool) -> tuple[int | None, Cell]:
    """A time stamp as its count of units, and as text."""
    if value is None:
        return None, None
    digits = {"ms": 3, "us": 6, "ns": 9}[unit]
    whole, _, fraction = value.partition(".")
    fraction = f"{fraction[:digits]:0<{digits}}"
    return int(np.datetime64(f"{whole}.{fraction}", unit).astype(np.int64)), text(shortened(whole, fraction) + "Z" * utc)


def table() -> tuple[pa.Table, dict[str, list[Cell]]]:
    """The table, and its cells by column."""
    draw = random.Random(7)
    columns: dict[str, tuple[pa.Array, list[Cell]]] = {}

    def add(name: str, values: list[Any], kind: pa.DataType, show: Any) -> None:
        columns[name] = (pa.array(values, kind), [show(value) for value in values])

    odd = ["", "plain", 'quoted "text" \\ and\ttabs\n', "日本語 🂡 é\u0301", "\u0001\u001f", "x" * 700]
    add("prompt", [f"prompt {row // 9}" for row in range(ROWS)], pa.string(), text)
    add("chosen", [f"{odd[row % 6]}|{row}" for row in range(ROWS)], pa.string(), text)
    add("rejected", [None if row % 5 == 2 else odd[row * 7 % 6] for row in range(ROWS)], pa.string(), text)
    add("label", [[True, False, None][row % 3] for row in range(ROWS)], pa.bool_(), literal)
    add("agreed", [row % 4 != 1 for row in range(ROWS)], pa.bool_(), literal)
    scores = [0.1, -0.0, 1e300, 5e-324, 1 / 3, -2.5, None, 1e16]
    add("score", [scores[row % 8] for row in range(ROWS)], pa.float64(), number)
    single = [np.float32(0.1), np.float32(-3.4e38), np.float32(1e-45), None, np.float32(2.0)]
    add("rating", [single[row % 5] for row in range(ROWS)], pa.float32(), number)
    half = [np.float16(0.1), np.float16(-65504), np.float16(6e-8), None, np.float16(1)]
    columns["half"] = (
        pa.array([half[row % 5] for row in range(ROWS)], pa.float16()),
        [number(None if half[row % 5] is None else np.float32(half[row % 5])) for row in range(ROWS)],
    )
    add("turns", [[0, 2**63 - 1, -(2**63), row][row % 4] for row in range(ROWS)], pa.int64(), number)
    add("small", [[-128, 127, None, row][row % 4] for row in range(ROWS)], pa.int8(), number)
    add("byte", [[0, 255, None, row][row % 4] for row in range(ROWS)], pa.uint8(), number)
    add("word", [[0, 2**32 - 1, row][row % 3] for row in range(ROWS)], pa.uint32(), number)
    add("long", [[0, 2**64 - 1, row][row % 3] for row in range(ROWS)], pa.uint64(), number)
    add("nothing", [None] * ROWS, pa.null(), text)

    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    talk: list[Any] = []
    for row in range(ROWS):
        turns: list[Any] = [
            {"role": ["user", "assistant"][turn % 2], "content": odd[draw.randrange(6)] if turn != 2 else None}
            for turn in range(row % 5)
        ]
        talk.append(None if row % 11 == 3 else [*turns, None] if row % 7 == 4 else turns)
    add("messages", talk, pa.list_(message), nested)
    grid = [None if row % 9 == 1 else [None if k == 1 else list(range(k)) for k in range(row % 4)] for row in range(ROWS)]
    add("grid", grid, pa.list_(pa.list_(pa.int32())), nested)
    inner = pa.struct([("name", pa.string()), ("tags", pa.list_(pa.string()))])
    meta = pa.struct([("model", inner), ("temperature", pa.float64())])
    metas = [
        None if row % 6 == 5
        else {"model": None if row % 4 == 1 else {"name": f"m{row % 3}", "tags": [None, [], ["a", None]][row % 3]},
              "temperature": [0.5, None][row % 2]}
        for row in range(ROWS)
    ]
    add("meta", metas, meta, nested)
    add("embedding", [[round(draw.uniform(-1, 1) * 256) / 256 for _ in range(6)] for _ in range(ROWS)],
        pa.list_(pa.float32(), 6), nested)

    counts = [None if row % 8 == 6 else [(f"k{k}", None if k == 1 else k) for k in range(row % 3)] for row in range(ROWS)]
    columns["counts"] = (
        pa.array(counts, pa.map_(pa.string(), pa.int64())),
        [nested(pairs and [{"key": k, "value": v} for k, v in pairs] if pairs != [] else []) for pairs in counts],
    )

    days = ["1970-01-01", "2024-02-29", "1969-12-31", "1600-03-01", "0001-01-01", "9999-12-31", "1900-02-28"]
    columns["day"] = (
        pa.array([None if row % 7 == 6 else int(np.datetime64(days[row % 6], "D").astype(int)) for row in range(ROWS)],
                 pa.int32()).cast(pa.date32()),
        [None if row % 7 == 6 else text(days[row % 6]) for row in range(ROWS)],
    )
    times = ["1970-01-01T00:00:00", "2024-02-29T23:59:59.120000000", "1969-12-31T23:59:59.999999999",
             "2262-04-11T23:47:16.000000001", None, "1700-01-01T12:00:00.000001000"]
    for name, unit, zone in [("ms", "ms", "UTC"), ("us", "us", None), ("ns", "ns", "UTC")]:
        pairs = [moment(times[row % 6], unit, zone is not None) for row in range(ROWS)]
        columns[name] = (
            pa.array([count for count, _ in pairs], pa.int64()).cast(pa.timestamp(unit, zone)), [cell for _, cell in pairs])
    clock = [None if row % 4 == 3 else row * 2_399_001_000 for row in range(ROWS)]
    columns["clock"] = (
        pa.array(clock, pa.int64()).cast(pa.time64("us")),
        [text(None if us is None else
              shortened(f"{us // 3_600_000_000:02}:{us // 60_000_000 % 60:02}:{us // 1_000_000 % 60:02}",
                        f"{us % 1_000_000:06}")) for us in clock],
    )
    money = [Decimal(["0.05", "-12345.67", "99999.99", "-0.01"][row % 4]) for row in range(ROWS)]
    add("money", money, pa.decimal128(7, 2), number)
    wide = [None if row % 4 == 1 else Decimal(["-99999999999999999999.123", "0.001", "7.000"][row % 3]) for row in range(ROWS)]
    add("wide", wide, pa.decimal128(30, 3), number)
    return pa.table({name: array for name, (array, _) in columns.items()}), {
        name: cells for name, (_, cells) in columns.items()}


def unread() -> None:
    """What the reader refuses column by column, beside two columns that it reads."""
    (HERE / "other").mkdir(exist_ok=True)
    names = ["delta", "brotli", "old", "bytes", "fixed", "text", "numbers"]
    part = pa.table([
        pa.array([1, 2, 3]),
        pa.array(["a", "b", "c"]),
        pa.array([1, 2, 3]).cast(pa.timestamp("ns")),
        pa.array([b"a", b"\xff\xfe", b"c"], pa.binary()),
        pa.array([b"abc", b"def", b"ghi"], pa.binary(3)),
        pa.array(["read", "me", None]),
        pa.array([float("nan"), float("-inf"), float("inf")]),
    ], names=names)
    compression = {name: "brotli" if name == "brotli" else "snappy" for name in names}
    pq.write_table(
        part, HERE / "other" / "unread.parquet", compression=compression, use_dictionary=["text", "bytes", "brotli"],
        column_encoding={"delta": "DELTA_BINARY_PACKED"}, use_deprecated_int96_timestamps=True)


def arrays() -> None:
    """The same numbers in every container of arrays: row i, column j holds (7 i - 5 j) / 64."""
    values = (7 * np.arange(4)[:, None] - 5 * np.arange(3)[None, :]) / 64
    folder = HERE / "other"
    np.savez(folder / "two.npz", contexts=values.astype(np.float32), other=np.arange(3))
    np.savez_compressed(folder / "packed.npz", contexts=values)
    np.save(folder / "half.npy", values.astype(np.float16))
    upper = (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    tensors = {"brain": ("BF16", upper), "half": ("F16", values.astype(np.float16)), "single": ("F32", values.astype(np.float32)),
               "double": ("F64", values), "line": ("F32", np.arange(3, dtype=np.float32)), "whole": ("I64", np.ones((2, 2), np.int64))}

    def safetensors(name: str, chosen: list[str]) -> None:
        header, data = {}, b""
        for key in chosen:
            kind, array = tensors[key]
            header[key] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
            data += array.tobytes()
        text = json.dumps(header).encode()
        (folder / name).write_bytes(len(text).to_bytes(8, "little") + text + data)

    safetensors("many.safetensors", list(tensors))
    safetensors("one.safetensors", ["line", "brain"])
    table = pa.table({
        "id": pa.array(list("abcd")),
        "half": pa.FixedSizeListArray.from_arrays(pa.array(values.astype(np.float16).ravel()), 3),
        "single": pa.array(values.astype(np.float32).tolist(), pa.list_(pa.float32())),
        "double": pa.array(values.tolist(), pa.list_(pa.float64())),
        "uneven": pa.array([[1.0], [2.0], [3.0, 4.0], [5.0]]),
        "gaps": pa.array([[1.0], None, [3.0], [5.0]]),
        "holes": pa.array([[1.0], [2.0], [None], [5.0]]),
        "empty": pa.array([[1.0], [], [2.0], [5.0]]),
        "infinite": pa.array([[1.0], [2.0], [3.0], [float("inf")]]),
    })
    pq.write_table(table, folder / "vectors.parquet", row_group_size=3)
    pq.write_table(table.select(["id", "single"]), folder / "vector.parquet", data_page_size=16, write_batch_size=1)


def main() -> None:
    whole, cells = table()
    every = whole.column_names
    files: dict[str, dict[str, Any]] = {}

    def note(name: str, columns: list[str], options: str, rows: int = ROWS) -> Path:
        files[name] = {"columns": columns, "rows": rows, "written": options}
        return HERE / name

    def arrow(name: str, columns: list[str] = every, rows: int = ROWS, **options: Any) -> None:
        shown = ", ".join(f"{key}={value!r}" for key, value in options.items())
        pq.write_table(whole.select(columns).slice(0, rows), note(name, columns, f"pyarrow: {shown}", rows), **options)

    arrow("snappy.parquet", compression="snappy")
    arrow("zstd.parquet", compression="zstd", row_group_size=10, write_statistics=False, store_decimal_as_integer=True)
    arrow("gzip.parquet", compression="gzip", row_group_size=17)
    arrow("none.parquet", [c for c in every if c not in ("half", "chosen")], compression="none", write_statistics=False)
    arrow("v2.parquet", compression="zstd", data_page_version="2.0", row_group_size=20)
    arrow("v2-none.parquet", ["prompt", "rejected", "label", "messages"], compression="none", data_page_version="2.0")
    arrow("plain.parquet", compression="snappy", use_dictionary=False)
    arrow("pages.parquet", [c for c in every if c not in ("money", "byte", "word")], compression="zstd", data_page_size=64,
          write_batch_size=4, write_statistics=False)
    arrow("fall-back.parquet", ["chosen", "turns", "messages"], compression="snappy", dictionary_pagesize_limit=128,
          write_batch_size=4, data_page_size=64)
    arrow("old.parquet", [c for c in every if c not in ("ns", "half", "counts")], compression="snappy", version="1.0",
          use_compliant_nested_type=False)
    arrow("empty.parquet", rows=0, compression="snappy")

    simple = ["prompt", "chosen", "rejected", "label", "agreed", "score", "rating", "turns", "small", "byte", "word", "long"]
    lists = ["messages", "grid", "meta", "embedding"]
    columns = [*simple, *lists, "day", "us", "ms", "clock"]
    polars = pl.from_arrow(whole.select(columns))
    assert isinstance(polars, pl.DataFrame)
    polars.write_parquet(note("polars.parquet", columns, "polars: defaults"))
    columns = [*simple, *lists, "counts", "day", "us", "clock", "money", "wide"]
    part = whole.select(columns)
    connection = duckdb.connect()
    connection.register("part", part)
    path = note("duckdb.parquet", columns, "duckdb: defaults")
    connection.sql(f"copy (select * from part) to '{path}' (format parquet)")
    path = note("duckdb-zstd.parquet", columns, "duckdb: compression zstd")
    connection.sql(f"copy (select * from part) to '{path}' (format parquet, compression zstd)")
    columns = [*simple, *lists, "day", "us"]
    datasets.Dataset(whole.select(columns)).to_parquet(note("datasets.parquet", columns, "datasets: defaults"))

    unread()
    arrays()
    for name in files:
        size = (HERE / name).stat().st_size
        print(f"{name}: {size:,} bytes")
        if size > 30_000:
            raise SystemExit(f"{name}: {size} bytes, expected 30,000 at most")
    document = {
        "madeWith": {name: version(name) for name in ("pyarrow", "polars", "duckdb", "datasets", "numpy")},
        "files": files,
        "columns": cells,
    }
    lines = json.dumps(document, ensure_ascii=False).replace('], "', '],\n"').replace('}, "', '},\n"')
    json.loads(lines)
    (HERE / "expected.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
