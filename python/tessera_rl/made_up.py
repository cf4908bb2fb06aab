"""Made-up preferences, to try things on: answers to questions about travelling, some of them pasted many times over.

    python -m tessera_rl.made_up > pairs.jsonl

Forty questions have four answers each, and people compared them: which of two is better? For eight of the questions somebody
pasted the weakest answer a dozen times with one word changed, and people compared those copies as well. The best answer is
liked a little less beside it than beside others, the second best a little more: copies of it bring the second forward.

The same rows come out everywhere: only `random()` of Python's generator is used, which does not change from version to version.
"""

from __future__ import annotations

import json
import math
import os
import random
import sys
from collections.abc import Iterator

PLACES = ["Lisbon", "Oslo", "Kyoto", "Lima", "Tunis", "Riga", "Quito", "Hanoi", "Bergen", "Porto"]
WISHES = ["eat well for little money", "spend a day when it rains", "travel with small children", "meet people in the evening"]
WORDS = """
market harbour tram museum bakery garden bridge castle library river square cinema island valley lighthouse orchard temple
ferry bookshop workshop courtyard gallery fountain brewery station terrace meadow chapel arcade observatory vineyard theatre
quiet crowded cheap famous hidden painted wooden ancient sunny narrow friendly local early late slow warm
walk taste visit follow borrow climb sketch share wander listen rest cross ask bring book skip
""".split()  # noqa: SIM905 - a list of them would be four times as long
ANSWERS, COPIES, VOTES = 4, 12, 8


class Dice:
    """Draws that are the same on every version of Python."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def one(self, choices: list[str]) -> str:
        """One of the choices."""
        return choices[int(self.random() * len(choices))]

    def text(self) -> str:
        """Five sentences."""
        return " ".join(" ".join(self.one(WORDS) for _ in range(9)).capitalize() + "." for _ in range(5))

    def copy(self, text: str) -> str:
        """A text of which one word is another."""
        words = text.split(" ")
        words[int(self.random() * len(words))] = self.one(WORDS)
        return " ".join(words)


def rows(seed: int = 0) -> Iterator[dict[str, str]]:
    """Rows of prompt, chosen and rejected."""
    dice = Dice(seed)
    for number, (place, wish) in enumerate((place, wish) for place in PLACES for wish in WISHES):
        prompt = f"How do I {wish} in {place}?"
        texts = [dice.text() for _ in range(ANSWERS)]
        strength = [2.0, 1.2, 0.4, 0.0]
        kinds = [*range(ANSWERS)]
        if number % 5 == 2:
            texts += [dice.copy(texts[3]) for _ in range(COPIES)]
            kinds += [3] * COPIES
        for a in range(len(texts)):
            for b in range(a):
                if kinds[a] == kinds[b]:
                    continue
                for _ in range(VOTES):
                    lead = strength[kinds[b]] - strength[kinds[a]]
                    lead += {(0, 3): -1.2, (1, 3): 1.2}.get((kinds[b], kinds[a]), 0)
                    first = dice.random() < 1 / (1 + math.exp(-lead))
                    chosen, rejected = (b, a) if first else (a, b)
                    yield {"prompt": prompt, "chosen": texts[chosen], "rejected": texts[rejected]}


def main() -> None:
    """Writes the rows to standard output, as far as somebody reads them."""
    try:
        for row in rows():
            sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
