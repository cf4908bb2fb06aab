"""estimates.json: rewards by choix, evalica, arena-rank and by a dense Newton's method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from common import Case, Row, Vector, document, largest
from data import (
    BASEBALL_SOURCE,
    BASEBALL_TEAMS,
    CITATION_JOURNALS,
    CITATION_SOURCE,
    EVALICA_SIMPLE,
    baseball,
    citations,
    drawn_pairs,
    graded,
    played,
    pooled,
)
from objective import Problem
from peers import arena_rank, choix_maximum, choix_ridge, evalica_maximum

PACKAGES = ("numpy", "scipy", "choix", "evalica", "arena-rank", "jax", "pandas")


def uniform(alternatives: int, rows: list[Row], ridge: float) -> Problem:
    """The standard estimate, every comparison counted: what the peers fit."""
    return Problem(
        alternatives,
        rows,
        np.full(alternatives, 1 / alternatives),
        range(alternatives),
        ridge,
        pairs="count",
    )


def described(name: str, source: str, problem: Problem) -> Case:
    """Input and rewards, with the largest violation of the first-order condition."""
    rewards = problem.minimum()
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
        "rewards": rewards,
        "certificate": float(np.max(np.abs(problem.condition(rewards)))),
    }


def with_peers(case: Case, peers: Mapping[str, Vector]) -> Case:
    """Adds what the peers found and how far that is from our rewards."""
    case["peers"] = dict(peers)
    case["peerDifferences"] = {
        name: largest(case["rewards"], values) for name, values in peers.items()
    }
    return case


def maximum(
    name: str, source: str, alternatives: int, rows: list[Row], peers: Mapping[str, Vector]
) -> Case:
    """Maximum likelihood (lambda 0), and how far a lambda of 1e-9 moves it."""
    problem = uniform(alternatives, rows, 0)
    case = described(name, source, problem)
    near = replace(problem, ridge=1e-9).minimum()
    case["shiftAtLambda1e-9"] = largest(case["rewards"], near)
    return with_peers(case, peers)


def choix_cases() -> list[Case]:
    """Maximum likelihood and two ridges on dense games, a ridge on sparse ones."""
    random = np.random.default_rng(1)
    dense = pooled(played(random, drawn_pairs(random, 8, 200), random.normal(size=8)))
    sparse = pooled(played(random, drawn_pairs(random, 30, 120), random.normal(size=30)))
    source = "random games"
    cases = [maximum("choix, 8 players", source, 8, dense, choix_maximum(8, dense))]
    for name, m, rows, alpha in (
        ("choix, 8 players, alpha 0.5", 8, dense, 0.5),
        ("choix, 8 players, alpha 0.01", 8, dense, 0.01),
        ("choix, 30 players in sparse games, alpha 0.1", 30, sparse, 0.1),
    ):
        problem = uniform(m, rows, 0)
        # F times m^2 and the mean count is choix's log loss with alpha for lambda m mean / 2.
        pairs = int(np.count_nonzero(problem.counts)) / 2
        mean = sum(row[3] for row in rows) / pairs
        ridge = 2 * alpha / (m * mean)
        case = described(name, source, replace(problem, ridge=ridge))
        case["choixAlpha"] = alpha
        cases.append(with_peers(case, choix_ridge(m, rows, alpha)))
    return cases


def peer_cases() -> list[Case]:
    """evalica's simplest file, two published tables, and arena-rank's kind of data."""
    simple = pooled(EVALICA_SIMPLE)
    cases = [
        maximum(
            "evalica, simple",
            "evalica's test file simple.csv; ties count half",
            5,
            simple,
            evalica_maximum(5, simple),
        )
    ]
    for name, source, names, rows, published in (
        (
            "baseball",
            BASEBALL_SOURCE,
            BASEBALL_TEAMS,
            baseball(),
            [0, 1.11, 0.68, 1.44, 1.58, 1.25, 1.29],
        ),
        (
            "citations",
            CITATION_SOURCE,
            CITATION_JOURNALS,
            citations(),
            [0, -2.94907, -0.47957, 0.26895],
        ),
    ):
        m = len(names)
        case = maximum(name, source, m, rows, choix_maximum(m, rows))
        case["names"] = names
        # Published as contrasts to the first alternative.
        case["published"] = published
        contrasts = np.asarray(case["rewards"]) - case["rewards"][0]
        case["publishedDifference"] = largest(contrasts, published)
        cases.append(case)
    for name, rows in arena_games().items():
        ratings, _ = arena_rank(4, rows, 1e-5)
        cases.append(maximum(name, "random games", 4, rows, {"arena-rank": ratings}))
    return cases


def arena_games() -> dict[str, list[Row]]:
    """10,000 games of four players: won or lost, with ties, and with soft outcomes."""
    random = np.random.default_rng(4)
    truth = np.array([0.7, 0.2, -0.1, -0.8])
    pairs = drawn_pairs(random, 4, 10_000)
    return {
        "arena-rank, 10,000 games": pooled(played(random, pairs, truth)),
        "arena-rank, 10,000 games, a quarter ties": pooled(played(random, pairs, truth, 0.25)),
        "arena-rank, 10,000 games, soft outcomes": pooled(graded(random, pairs, truth, 0.2, 20)),
    }


def complete(m: int) -> list[tuple[int, int]]:
    """Every pair once."""
    return [(i, j) for i in range(m) for j in range(i)]


def tree_and_more(
    random: np.random.Generator, members: Sequence[int], more: int
) -> list[tuple[int, int]]:
    """A random tree over the members and some more pairs, some of them more than once."""
    pairs = [(members[k], members[int(random.integers(k))]) for k in range(1, len(members))]
    for a, b in drawn_pairs(random, len(members), more):
        pairs.append((members[a], members[b]))
    return pairs


def with_counts(random: np.random.Generator, games: list[tuple[int, int, float]]) -> list[Row]:
    """Every game with a count of 1 to 9; some with halves, which weights of rows can bring."""
    return [(a, b, outcome, float(random.integers(2, 19)) / 2) for a, b, outcome in games]


def random_weights(random: np.random.Generator, groups: Sequence[int], spread: float) -> Vector:
    """Log-normal weights of the groups, shared evenly within them, with sum 1."""
    raw = np.exp(spread * random.normal(size=max(groups) + 1))
    sizes = np.bincount(groups)
    weights = np.array([raw[group] / sizes[group] for group in groups])
    return np.asarray(weights / weights.sum())


def problem_cases() -> list[Case]:
    """Random problems of every kind that the objective knows."""
    cases: list[Case] = []

    def add(name: str, problem: Problem) -> None:
        case = described(name, "random problem", problem)
        case["secondWayDifference"] = largest(case["rewards"], problem.second_way())
        cases.append(case)

    random = np.random.default_rng(2026)

    rows = [
        (a, b, y, 1.0) for a, b, y in graded(random, complete(6), random.normal(size=6), 0.1, 1000)
    ]
    groups = list(range(6))
    add(
        "complete, soft labels, normalized",
        Problem(6, rows, random_weights(random, groups, 0.5), groups, 0.1),
    )

    groups = [0, 1, 1, 2, 3, 1, 2]
    rows = [
        (a, b, y, 1.0) for a, b, y in graded(random, complete(7), random.normal(size=7), 0.1, 1000)
    ]
    among_all = Problem(7, rows, random_weights(random, groups, 0.5), groups, 0.1, "local")
    add("complete, groups, local: the same as normalized", among_all)
    normalized = replace(among_all, convention="normalized").minimum()
    cases[-1]["normalizedDifference"] = largest(cases[-1]["rewards"], normalized)

    groups = list(range(12))
    pairs = tree_and_more(random, groups, 10)
    games = played(random, pairs, random.normal(size=12))
    add(
        "sparse, wins and losses, local",
        Problem(12, pooled(games), random_weights(random, groups, 1), groups, 0.1, "local"),
    )

    pairs = tree_and_more(random, groups, 12)
    rows = with_counts(random, played(random, pairs, random.normal(size=12), 0.2))
    weights = random_weights(random, groups, 1)
    add(
        "sparse, counts and ties, local, counted",
        Problem(12, rows, weights, groups, 0.05, "local", "count"),
    )
    add(
        "sparse, counts and ties, normalized, counted",
        Problem(12, rows, weights, groups, 0.05, "normalized", "count"),
    )

    groups = list(range(14))
    pairs = tree_and_more(random, groups[:6], 5) + tree_and_more(random, groups[6:11], 4)
    pairs += tree_and_more(random, groups[11:], 1)
    rows = with_counts(random, played(random, pairs, random.normal(size=14), 0.2))
    weights = random_weights(random, groups, 0.7)
    add(
        "three components, normalized, counted",
        Problem(14, rows, weights, groups, 0.1, "normalized", "count"),
    )
    add(
        "three components, local, counted",
        Problem(14, rows, weights, groups, 0.1, "local", "count"),
    )

    # Copies within a component, across two components, and a pair of copies that met each other.
    groups = [0, 1, 2, 3, 1, 1, 4, 5, 2, 6, 7, 4]
    pairs = tree_and_more(random, range(8), 8) + tree_and_more(random, range(8, 12), 3) + [(1, 4)]
    rows = with_counts(random, graded(random, pairs, random.normal(size=12), 0.2, 100))
    weights = random_weights(random, groups, 0.7)
    for counted in ("proportion", "count"):
        add(
            f"two components, copies, soft labels, local, {counted}",
            Problem(12, rows, weights, groups, 0.1, "local", counted),
        )

    # The last alternative met its copy alone: its ridge is zero, and it is as certain as its copy.
    groups = [0, 1, 2, 3, 0]
    rows = with_counts(random, played(random, complete(4), random.normal(size=4), 0.3))
    rows.append((4, 0, 0.625, 4.0))
    add(
        "an alternative that met only its copy, local",
        Problem(5, rows, random_weights(random, groups, 0.5), groups, 0.1, "local"),
    )

    # The last two have no weight; they met others, and one another.
    groups = list(range(9))
    weights = random_weights(random, groups, 1)
    weights[7:] = 0
    weights /= weights.sum()
    pairs = tree_and_more(random, groups[:7], 8)
    pairs += [(7, 0), (3, 7), (7, 8), (8, 5), (2, 8), (8, 2)]
    rows = with_counts(random, played(random, pairs, random.normal(size=9)))
    for convention in ("normalized", "local"):
        add(
            f"two weights zero, {convention}, counted",
            Problem(9, rows, weights, groups, 0.1, convention, "count"),
        )

    groups = list(range(10))
    games = played(random, drawn_pairs(random, 10, 60), 3 * random.normal(size=10))
    add(
        "strong preferences, lambda 1e-4, skewed weights",
        Problem(10, pooled(games), random_weights(random, groups, 2), groups, 1e-4),
    )

    groups = [
        int(group) for group in np.unique(random.integers(30, size=40), return_inverse=True)[1]
    ]
    groups = numbered(groups)
    rows = with_counts(
        random, played(random, tree_and_more(random, range(40), 60), random.normal(size=40), 0.1)
    )
    add(
        "40 alternatives, copies, local, counted",
        Problem(40, rows, random_weights(random, groups, 1), groups, 0.02, "local", "count"),
    )
    return cases


def numbered(groups: Sequence[int]) -> list[int]:
    """The same groups numbered by first appearance."""
    order = list(dict.fromkeys(groups))
    return [order.index(group) for group in groups]


def content() -> Case:
    """The file."""
    return document(PACKAGES, choix_cases() + peer_cases() + problem_cases())
