#!/usr/bin/env python3
"""The playground in a browser: mouse, touch, keys, undo, address, files, sizes, print, accessibility, speed.

    Tests/Browser/playground.py [--pictures FOLDER] [TOOL]       default: .build/release/tessera

Says what is missing and ends with 0 where there is no Chromium; ends with 1 where the page does not do what it should.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

from browser import Browser, missing
from checks import Checks

ROOT = pathlib.Path(__file__).resolve().parents[2]
expect = Checks("playground")


class Playground:
    """The page, as a person sees it."""

    def __init__(self, browser: Browser, page: pathlib.Path) -> None:
        self.browser, self.page = browser, page

    def open(self, fragment: str = "") -> None:
        self.browser.open(self.page, fragment)
        self.browser.settle()

    def winners(self) -> tuple[str, str]:
        return self.browser.text("#standard-wins"), self.browser.text("#weighted-wins")

    def points(self) -> list[str]:
        return [
            label.split(":")[0]
            for label in self.browser.run(
                "return [...document.querySelectorAll('.point')].map((point) => point.getAttribute('aria-label'))"
            )
        ]

    def place(self, id: str) -> tuple[float, float]:
        """Of a point, in what is seen."""
        x, y = self.browser.run(
            "const point = [...document.querySelectorAll('.point')]"
            ".find((other) => other.getAttribute('aria-label').startsWith(`${arguments[0]} at`));"
            "const dot = point.querySelector('.dot');"
            "let box = dot.getBoundingClientRect();"
            "if (box.top < 60 || box.bottom > innerHeight - 60) point.scrollIntoView({ block: 'center' });"
            "box = dot.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]",
            id,
        )
        return x, y

    def focus(self, id: str) -> None:
        self.browser.run(
            "[...document.querySelectorAll('.point')]"
            ".find((other) => other.getAttribute('aria-label').startsWith(`${arguments[0]} at`)).focus()",
            id,
        )
        self.browser.settle()

    def address(self) -> str:
        time.sleep(0.4)
        return str(self.browser.run("return location.hash"))


def story(page: Playground) -> None:
    """Theorem 3.2: a copy of the loser moves the standard winner, and not the weighted one."""
    page.open()
    expect(page.winners() == ("a wins", "a wins"), "without copies both name a")
    page.browser.click("#copy")
    expect(page.winners() == ("b wins", "a wins"), "a copy of c moves the standard winner to b")
    expect("moved the standard winner, which was a" in page.browser.text("#consequence"), "the sentence says what the copy did")
    for _ in range(40):
        if not page.browser.run("return document.getElementById('copy').disabled"):
            page.browser.click("#copy")
    expect(len(page.points()) == 40, "copies up to forty answers")
    expect(page.winners() == ("b wins", "a wins"), "37 copies of c leave the weighted winner")
    page.browser.click("#undo")
    expect(len(page.points()) == 39, "undo takes one copy back")
    page.browser.click("#redo")
    expect(len(page.points()) == 40, "redo brings it again")
    time.sleep(0.5)
    expect("Standard: b wins" in page.browser.text("#announcement"), "the winner is said aloud")


def mouse(page: Playground) -> None:
    page.open()
    browser = page.browser
    x, y = page.place("c")
    browser.drag((x, y), (x - 60, y + 40))
    moved = next(point for point in page.points() if point.startswith("c at"))
    expect(moved != "c at 0.60, 0.80", f"the mouse drags a point ({moved})")
    x2, y2 = page.place("c")
    expect(abs(x2 - x + 60) < 1.5 and abs(y2 - y - 40) < 1.5, "a point stays under the mouse")
    browser.press("control+z")
    expect("c at 0.60, 0.80" in page.points(), f"one undo takes a drag back ({page.points()})")
    browser.press("control+shift+z")
    expect(moved in page.points(), "and one redo does it again")
    # Beyond the edge it stops at the edge.
    browser.drag(page.place("c"), (5, 5))
    expect("c at 0.00, 1.00" in page.points(), "a point stays in the square")
    page.open()
    x, y = page.place("a")
    for clicks in [1, 2]:
        browser.mouse("mousePressed", x + 50, y + 60, clicks)
        browser.mouse("mouseReleased", x + 50, y + 60, clicks)
    browser.settle()
    expect(len(page.points()) == 4, "a double click adds a point")
    # A copy that is dragged away is an answer of its own.
    page.open("#l=0.1&g=100,1,1&p=a,0.2,0.2;b,0.8,0.8;c,0.3,0.7;a2,0.3,0.2")
    x, y = page.place("a2")
    browser.drag((x, y), (x + 120, y))
    expect([point[0] for point in page.points()] == ["a", "b", "c", "d"], f"a2 becomes d far from a ({page.points()})")


def keys(page: Playground) -> None:
    page.open()
    browser = page.browser
    page.focus("b")
    browser.press("arrow_left", "arrow_up", "shift+arrow_up")
    expect("b at 0.79, 0.26" in page.points(), f"arrow keys move a point ({page.points()})")
    expect(
        str(browser.run("return document.activeElement.getAttribute('aria-label')")).startswith("b at"),
        "the point keeps the focus",
    )
    browser.press("tab")
    expect(
        str(browser.run("return document.activeElement.getAttribute('aria-label')")).startswith("c at"),
        "Tab goes to the next point",
    )
    browser.press("c", "c")
    expect(len(page.points()) == 5, "C copies")
    browser.press("delete")
    expect(
        [point.split()[0] for point in page.points()] == ["a", "b", "c", "c3"]
        or sorted(point.split()[0] for point in page.points()) == ["a", "b", "c", "c3"],
        f"Delete removes ({page.points()})",
    )
    browser.press("control+z", "control+z", "control+z", "control+z")
    expect(
        sorted(page.points()) == ["a at 0.20, 0.30", "b at 0.80, 0.20", "c at 0.60, 0.80"],
        f"undo to the start ({page.points()})",
    )
    browser.run("document.querySelector('.tip').focus()")
    before = browser.text("#slopes")
    browser.press("shift+arrow_right", "shift+arrow_right")
    expect(browser.text("#slopes") != before, "arrow keys turn a group's arrow")


def address(page: Playground) -> None:
    page.open()
    page.browser.click("[data-preset=figure2]")
    held = page.address()
    expect(held.endswith("p=a,0,0;b,1,0;c,1,1;c2,0.9,1"), f"the address holds the state ({held})")
    weights = page.browser.run(
        "return [...document.querySelectorAll('#table tbody tr')].map((row) => row.children[1].textContent)"
    )
    expect(weights == ["0.3400", "0.2399", "0.0250", "0.3951"], f"Figure 2's weights ({weights})")
    page.open(held)
    expect(len(page.points()) == 4 and page.points()[3] == "c2 at 0.90, 1.00", "the address brings the state back")
    hostile = "#l=0.1&g=100,1,1&p=a,0,0;b,1,1;<img src=x onerror=document.title='run'>,0,1"
    page.open(hostile)
    expect(len(page.points()) == 3 and "left aside" in page.browser.text("#hint"), "an address that does not fit is left aside")
    expect(page.browser.run("return document.querySelector('img') === null"), "and stays data")


def files(page: Playground, tool: str, folder: pathlib.Path) -> None:
    page.open()
    page.browser.click("#copy")
    for name in ["comparisons", "alternatives"]:
        page.browser.click(f"#save-{name}")
        for _ in range(50):
            if (folder / f"{name}.jsonl").exists():
                break
            time.sleep(0.1)
    command = shlex.split(page.browser.text("#command").replace("\\ ", ""))
    run = subprocess.run([tool, *command[1:], "--format", "json"], cwd=folder, capture_output=True, text=True, check=False)
    expect(run.returncode == 0, f"the command that the page shows runs: {run.stderr}")
    found = {row["id"]: row for row in json.loads(run.stdout or '{"alternatives": []}')["alternatives"]}
    shown = page.browser.run(
        "return [...document.querySelectorAll('#table tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent.replace('\\u2212', '-')))"
    )
    for id, weight, standard, _, weighted, _ in shown:
        row = found.get(id, {"weight": 9, "standardReward": 9, "weightedReward": 9})
        for text, key in [(weight, "weight"), (standard, "standardReward"), (weighted, "weightedReward")]:
            expect(abs(float(text) - row[key]) < 0.6e-4, f"{key} of {id}: {text} on the page, {row[key]} by the files")


def telephone(page: Playground) -> None:
    browser = page.browser
    browser.size(390, 844, touch=True)
    page.open()
    expect(not browser.is_too_wide(), "nothing is cut at 390 pixels")
    browser.click("#copy")
    shown = browser.run("const box = document.querySelector('#table'); return box.scrollWidth <= box.clientWidth + 1")
    expect(shown, "the table shows all columns at 390 pixels")
    x, y = page.place("a")
    before = page.points()
    browser.touch_drag((x, y), (x + 50, y - 40))
    expect(page.points() != before, "a finger drags a point")
    expect(browser.run("return document.querySelector('#remove').getBoundingClientRect().height") >= 44, "buttons fit a finger")
    browser.size(1280, 900)


def speed(page: Playground) -> None:
    """Forty answers; what one movement costs from start to end of drawing, the browser's own layout aside."""
    page.open()
    page.browser.click("#fill")
    x, y = page.place("a")
    page.browser.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.browser.mouse("mousePressed", x, y)
    costs = []
    for step in range(60):
        page.browser.mouse("mouseMoved", x + step, y - step)
        page.browser.settle()
        costs.append(page.browser.run("return performance.getEntriesByName('draw')[0].duration"))
    page.browser.mouse("mouseReleased", x + 59, y - 59)
    costs.sort()
    print(f"playground: a movement of 40 answers takes {costs[30]:.1f} ms (median of 60), {costs[57]:.1f} ms (95 %)")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("tool", nargs="?", default=str(ROOT / ".build/release/tessera"))
    options = parser.parse_args()
    if absent := missing():
        print(f"playground: not tested, {', '.join(absent)} missing")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tool = str(pathlib.Path(options.tool).resolve())
        subprocess.run([tool, "playground", "-o", folder / "play.html"], check=True, stdout=subprocess.DEVNULL)
        with Browser(downloads=folder) as browser:
            page = Playground(browser, folder / "play.html")
            story(page)
            mouse(page)
            keys(page)
            address(page)
            files(page, tool, folder)
            telephone(page)
            speed(page)
            for width, scheme in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
                browser.size(width, 900, touch=width < 500)
                browser.scheme(scheme)
                page.open(
                    "#l=0.1&g=40,-4.7406,-5.4178;30,-2.7089,6.7723;30,7.4495,-1.3545&p=a,0.2,0.3;b,0.8,0.2;c,0.6,0.8;c2,0.615,0.8"
                )
                browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
                for found in browser.violations():
                    expect(False, f"axe at {width}, {scheme}: {found}")
                expect(not browser.is_too_wide(), f"nothing is cut at {width} pixels")
                if options.pictures:
                    browser.run("for (const part of document.querySelectorAll('details')) part.open = false")
                    browser.picture(options.pictures / f"playground-{width}-{scheme}.png")
            browser.scheme()
            expect(not browser.requests(), f"nothing is asked of the network: {browser.requests()}")
            expect(not browser.complaints(), f"nothing is complained about: {browser.complaints()}")
    return expect.end()


sys.exit(main())
