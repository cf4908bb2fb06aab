"""The regularised, weighted Bradley-Terry objective, written down again, with a dense solver.

    F(r) = - sum_{i<j} v_ij [ p_ij log s(r_i - r_j) + p_ji log s(r_j - r_i) ]
           + lambda/2 sum_i rho_i r_i^2

v_ij = w_i w_j k_ij for pairs that were compared. k_ij is 1 (`proportion`) or n_ij divided by its
mean over compared pairs (`count`). rho_i is w_i (`normalized`), or the sum over the compared j
outside the group of i of v_ij / (1 - W_i), W_i the weight of the group (`local`).
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import root
from scipy.special import expit

from common import Row, Vector


@dataclass(frozen=True)
class Problem:
    """All that an estimate depends on; `ridge` is lambda."""

    alternatives: int
    rows: Sequence[Row]
    weights: Vector
    groups: Sequence[int]
    ridge: float
    convention: str = "normalized"
    pairs: str = "proportion"
    counts: Vector = field(init=False)
    rates: Vector = field(init=False)

    def __post_init__(self) -> None:
        wins = np.zeros((self.alternatives, self.alternatives))
        for a, b, outcome, count in self.rows:
            wins[a, b] += outcome * count
            wins[b, a] += (1 - outcome) * count
        counts = wins + wins.T
        rates = np.divide(wins, counts, out=np.full_like(wins, 0.5), where=counts > 0)
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "rates", rates)

    @property
    def factors(self) -> Vector:
        """k_ij."""
        compared = self.counts > 0
        if self.pairs == "proportion":
            return np.asarray(compared, dtype=float)
        return np.asarray(self.counts * compared.sum() / self.counts.sum())

    @property
    def strengths(self) -> Vector:
        """rho_i / w_i, which is defined for weight zero too."""
        if self.convention == "normalized":
            return np.ones(self.alternatives)
        w, k, groups = self.weights, self.factors, np.asarray(self.groups)
        result = np.zeros(self.alternatives)
        for i in range(self.alternatives):
            outside = groups != groups[i]
            result[i] = np.sum(w[outside] * k[i, outside]) / (1 - np.sum(w[~outside]))
        return result

    def condition(self, r: Vector) -> Vector:
        """The gradient of F divided by -w_i, zero at the minimum:

        R_i = sum_j w_j k_ij (p_ij - s(r_i - r_j)) - lambda rho_i / w_i r_i
        """
        expected = expit(r[:, None] - r[None, :])
        pull = (self.factors * (self.rates - expected)) @ self.weights
        return np.asarray(pull - self.ridge * self.strengths * r)

    def slope(self, r: Vector) -> Vector:
        """The derivatives of -R: the Hessian of F with row i divided by w_i."""
        expected = expit(r[:, None] - r[None, :])
        curvature = self.factors * expected * (1 - expected) * self.weights[None, :]
        ridges = self.ridge * self.strengths
        return np.asarray(np.diag(curvature.sum(axis=1) + ridges) - curvature)

    def minimum(self) -> Vector:
        """Newton's method on R = 0 with halved steps.

        A lambda below 1e-6 is for equal weights, one component and `normalized` only.
        """
        r = np.zeros(self.alternatives)
        # There the columns of the slope add up to lambda, and R to zero: the constant below only
        # holds the mean of the step at zero, where the answer has it, and rounding does not.
        anchor = np.mean(self.weights) if self.ridge < 1e-6 else 0.0
        for _ in range(200):
            residual = self.condition(r)
            step = np.linalg.solve(self.slope(r) + anchor, residual)
            scale = 1.0
            while scale > 2.0**-20 and np.linalg.norm(
                self.condition(r + scale * step)
            ) > np.linalg.norm(residual):
                scale /= 2
            # At the minimum rounding hides the decrease: take the whole step once and stop.
            small = np.max(np.abs(step)) < 1e-13 * max(1.0, np.max(np.abs(r)))
            r = r + (1.0 if small else scale) * step
            if small:
                return r
        raise ArithmeticError("Newton's method did not end after 200 steps")

    def value(self, r: Sequence[complex], w: Sequence[float]) -> complex:
        """F(r) with weights w by plain loops over the definition, for complex rewards too."""
        total: complex = 0
        ridges = [0.0] * len(w)
        shared = [
            sum(w[j] for j in range(len(w)) if self.groups[j] == self.groups[i])
            for i in range(len(w))
        ]
        compared = [(i, j) for j in range(len(w)) for i in range(j) if self.counts[i, j] > 0]
        mean = sum(float(self.counts[i, j]) for i, j in compared) / len(compared)
        for i, j in compared:
            k = 1.0 if self.pairs == "proportion" else float(self.counts[i, j]) / mean
            v = w[i] * w[j] * k
            won = float(self.rates[i, j])
            total += v * won * cmath.log(1 + cmath.exp(r[j] - r[i]))
            total += v * (1 - won) * cmath.log(1 + cmath.exp(r[i] - r[j]))
            if self.groups[i] != self.groups[j]:
                ridges[i] += v / (1 - shared[i])
                ridges[j] += v / (1 - shared[j])
        if self.convention == "normalized":
            ridges = list(w)
        return total + self.ridge / 2 * sum(
            ridge * reward * reward for ridge, reward in zip(ridges, r, strict=True)
        )

    def second_way(self) -> Vector:
        """The same rewards by MINPACK from F alone.

        The derivatives are imaginary parts: F(r + ih) is F(r) + ih F'(r) up to h^2, and an h of
        1e-30 costs no digits. Weights of zero become 1e-13. Needs a ridge.
        """
        w = [max(float(weight), 1e-13) for weight in self.weights]

        def gradient(r: Vector) -> Vector:
            result = np.zeros(len(w))
            for i in range(len(w)):
                moved = [complex(reward) for reward in r]
                moved[i] += 1e-30j
                result[i] = self.value(moved, w).imag / 1e-30 / w[i]
            return result

        return np.asarray(root(gradient, np.zeros(len(w)), tol=1e-14).x)
