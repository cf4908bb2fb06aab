"""errors.json: covariances and standard errors of rewards, by arena-rank and from scores of rows.

The rewards move by H^+ g when the scores add up to g, so their covariance is H^+ Cov(g) H^+, with H
the second derivatives of F and H^+ its pseudo-inverse: the rewards of lambda 0 have mean zero, with
a ridge H^+ is the inverse. A comparison of i and j with outcome y has the score
v_ij / n_ij (y - e) (e_i - e_j), with unit vectors e_i and e_j. What differs is Cov(g):

- `covariance`, `standardErrors`: the sum over rows of the scores' outer products, with e the fitted
  probability s(r_i - r_j) (HC0, White 1980);
- `standardErrorsAboutPairMeans`: the same with e = p_ij, the mean outcome of the pair;
- `standardErrorsOfModel`: v_ij^2 / n_ij s (1 - s) for each pair, without a look at the outcomes.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from common import Case, Row, Vector, document, largest
from data import BASEBALL_SOURCE, BASEBALL_TEAMS, baseball, drawn_pairs, graded, played, pooled
from estimates import arena_games, random_weights, uniform, with_counts
from objective import Problem
from peers import arena_rank

PACKAGES = ("numpy", "scipy", "arena-rank", "jax", "pandas")


def inverse(problem: Problem, r: Vector) -> Vector:
    """H^+."""
    hessian = problem.weights[:, None] * problem.slope(r)
    return np.asarray(np.linalg.pinv((hessian + hessian.T) / 2, rcond=1e-10, hermitian=True))


def score_covariance(problem: Problem, expected: Vector) -> Vector:
    """Sum over rows of the outer products of their scores, each row written out as a vector."""
    v = np.outer(problem.weights, problem.weights) * problem.factors
    result = np.zeros((problem.alternatives, problem.alternatives))
    for a, b, outcome, count in problem.rows:
        score = np.zeros(problem.alternatives)
        score[a] = v[a, b] / problem.counts[a, b] * (outcome - expected[a, b])
        score[b] = -score[a]
        result += count * np.outer(score, score)
    return result


def second_way(problem: Problem, r: Vector) -> Vector:
    """The covariance from counts, sums and sums of squares of the outcomes of pairs.

    The first alternative is held at zero and the mean taken off afterwards; with a ridge nothing is
    held and nothing taken off.
    """
    m = problem.alternatives
    moments: dict[tuple[int, int], Vector] = {}
    for a, b, outcome, count in problem.rows:
        y = outcome if a < b else 1 - outcome
        old = moments.get((min(a, b), max(a, b)), np.zeros(3))
        moments[min(a, b), max(a, b)] = old + count * np.array([1, y, y * y])
    hessian, noise = np.zeros((m, m)), np.zeros((m, m))
    mean = sum(number for number, _, _ in moments.values()) / len(moments)
    for (i, j), (number, total, squares) in moments.items():
        s = float(expit(r[i] - r[j]))
        v = problem.weights[i] * problem.weights[j]
        v *= number / mean if problem.pairs == "count" else 1
        direction = np.zeros(m)
        direction[[i, j]] = 1, -1
        outer = np.outer(direction, direction)
        hessian += v * s * (1 - s) * outer
        noise += (v / number) ** 2 * (squares - 2 * s * total + s * s * number) * outer
    if problem.ridge > 0:
        bread = np.linalg.inv(hessian + np.diag(problem.ridge * problem.weights))
        return np.asarray(bread @ noise @ bread)
    bread = np.zeros((m, m))
    bread[1:, 1:] = np.linalg.inv(hessian[1:, 1:])
    centring = np.eye(m) - 1 / m
    return np.asarray(centring @ bread @ noise @ bread @ centring)


def described(name: str, source: str, problem: Problem) -> Case:
    """Input, rewards, covariance, and standard errors of all three kinds."""
    r = problem.minimum()
    bread = inverse(problem, r)
    expected = expit(r[:, None] - r[None, :])
    covariance = bread @ score_covariance(problem, expected) @ bread
    about_means = bread @ score_covariance(problem, problem.rates) @ bread
    v = np.outer(problem.weights, problem.weights) * problem.factors
    numbers = np.where(problem.counts > 0, problem.counts, 1)
    edges = v**2 / numbers * expected * (1 - expected)
    of_model = bread @ (np.diag(edges.sum(axis=1)) - edges) @ bread
    return {
        "name": name,
        "source": source,
        "alternatives": problem.alternatives,
        "rows": list(problem.rows),
        "weights": problem.weights,
        "groups": list(problem.groups),
        "lambda": problem.ridge,
        "lambdaConvention": problem.convention,
        "pairs": problem.pairs,
        "rewards": r,
        "covariance": (covariance + covariance.T) / 2,
        "standardErrors": np.sqrt(np.diag(covariance)),
        "standardErrorsAboutPairMeans": np.sqrt(np.diag(about_means)),
        "standardErrorsOfModel": np.sqrt(np.diag(of_model)),
        "secondWayRelativeDifference": largest(covariance, second_way(problem, r))
        / float(np.max(np.abs(covariance))),
    }


def with_arena_ridge(problem: Problem, r: Vector, ridge: float) -> Vector:
    """The covariance as arena-rank has it: its ridge times the number of games stays in H."""
    games = float(np.sum(problem.counts)) / 2
    pairs = np.count_nonzero(problem.counts) / 2
    # F times this is the log loss of all games.
    scale = problem.alternatives**2 * games / pairs
    hessian = problem.weights[:, None] * problem.slope(r) * scale
    bread = np.linalg.inv(hessian + ridge * games * np.eye(problem.alternatives))
    noise = score_covariance(problem, expit(r[:, None] - r[None, :])) * scale**2
    return np.asarray(bread @ noise @ bread)


def arena_cases() -> list[Case]:
    """10,000 games of four players, with arena-rank's errors beside ours.

    Its default ridge shrinks them; with the same ridge in H ours are the same.
    """
    cases = []
    for name, rows in arena_games().items():
        problem = uniform(4, rows, 0)
        case = described(name, "random games", problem)
        _, errors = arena_rank(4, rows, 1e-5)
        same = np.sqrt(np.diag(with_arena_ridge(problem, np.asarray(case["rewards"]), 1e-5)))
        case["peers"] = {"arena-rank": errors}
        case["peerRelativeDifference"] = largest(errors / case["standardErrors"], 1)
        case["peerRelativeDifferenceWithSameRidge"] = largest(errors / same, 1)
        cases.append(case)
    return cases


def football(random: np.random.Generator) -> list[Row]:
    """A season of 20 teams, everyone at home against everyone, a quarter drawn."""
    pairs = [(home, away) for home in range(20) for away in range(20) if home != away]
    return pooled(played(random, pairs, 0.6 * random.normal(size=20), 0.25))


def random_cases() -> list[Case]:
    """Seasons, soft labels, and two weighted estimates with their ridge."""
    random = np.random.default_rng(11)
    case = described("baseball", BASEBALL_SOURCE, uniform(7, baseball(), 0))
    case["names"] = BASEBALL_TEAMS
    cases = [
        case,
        described("football", "random games", uniform(20, football(random), 0)),
    ]
    pairs = drawn_pairs(random, 6, 300)
    soft = pooled(graded(random, pairs, random.normal(size=6), 0.1, 40))
    cases.append(described("soft labels", "random games", uniform(6, soft, 0)))
    groups = list(range(8))
    pairs = drawn_pairs(random, 8, 60)
    rows = with_counts(random, played(random, pairs, random.normal(size=8), 0.2))
    rows = [(a, b, outcome, float(np.ceil(count))) for a, b, outcome, count in rows]
    for counted in ("proportion", "count"):
        weights = random_weights(np.random.default_rng(12), groups, 0.7)
        problem = Problem(8, rows, weights, groups, 0.1, "normalized", counted)
        cases.append(described(f"weighted, with a ridge, {counted}", "random problem", problem))
    return cases


def content() -> Case:
    """The file."""
    return document(PACKAGES, arena_cases() + random_cases())
