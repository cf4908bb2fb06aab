"""What the scripts share: kinds of values, layout of files, numbers that any precision can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
"""[a, b, outcome, count]: the outcome is the share of the win that goes to a."""
Row = tuple[int, int, float, float]
Case = dict[str, Any]

HERE = Path(__file__).parent


def versions(*packages: str) -> dict[str, str]:
    """The installed versions of the packages that made a file."""
    return {package: version(package) for package in packages}


def on_grid(values: Vector, bits: int = 20) -> Vector:
    """Values as multiples of 2^-bits: exact in single precision as long as they are small."""
    return np.round(values * 2.0**bits) / 2.0**bits


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays, tuples and all that is in them as what JSON knows."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        if not np.isfinite(value):
            raise ValueError(f"found {value}, expected a finite number")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def laid_out(value: Any, depth: int = 0) -> str:
    """JSON with one line for each list of numbers."""
    margin, inner = " " * depth, " " * (depth + 1)
    if isinstance(value, dict) and value:
        items = (f"{inner}{json.dumps(k)}: {laid_out(v, depth + 1)}" for k, v in value.items())
        return "{\n" + ",\n".join(items) + f"\n{margin}}}"
    if isinstance(value, list) and any(isinstance(item, list | dict) for item in value):
        lines = (inner + laid_out(item, depth + 1) for item in value)
        return "[\n" + ",\n".join(lines) + f"\n{margin}]"
    return json.dumps(value, ensure_ascii=False)


def document(packages: Sequence[str], cases: list[Case]) -> Case:
    """A file's content: who made it, and its cases."""
    result: Case = plain({"madeWith": versions(*packages), "cases": cases})
    return result


def largest(a: Any, b: Any) -> float:
    """The largest difference of two arrays."""
    return float(np.max(np.abs(np.asarray(a) - np.asarray(b))))
