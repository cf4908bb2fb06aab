"""What a test of pages finds true or not, counted and told."""

from __future__ import annotations


class Checks:
    """Called with whether a sentence holds; those that do not are printed at once.

    expect = Checks("reports")
    expect(1 + 1 == 2, "sums are right")
    sys.exit(expect.end())
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []
        self.checked = 0

    def __call__(self, holds: object, sentence: str) -> None:
        self.checked += 1
        if not holds:
            self.problems.append(sentence)
            print(f"{self.name}: NOT TRUE: {sentence}")

    @property
    def code(self) -> int:
        """0 where everything holds."""
        return 1 if self.problems else 0

    def end(self) -> int:
        """Prints how many there were, and gives the code."""
        print(f"{self.name}: {self.checked} checks, {len(self.problems)} wrong")
        return self.code
