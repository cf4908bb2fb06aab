"""Rows of a leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ._fitted import Fitted


def board_rows(fit: Fitted, ranks: Mapping[str, npt.NDArray[Any]], top: int | None) -> list[dict[str, Any]]:
    """The alternatives by reward, best first.

    Args:
        ranks: Ranks and intervals of every alternative, as the library gives them for a fit: 0 for no rank.
        top: How many; None for all.
    """
    order = np.argsort(-np.nan_to_num(fit.rewards, nan=-np.inf), kind="stable")[:top]

    def place(name: str, i: int) -> int | None:
        return int(ranks[name][i]) or None

    return [
        {
            "rank": place("first ranks", i),
            "rank_from": place("first ranks", i),
            "rank_to": place("last ranks", i),
            "place": place("places", i),
            "id": fit.ids[i],
            "reward": float(fit.rewards[i]),
            "error": float(fit.errors[i]),
            "low": float(ranks["low"][i]),
            "high": float(ranks["high"][i]),
            "standard_reward": float(fit.standard_rewards[i]),
            "weight": float(fit.weights_[i] * len(fit.ids)),
            "win_rate": float(fit.win_rates[i]),
            "comparisons": float(fit.comparisons[i]),
        }
        for i in order.tolist()
    ]
