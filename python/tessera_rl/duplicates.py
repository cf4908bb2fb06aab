"""Groups of near-duplicates, with what to do with every member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from . import _native
from ._columns import Rows
from ._data import Embed, read_with_contexts


@dataclass(frozen=True)
class Duplicates:
    """All groups of near-duplicates.

    Attributes:
        answer: How many there are, in a sentence.
        rows: One for every member: id, group, decision (keep, review or drop), reason, distance, Cleanlab's four columns.
        document: All of it, as `tessera duplicates --format json` writes it.
    """

    answer: str
    rows: list[dict[str, Any]] = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    def ids(self, decision: str) -> list[str]:
        """Ids of members with a decision: keep, review or drop."""
        return [row["id"] for row in self.rows if row["decision"] == decision]

    def to_pandas(self) -> Any:
        """A DataFrame of the rows."""
        import pandas

        return pandas.DataFrame(self.rows)


def duplicates(
    rows: Rows,
    embed: Embed = "builtin",
    *,
    contexts: npt.ArrayLike | None = None,
    alternatives: Sequence[Any] | None = None,
    within: str = "median=0.5",
    across_prompts: bool = False,
    all: bool = False,
    with_prompt: bool = False,
    dimensions: int = 256,
    threads: int | None = None,
    progress: bool | _native.Progress | None = None,
    **reading: Any,
) -> Duplicates:
    """Finds groups in which every two answers are near each other.

    Args:
        rows: Comparisons of any form that `RewardFit.fit` takes.
        embed, contexts, alternatives: As there.
        within: What near means: median=SHARE, cosine=COSINE, distance=DISTANCE, exact.
        across_prompts: Whether answers to different prompts are compared as well.
        all: Whether alternatives outside all groups have rows.
    """
    data = read_with_contexts(
        rows,
        contexts,
        embed,
        alternatives=alternatives,
        reading=reading,
        keeps_prompts=True,
        with_prompt=with_prompt,
        dimensions=dimensions,
        seed=0,
        threads=threads,
        progress=progress,
    )
    document = _native.run(
        "duplicates",
        {"within": within, "acrossPrompts": across_prompts, "all": all},
        subject=data.result,
        threads=threads,
        progress=progress,
    ).document
    return Duplicates(document["answer"], document["rows"], document)
