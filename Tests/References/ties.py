"""ties.json: Davidson's and Rao and Kupper's models of ties, from their probabilities alone.

F is the mean over pairs' masses, as in `estimates.json` with `pairs` count and `lambdaConvention`
normalized: each of N comparisons of P pairs of m alternatives weighs P / (N m^2), and the ridge is
lambda / (2 m) sum r^2. A comparison's loss is -log of the probability of its outcome, written out as
the papers have it with pi = exp(r):

- Davidson: win, tie, loss as pi_i : nu sqrt(pi_i pi_j) : pi_j;
- Rao and Kupper: pi_i / (pi_i + theta pi_j), pi_j / (pi_j + theta pi_i), and the rest.

A soft label y is y of a win and 1 - y of a loss. Derivatives are complex steps of F, so nothing is
derived by hand; the root of the gradient is MINPACK's, from BFGS's minimum. Standard errors are the
sandwich of scores of single comparisons, times N / (N - 1), with the logarithm of nu or theta among
the parameters.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.optimize import minimize, root

from common import Case, Row, Vector, document, largest
from data import EVALICA_SIMPLE

PACKAGES = ("numpy", "scipy")
MODELS = ("davidson", "rao-kupper")


def outcome_losses(model: str, x: Vector, a: int, b: int) -> tuple[complex, complex, complex]:
    """-log of the probabilities of a win of a, a tie and a loss."""
    first, second, parameter = np.exp(x[a]), np.exp(x[b]), np.exp(x[-1])
    if model == "davidson":
        tie = parameter * np.sqrt(first * second)
        total = first + second + tie
        return -np.log(first / total), -np.log(tie / total), -np.log(second / total)
    win = first / (first + parameter * second)
    loss = second / (second + parameter * first)
    return -np.log(win), -np.log(1 - win - loss), -np.log(loss)


def row_loss(model: str, x: Vector, row: Row) -> complex:
    """The loss of one comparison of a row."""
    a, b, y, _ = row
    win, tie, loss = outcome_losses(model, x, a, b)
    return tie if y == 0.5 else y * win + (1 - y) * loss


def by_steps(function: object, x: Vector) -> Vector:
    """The gradient of a real analytic function, by complex steps."""
    result = np.zeros(len(x))
    for k in range(len(x)):
        moved = x.astype(complex)
        moved[k] += 1e-30j
        result[k] = function(moved).imag / 1e-30  # type: ignore[operator]
    return result


def fitted(name: str, source: str, m: int, rows: list[Row], model: str, ridge: float) -> Case:
    """Rewards, the parameter and standard errors."""
    pairs = len({(min(a, b), max(a, b)) for a, b, _, _ in rows})
    number = sum(count for _, _, _, count in rows)
    mass = pairs / (number * m * m)

    def objective(x: Vector) -> complex:
        total = sum(count * row_loss(model, x, (a, b, y, count)) for a, b, y, count in rows)
        return mass * total + ridge / (2 * m) * np.sum(x[:-1] ** 2)

    def gradient(x: Vector) -> Vector:
        return by_steps(objective, x)

    start = np.zeros(m + 1)
    start[-1] = 0.5
    rough = minimize(lambda x: float(np.real(objective(x))), start, jac=gradient, method="BFGS").x
    x = root(gradient, rough, tol=1e-15).x
    hessian = np.array([
        (gradient(x + 1e-5 * unit) - gradient(x - 1e-5 * unit)) / 2e-5 for unit in np.eye(m + 1)
    ])
    noise = np.zeros((m + 1, m + 1))
    for row in rows:
        score = mass * by_steps(lambda z, row=row: row_loss(model, z, row), x)
        noise += row[3] * np.outer(score, score)
    inverse = np.linalg.inv((hessian + hessian.T) / 2)
    covariance = inverse @ (noise * number / (number - 1)) @ inverse
    return {
        "name": f"{name}, {model}",
        "source": source,
        "alternatives": m,
        "rows": rows,
        "model": model,
        "lambda": ridge,
        "rewards": x[:-1],
        "parameter": float(np.exp(x[-1])),
        "certificate": largest(gradient(x), 0),
        "standardErrors": np.sqrt(np.diag(covariance)[:-1]),
    }


def drawn(random: Generator, m: int, votes: int) -> list[Row]:
    """Votes with ties by Davidson's model with nu = 1, the same ones counted."""
    truth = random.normal(size=m)
    counted: dict[tuple[int, int, float], float] = {}
    for _ in range(votes):
        a, b = sorted(random.choice(m, 2, replace=False).tolist())
        sizes = np.exp([(truth[a] - truth[b]) / 2, 0, (truth[b] - truth[a]) / 2])
        y = float(random.choice([1.0, 0.5, 0.0], p=sizes / sizes.sum()))
        counted[a, b, y] = counted.get((a, b, y), 0) + 1
    return [(a, b, y, count) for (a, b, y), count in sorted(counted.items())]


def content() -> Case:
    """The file."""
    simple: list[Row] = [(a, b, y, 1.0) for a, b, y in EVALICA_SIMPLE]
    votes = drawn(np.random.default_rng(5), 7, 300)
    soft: list[Row] = [*votes, (0, 1, 0.75, 1.0), (2, 5, 0.25, 1.0)]
    cases = []
    for model in MODELS:
        cases += [
            fitted("evalica, simple", "evalica's test file simple.csv", 5, simple, model, 0.1),
            fitted("drawn votes", "random votes", 7, votes, model, 0.001),
            fitted("drawn votes and soft labels", "random votes", 7, soft, model, 0.05),
        ]
    return document(PACKAGES, cases)
