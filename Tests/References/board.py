"""board.json: ratings on Elo's scale, and places, by arena-rank and evalica.

arena-rank's ratings as it prints them: 400 points are odds of ten to one, the mean is 1000; its own
ridge on the Hessian (1e-5 a game) moves no rating, since it is in the step and not in the gradient.
evalica's scores are ranked as they are.
"""

from __future__ import annotations

import evalica
import jax.numpy as jnp
import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

from common import Case, Row, document
from data import BASEBALL_SOURCE, EVALICA_SIMPLE, baseball, expanded

PACKAGES = ("numpy", "arena-rank", "evalica", "jax", "pandas")


def places(scores: list[float]) -> list[int]:
    """1 for the largest; scores that agree to eight digits share a place."""
    rounded = [float(f"{score:.8e}") for score in scores]
    return [1 + sum(other > score for other in rounded) for score in rounded]


def board(name: str, source: str, m: int, rows: list[Row]) -> Case:
    """Ratings and places."""
    games = expanded(rows)
    frame = pd.DataFrame({
        "model_a": [f"{a:03}" for a, _, _ in games],
        "model_b": [f"{b:03}" for _, b, _ in games],
        "winner": [outcome for _, _, outcome in games],
    })
    model = BradleyTerry(m, gtol=1e-13, ftol=0.0, dtype=jnp.float64)
    found = model.compute_ratings_and_cis(PairDataset.from_pandas(frame, outcome_map=float))
    ratings = np.asarray(found["ratings"], dtype=float)
    words = {1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}
    scores = evalica.bradley_terry(
        [a for a, _, _ in games],
        [b for _, b, _ in games],
        [words[outcome] for _, _, outcome in games],
        tolerance=1e-13,
        limit=100_000,
    ).scores.loc[list(range(m))]
    return {
        "name": name,
        "source": source,
        "alternatives": m,
        "rows": rows,
        "ratings": ratings,
        "places": places(ratings.tolist()),
        "evalicaPlaces": places(scores.tolist()),
    }


def content() -> Case:
    """The file."""
    simple: list[Row] = [(a, b, y, 1.0) for a, b, y in EVALICA_SIMPLE]
    return document(
        PACKAGES,
        [
            board("evalica, simple", "evalica's test file simple.csv; ties half", 5, simple),
            board("baseball", BASEBALL_SOURCE, 7, baseball()),
        ],
    )
