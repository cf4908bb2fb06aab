"""quasi.json: quasi-variances (Firth and de Menezes, 2004) of small covariance matrices.

They are the q that minimise the sum over i < j of (log(q_i + q_j) - log V_ij)^2, with V_ij the
variance of the difference of estimates i and j.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import least_squares, minimize

from common import Case, Vector, document, largest
from data import BASEBALL_SOURCE, CITATION_SOURCE, SHIPS, SHIPS_SOURCE, baseball, citations
from errors import described, football
from estimates import uniform

PACKAGES = ("numpy", "scipy")


def contrasts(covariance: Vector) -> tuple[Vector, Vector, Vector]:
    """i, j and V_ij of all pairs."""
    i, j = np.array(list(combinations(range(len(covariance)), 2))).T
    return i, j, covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]


def quasi_variances(covariance: Vector) -> Vector:
    """Levenberg and Marquardt's method on the logarithms of the ratios, from equal q."""
    i, j, variances = contrasts(covariance)
    size = np.mean(variances)

    def residuals(q: Vector) -> Vector:
        sums = q[i] + q[j]
        # Far outside where the logarithm is defined: turn back.
        return np.where(sums > 0, np.log(np.maximum(sums, 1e-300) * size / variances), 1e3)

    def slopes(q: Vector) -> Vector:
        result = np.zeros((len(i), len(q)))
        pair = np.arange(len(i))
        result[pair, i] = result[pair, j] = 1 / (q[i] + q[j])
        return result

    found = least_squares(
        residuals,
        np.full(len(covariance), 0.5),
        slopes,
        method="lm",
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    return np.asarray(found.x * size)


def second_way(covariance: Vector) -> Vector:
    """The best of ten random starts of a simplex search and BFGS on the sum of squares."""
    i, j, variances = contrasts(covariance)
    size = np.mean(variances)
    random = np.random.default_rng(0)

    def total(q: Vector) -> float:
        sums = q[i] + q[j]
        if np.min(sums) <= 0:
            return 1e6
        return float(np.sum(np.log(sums * size / variances) ** 2))

    best = None
    for _ in range(10):
        rough = minimize(total, 0.2 + random.random(len(covariance)), method="Nelder-Mead").x
        fine = minimize(total, rough, method="BFGS", options={"gtol": 1e-9})
        if best is None or fine.fun < best.fun:
            best = fine
    assert best is not None
    return np.asarray(best.x * size)


def quasi(name: str, source: str, covariance: Vector) -> Case:
    """Covariance, q, and how wrong a difference's standard error from q can be."""
    q = quasi_variances(covariance)
    i, j, variances = contrasts(covariance)
    ratios = np.sqrt((q[i] + q[j]) / variances)
    other = second_way(covariance)
    return {
        "name": name,
        "source": source,
        "covariance": covariance,
        "quasiVariances": q,
        "sumOfSquares": float(np.sum((2 * np.log(ratios)) ** 2)),
        "worstRelativeError": float(np.max(np.abs(ratios - 1))),
        "smallestRatio": float(np.min(ratios)),
        "largestRatio": float(np.max(ratios)),
        "secondWayRelativeDifference": largest(q, other) / float(np.max(np.abs(q))),
    }


def sandwich(name: str, source: str, rows: list[tuple[int, int, float, float]], m: int) -> Case:
    """Quasi-variances of the rewards of errors.json, or of another table treated the same."""
    covariance = described(name, source, uniform(m, rows, 0))["covariance"]
    return quasi(name, source, np.asarray(covariance))


def content() -> Case:
    """The file."""
    # Three contrasts and three unknowns: exact, and the first q is negative.
    negative = np.array([[0.0, 0, 0], [0, 1, -0.5], [0, -0.5, 1]])
    return document(
        PACKAGES,
        [
            sandwich("baseball", BASEBALL_SOURCE, baseball(), 7),
            sandwich("citations", CITATION_SOURCE, citations(), 4),
            sandwich("football", "random games", football(np.random.default_rng(11)), 20),
            quasi("ships", SHIPS_SOURCE, np.array(SHIPS, dtype=float)),
            quasi("three alternatives, one negative", "made up: V is 1, 1 and 3", negative),
        ],
    )
