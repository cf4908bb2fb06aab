"""The workbench as a person sees it, and numbers as it shows them."""

from __future__ import annotations

import pathlib
import time

from browser import Browser
from workbench_service import Service


class Page:
    """The workbench, as a person sees it."""

    def __init__(self, browser: Browser, service: Service) -> None:
        self.browser, self.service = browser, service

    def load(self) -> None:
        self.browser.open(self.service.address + "/")
        self.until("return document.readyState === 'complete'")

    def until(self, script: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not self.browser.run(script):
            if time.monotonic() > end:
                words = self.browser.text("#open-problem") or self.browser.text("#took")
                raise TimeoutError(f"not within {seconds} s: {script} {words}")
            time.sleep(0.05)

    def open_files(self, files: dict[str, pathlib.Path]) -> str:
        """Opens files as a person does; returns the id of the study."""
        self.load()
        for part, file in files.items():
            self.browser.driver.find_element("css selector", f"#{part}-file").send_keys(str(file.resolve()))
        self.browser.click("#upload")
        self.until(
            "return !document.querySelector('#study').hidden || document.querySelector('#open-problem').textContent !== ''", 240
        )
        if problem := self.browser.text("#open-problem"):
            raise RuntimeError(f"files do not open: {problem}")
        self.until("return document.querySelector('#standard-winner').textContent !== ''")
        _, studies = self.service.ask("GET", "/api/studies")
        return str(studies[0]["id"])

    def answered(self) -> None:
        """Until what was asked last is answered and drawn."""
        self.browser.settle()
        time.sleep(0.1)
        self.until("return !workbench.isBusy()")
        self.browser.settle()

    def rows(self) -> dict[str, list[str]]:
        """Cells of the table by the first of each row, as they are shown."""
        found = self.browser.run(
            "return [...document.querySelectorAll('#board tbody tr')]"
            ".map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        return {row[0]: row[1:] for row in found}

    def slide(self, selector: str, share: float) -> None:
        """Drags a slider from where it stands."""
        self.browser.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", selector)
        x, y, width, at = self.browser.run(
            "const slider = document.querySelector(arguments[0]); const box = slider.getBoundingClientRect();"
            "return [box.x, box.y + box.height / 2, box.width, (slider.value - slider.min) / (slider.max - slider.min)]",
            selector,
        )
        # The thumb's middle does not reach the ends.
        half = 8
        place = lambda share: x + half + share * (width - 2 * half)  # noqa: E731
        self.browser.drag((place(at), y), (place(share), y), steps=25)
        self.answered()


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").split("±")[0].strip().split(" ")[0])


def agrees(text: str, value: float | None) -> bool:
    """Whether what is shown is the number, rounded to the digits shown."""
    if value is None:
        return text.strip() == "\u2013"
    shown = text.replace("\u2212", "-").split("±")[0].strip().split(" ")[0]
    digits = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 0.5001 * 10**-digits + 2e-6
