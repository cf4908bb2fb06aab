"""Rewards of other packages, all moved to mean zero where they are free up to a constant."""

from __future__ import annotations

import math

import choix
import evalica
import jax.numpy as jnp
import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

from common import Row, Vector
from data import expanded


def centred(r: Vector) -> Vector:
    """The same rewards with mean zero."""
    return np.asarray(r - np.mean(r))


def choix_games(rows: list[Row]) -> list[tuple[int, int]]:
    """Winner and loser of every game; choix knows no ties."""
    return [(a, b) if outcome == 1 else (b, a) for a, b, outcome in expanded(rows)]


def choix_maximum(alternatives: int, rows: list[Row]) -> dict[str, Vector]:
    """Maximum likelihood: spectral iteration, one more step of it, BFGS, Newton-CG."""
    games = choix_games(rows)
    spectral = choix.ilsr_pairwise(alternatives, games, max_iter=100_000, tol=1e-11)
    return {
        "choix.ilsr_pairwise": centred(spectral),
        "choix.lsr_pairwise from ilsr_pairwise": centred(
            choix.lsr_pairwise(alternatives, games, initial_params=spectral)
        ),
        "choix.opt_pairwise BFGS": centred(
            choix.opt_pairwise(alternatives, games, alpha=0, method="BFGS", tol=1e-7)
        ),
        "choix.opt_pairwise Newton-CG": centred(
            choix.opt_pairwise(alternatives, games, alpha=0, method="Newton-CG", tol=1e-12)
        ),
    }


def choix_ridge(alternatives: int, rows: list[Row], alpha: float) -> dict[str, Vector]:
    """The minimum of the log loss plus alpha times the sum of squares."""
    games = choix_games(rows)
    found = choix.opt_pairwise(alternatives, games, alpha=alpha, method="Newton-CG", tol=1e-12)
    return {"choix.opt_pairwise Newton-CG": np.asarray(found)}


def evalica_maximum(alternatives: int, rows: list[Row]) -> dict[str, Vector]:
    """Logarithms of evalica's Bradley-Terry scores, ties half a win for either."""
    words = {1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}
    games = expanded(rows)
    result = {}
    for solver in ("pyo3", "naive"):
        scores = evalica.bradley_terry(
            [a for a, _, _ in games],
            [b for _, b, _ in games],
            [words[outcome] for _, _, outcome in games],
            solver=solver,
            tolerance=1e-13,
            limit=100_000,
        ).scores
        logarithms = np.log(scores.loc[list(range(alternatives))].to_numpy(dtype=float))
        result[f"evalica.bradley_terry {solver}"] = centred(logarithms)
    return result


def arena_rank(alternatives: int, rows: list[Row], ridge: float) -> tuple[Vector, Vector]:
    """arena-rank's ratings and sandwich standard errors, back on the scale of log-odds.

    `ridge` is its `hessian_reg`, which it multiplies by the number of games.
    """
    games = expanded(rows)
    frame = pd.DataFrame(
        {
            "model_a": [f"{a:03}" for a, _, _ in games],
            "model_b": [f"{b:03}" for _, b, _ in games],
            "winner": [outcome for _, _, outcome in games],
        }
    )
    dataset = PairDataset.from_pandas(frame, outcome_map=float)
    model = BradleyTerry(alternatives, hessian_reg=ridge, gtol=1e-13, ftol=0.0, dtype=jnp.float64)
    found = model.compute_ratings_and_cis(dataset)
    alpha = 400 / math.log(10)
    ratings = (np.asarray(found["ratings"], dtype=float) - 1000) / alpha
    return centred(ratings), np.sqrt(np.asarray(found["variances"], dtype=float)) / alpha
