"""Rewards from human preferences that duplicates cannot distort.

>>> import tessera_rl as tr
>>> fit = tr.RewardFit(lambda_=0.1).fit([{"a": "x", "b": "y", "winner": "a"}])
>>> fit.ids
['x', 'y']
"""

from __future__ import annotations

import importlib
from typing import Any

from ._verdict import Verdict
from .audit import Audit
from .datasets import RowWeights, add_weights, row_weights
from .duplicates import Duplicates, duplicates
from .errors import DataError, InternalError, MissingError, NoMemoryError, OptionError, TesseraError, WorkerError, WriteError
from .fit import RewardFit
from .head import RewardHead
from .weights import Weights, linkage_weights, voronoi_weights, weights

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "DataError",
    "Duplicates",
    "InternalError",
    "MissingError",
    "NoMemoryError",
    "OptionError",
    "RewardFit",
    "RewardHead",
    "RowWeights",
    "TesseraError",
    "Verdict",
    "Weights",
    "WorkerError",
    "WriteError",
    "add_weights",
    "duplicates",
    "linkage_weights",
    "row_weights",
    "voronoi_weights",
    "weights",
]


def __getattr__(name: str) -> Any:
    """`ray` is loaded when it is asked for: most who use this package have no cluster."""
    if name == "ray":
        return importlib.import_module(".ray", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
