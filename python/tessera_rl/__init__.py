"""Rewards from human preferences that duplicates cannot distort.

>>> import tessera_rl as tr
>>> fit = tr.RewardFit(lambda_=0.1).fit([{"a": "x", "b": "y", "winner": "a"}])
>>> fit.ids
['x', 'y']
"""

from __future__ import annotations

from .datasets import RowWeights, add_weights, row_weights
from .duplicates import Duplicates, duplicates
from .errors import DataError, InternalError, MissingError, OptionError, TesseraError, WriteError
from .fit import RewardFit, Verdict
from .head import RewardHead
from .weights import Weights, linkage_weights, voronoi_weights, weights

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "Duplicates",
    "InternalError",
    "MissingError",
    "OptionError",
    "RewardFit",
    "RewardHead",
    "RowWeights",
    "TesseraError",
    "Verdict",
    "Weights",
    "WriteError",
    "add_weights",
    "duplicates",
    "linkage_weights",
    "row_weights",
    "voronoi_weights",
    "weights",
]
