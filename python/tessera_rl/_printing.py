"""What commands print: tables and CSV, to standard output or whole into a file."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from typing import Any

from ._files import write_all


def put(output: str | None, text: str) -> None:
    """Prints a text, or writes it into a file and says so."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_all(output, text.encode("utf-8"))
        print(f"wrote {output}")


def csv_text(rows: Iterable[dict[str, Any]]) -> str:
    """Rows under a header of their names."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]) if listed else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def table_text(rows: list[dict[str, Any]], top: int) -> str:
    """Columns of text, the first rows alone; 0 for all."""
    shown = rows[: top or None]
    if not shown:
        return "nothing\n"

    def spell(value: Any) -> str:
        if isinstance(value, float):
            return "" if value != value else f"{value:.4f}"
        text = "" if value is None else str(value)
        text = "".join(c if c.isprintable() else " " for c in text)
        return text if len(text) <= 40 else text[:39] + "…"

    cells = [list(shown[0]), *([spell(value) for value in row.values()] for row in shown)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    right = [isinstance(value, (int, float)) for value in shown[0].values()]
    lines = [
        "  ".join(cell.rjust(width) if r else cell.ljust(width) for cell, width, r in zip(line, widths, right, strict=True))
        for line in cells
    ]
    rest = len(rows) - len(shown)
    more = [f"({rest} more; --top 0 shows all)"] if rest else []
    return "\n".join(line.rstrip() for line in [*lines, *more]) + "\n"
