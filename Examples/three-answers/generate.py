"""Samples the population of Table 2 (Procaccia, Schiffer, Zhang 2025) on three answers, without and with a
near-clone of c, as comparisons that `tessera fit` reads. Run it in its own folder; the output is committed.

Annotator types: 40 %, 30 %, 30 %; rewards of a, b, c per type as in the table. The clone c' has the rewards
of c, and a context at a distance of 0.02 from it.
"""

import json
import math
import random

SHARES = [0.4, 0.3, 0.3]
REWARDS = {
    "a": [math.log(100), math.log(10), 0.0],
    "b": [math.log(10), 0.0, math.log(100)],
    "c": [0.0, math.log(100), math.log(10)],
}
# Two corners of a square and a point near a third. The clone lies across the diagonal through c, so that the
# two share c's cell evenly.
CONTEXTS = {"a": [0.0, 0.0], "b": [1.0, 1.0], "c": [0.93, 0.07]}
REWARDS["c'"] = REWARDS["c"]
CONTEXTS["c'"] = [0.944, 0.084]
PER_PAIR = 2000


def write(name, ids, seed):
    draw = random.Random(seed)
    with open(f"{name}.alternatives.jsonl", "w") as file:
        for id in ids:
            file.write(json.dumps({"id": id, "context": CONTEXTS[id]}) + "\n")
    with open(f"{name}.comparisons.jsonl", "w") as file:
        for i, a in enumerate(ids):
            for b in ids[i + 1 :]:
                wins = 0
                for _ in range(PER_PAIR):
                    kind = draw.choices(range(3), SHARES)[0]
                    difference = REWARDS[a][kind] - REWARDS[b][kind]
                    wins += draw.random() < 1 / (1 + math.exp(-difference))
                for preference, count in [(1, wins), (0, PER_PAIR - wins)]:
                    row = {"a": a, "b": b, "preference": preference, "count": count}
                    file.write(json.dumps(row) + "\n")


write("without-clone", ["a", "b", "c"], seed=1)
write("with-clone", ["a", "b", "c", "c'"], seed=2)
