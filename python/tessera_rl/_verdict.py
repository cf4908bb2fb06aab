"""The verdict on clones: an answer, and what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """Whether clones distort the rewards beyond noise, and what to do now.

    Attributes:
        answer: yes, no or tooLittleData.
        action: keepStandard, useWeighted, tooLittleData or nothingToMend.
        text: Both in a sentence or two.
        document: All that it rests on, as the tool writes it.
    """

    answer: str
    action: str
    text: str
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Verdict:
        """The verdict of a document."""
        return cls(document["answer"], document["action"], document["text"], document)

    def __str__(self) -> str:
        return self.text
