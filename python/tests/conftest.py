"""What tests share: a small data set with near-duplicates, made from a seed."""

from __future__ import annotations

import os
import pathlib
from typing import Any

import numpy as np
import pytest

WORDS = ["river", "stone", "lantern", "maple", "copper", "violet", "harbour", "thunder", "meadow", "silver", "quartz"]


def preferences(prompts: int = 12, seed: int = 3) -> list[dict[str, Any]]:
    """Rows of prompt, chosen, rejected: some answers are near-duplicates of others."""
    random = np.random.default_rng(seed)
    rows = []
    for prompt in range(prompts):
        answers = [" ".join(random.choice(WORDS, 12)) for _ in range(4)]
        answers.append(answers[0] + " indeed")
        answers.append(answers[0] + ".")
        quality = random.normal(size=4).tolist()
        quality += [quality[0], quality[0]]
        for _ in range(10):
            a, b = random.choice(6, 2, replace=False)
            wins = random.random() < 1 / (1 + np.exp(quality[b] - quality[a]))
            chosen, rejected = (a, b) if wins else (b, a)
            rows.append({"prompt": f"prompt {prompt}", "chosen": answers[chosen], "rejected": answers[rejected]})
    return rows


@pytest.fixture(scope="session")
def rows() -> list[dict[str, Any]]:
    """The rows of `preferences`."""
    return preferences()


@pytest.fixture(scope="session")
def tool() -> pathlib.Path:
    """The native tool, where it was built."""
    path = pathlib.Path(os.environ.get("TESSERA_TOOL", pathlib.Path(__file__).parents[2] / ".build/release/tessera"))
    if not path.exists():
        pytest.skip(f"the native tool is not at {path}: make build, or TESSERA_TOOL")
    return path
