"""Small public tables, and random comparisons."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from common import Row, Vector

BASEBALL_TEAMS = [
    "Baltimore",
    "Boston",
    "Cleveland",
    "Detroit",
    "Milwaukee",
    "New York",
    "Toronto",
]
BASEBALL_SOURCE = (
    "American League East 1987: Agresti, Categorical Data Analysis, 1990, Table 10.11; "
    "also in the R package BradleyTerry2"
)
# Home team, visiting team, games won by the home team, games won by the visitors.
_BASEBALL = [
    (4, 3, 4, 3),
    (4, 6, 4, 2),
    (4, 5, 4, 3),
    (4, 1, 6, 1),
    (4, 2, 4, 2),
    (4, 0, 6, 0),
    (3, 4, 3, 3),
    (3, 6, 4, 2),
    (3, 5, 4, 3),
    (3, 1, 6, 0),
    (3, 2, 6, 1),
    (3, 0, 4, 3),
    (6, 4, 2, 5),
    (6, 3, 4, 3),
    (6, 5, 2, 4),
    (6, 1, 4, 3),
    (6, 2, 4, 2),
    (6, 0, 6, 0),
    (5, 4, 3, 3),
    (5, 3, 5, 1),
    (5, 6, 2, 5),
    (5, 1, 4, 3),
    (5, 2, 4, 2),
    (5, 0, 6, 1),
    (1, 4, 5, 1),
    (1, 3, 2, 5),
    (1, 6, 3, 3),
    (1, 5, 4, 2),
    (1, 2, 5, 2),
    (1, 0, 6, 0),
    (2, 4, 2, 5),
    (2, 3, 3, 3),
    (2, 6, 3, 4),
    (2, 5, 4, 3),
    (2, 1, 4, 2),
    (2, 0, 2, 4),
    (0, 4, 2, 5),
    (0, 3, 1, 5),
    (0, 6, 1, 6),
    (0, 5, 2, 4),
    (0, 1, 1, 6),
    (0, 2, 3, 4),
]

CITATION_JOURNALS = ["Biometrika", "Comm Statist", "JASA", "JRSS-B"]
CITATION_SOURCE = (
    "Stigler, Citation patterns in the journals of statistics and probability, "
    "Statistical Science 9, 1994; also in the R package BradleyTerry2"
)
# Cited journal in the row, citing journal in the column.
_CITATIONS = [
    [0, 730, 498, 221],
    [33, 0, 68, 17],
    [320, 813, 0, 142],
    [284, 276, 325, 0],
]

SHIPS_SOURCE = (
    "types of ships, example of the QV Calculator's page (Firth), after McCullagh and Nelder, "
    "Generalized Linear Models, pp. 204-208; to four decimals, the first type is the reference"
)
SHIPS = [
    [0, 0, 0, 0, 0],
    [0, 0.0533, 0.0428, 0.0390, 0.0404],
    [0, 0.0428, 0.1824, 0.0384, 0.0412],
    [0, 0.0390, 0.0384, 0.1428, 0.0387],
    [0, 0.0404, 0.0412, 0.0387, 0.0941],
]

# The smallest of evalica's test files (simple.csv): left, right, share of the win that goes left.
EVALICA_SIMPLE = [
    (0, 1, 0.5),
    (0, 2, 0.0),
    (0, 2, 0.5),
    (0, 4, 0.5),
    (1, 0, 1.0),
    (1, 2, 0.5),
    (1, 2, 0.5),
    (1, 3, 0.5),
    (2, 4, 0.5),
    (3, 0, 1.0),
    (3, 1, 1.0),
    (3, 2, 1.0),
    (3, 4, 0.5),
    (3, 4, 0.5),
    (4, 0, 1.0),
    (4, 3, 1.0),
]


def baseball() -> list[Row]:
    """Two rows for each pair and ground, without those that count nothing."""
    rows: list[Row] = []
    for home, away, won, lost in _BASEBALL:
        rows.append((home, away, 1.0, float(won)))
        rows.append((home, away, 0.0, float(lost)))
    return [row for row in rows if row[3] > 0]


def citations() -> list[Row]:
    """A citation is a win of the cited journal over the citing one."""
    return [
        (cited, citing, 1.0, float(count))
        for cited, counts in enumerate(_CITATIONS)
        for citing, count in enumerate(counts)
        if count > 0
    ]


def pooled(games: list[tuple[int, int, float]]) -> list[Row]:
    """Equal games as one row with their number."""
    numbers: dict[tuple[int, int, float], int] = {}
    for game in games:
        numbers[game] = numbers.get(game, 0) + 1
    return [(a, b, outcome, float(number)) for (a, b, outcome), number in sorted(numbers.items())]


def expanded(rows: list[Row]) -> list[tuple[int, int, float]]:
    """One entry for each game of rows with whole numbers."""
    return [(a, b, outcome) for a, b, outcome, count in rows for _ in range(int(count))]


def played(
    random: Generator, pairs: list[tuple[int, int]], truth: Vector, ties: float = 0.0
) -> list[tuple[int, int, float]]:
    """A game for each pair in the list: a tie at random, otherwise won by Bradley-Terry's odds."""
    games = []
    for a, b in pairs:
        if random.random() < ties:
            games.append((a, b, 0.5))
        else:
            games.append((a, b, float(random.random() < expit(truth[a] - truth[b]))))
    return games


def graded(
    random: Generator, pairs: list[tuple[int, int]], truth: Vector, spread: float, steps: int
) -> list[tuple[int, int, float]]:
    """Soft labels around Bradley-Terry's probability, rounded to multiples of 1 / steps."""
    games = []
    for a, b in pairs:
        noisy = expit(truth[a] - truth[b]) + spread * random.normal()
        games.append((a, b, float(np.round(np.clip(noisy, 0, 1) * steps) / steps)))
    return games


def drawn_pairs(random: Generator, alternatives: int, number: int) -> list[tuple[int, int]]:
    """Different alternatives, both drawn evenly, in either order."""
    pairs = []
    for _ in range(number):
        a, b = random.choice(alternatives, 2, replace=False)
        pairs.append((int(a), int(b)))
    return pairs
