#!/usr/bin/env python3
"""Reports in a browser: every figure draws, numbers are the document's, hostile texts stay texts, tables, map, sizes, axe.

    Tests/Browser/reports.py [--pictures FOLDER] [TOOL]       default: .build/release/tessera

Says what is missing and ends with 0 where there is no Chromium; ends with 1 where a page does not do what it should.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
from typing import Any

from browser import Browser, missing
from checks import Checks

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOSTILE = ["<img src=x onerror=alert(1)>", "</script><script>window.broken=1</script>", "a\"'&<b>\u2028\u2029`${1}"]
expect = Checks("reports")


def write_data(folder: pathlib.Path) -> list[str]:
    """Answers in a circle of preferences, six copies of one of them that differ by a word, and ids that are markup."""
    names = [f"n{number}" for number in range(12)] + HOSTILE
    points = [(math.cos(i), math.sin(2.3 * i)) for i in range(len(names))]
    kinds = list(range(len(names)))
    for copy in range(6):
        names.append(f"copy{copy}")
        points.append((points[2][0] + 0.002 * copy, points[2][1]))
        kinds.append(2)
    with (folder / "answers.jsonl").open("w") as file:
        for name, point, kind in zip(names, points, kinds, strict=True):
            text = f"The answer of kind {kind} says {name}; <script>window.broken = 2</script>"
            file.write(json.dumps({"id": name, "context": point, "text": text}) + "\n")
    draw = random.Random(1)
    with (folder / "votes.jsonl").open("w") as file:
        for i, name in enumerate(names):
            for j in range(i):
                a, b = kinds[i], kinds[j]
                difference = (a * 3 + b * 7) % 11 - (a * 7 + b * 3) % 11
                share = 0.5 if a == b else 1 / (1 + math.exp(-difference / 4))
                votes = {"a": name, "b": names[j], "preference": share, "count": draw.randint(15, 25)}
                file.write(json.dumps(votes) + "\n")
    return [str(folder / "votes.jsonl"), "--alternatives", str(folder / "answers.jsonl")]


def write_many(folder: pathlib.Path) -> list[str]:
    """Seventy prompts of ten answers, nine compared with the tenth: a table longer than what a page shows of it."""
    draw = random.Random(2)
    with (folder / "many.jsonl").open("w") as answers, (folder / "pairs.jsonl").open("w") as pairs:
        for prompt in range(70):
            for i in range(10):
                context = [draw.gauss(0, 1) for _ in range(8)]
                text = f"Answer {i} to prompt {prompt}. " + "Some words that take room. " * 12
                answers.write(
                    json.dumps({"id": f"p{prompt}/m{i}", "prompt": str(prompt), "context": context, "text": text}) + "\n"
                )
                if i:
                    row = {"prompt": str(prompt), "a": f"p{prompt}/m0", "b": f"p{prompt}/m{i}", "preference": draw.random()}
                    pairs.write(json.dumps(row) + "\n")
    return [str(folder / "pairs.jsonl"), "--alternatives", str(folder / "many.jsonl")]


def open_page(browser: Browser, page: pathlib.Path) -> None:
    browser.open(page)
    end = time.monotonic() + 30
    while browser.run("return document.documentElement.dataset.figures") is None and time.monotonic() < end:
        time.sleep(0.1)
    browser.settle()


def figures(browser: Browser, name: str) -> None:
    drawn = browser.run(
        "return [...document.querySelectorAll('figure[id]')].map((figure) => {"
        "  const canvas = figure.querySelector('canvas');"
        "  if (!canvas || canvas.width === 0) return [figure.id, 0];"
        "  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
        "  const colours = new Set();"
        "  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 128) "
        "colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);"
        "  return [figure.id, colours.size]; })"
    )
    expect(drawn, f"{name} has figures")
    for figure, colours in drawn:
        # A map has no axes, and as many colours as there are weights.
        expect(
            colours > (1 if figure == "context-map" else 2),
            f"{name}: the figure {figure} is drawn, in several colours ({colours})",
        )


def sorting(browser: Browser) -> None:
    def column(number: int) -> list[float]:
        found = browser.run(
            "return [...document.querySelectorAll('#table-leaderboard tbody tr')]"
            ".map((row) => row.cells[arguments[0]].dataset.value)",
            number,
        )
        return [float(value) for value in found if value not in (None, "")]

    header = "#table-leaderboard thead th:nth-child(5)"
    browser.click(f"{header} button")
    expect(column(4) == sorted(column(4)), "a click on a header sorts upwards")
    browser.click(f"{header} button")
    expect(column(4) == sorted(column(4), reverse=True), "a second click sorts downwards")
    state = browser.run("return document.querySelector(arguments[0]).getAttribute('aria-sort')", header)
    expect(state == "descending", "the header says how it is sorted")


def numbers(browser: Browser, document: dict[str, Any]) -> None:
    """What stands in the leaderboard is what the document has, to the digits that are shown."""
    shown = browser.run(
        "return [...document.querySelectorAll('#table-leaderboard tbody tr')].map((row) =>"
        "  [JSON.parse(row.dataset.about)[0], row.cells[0].dataset.value, row.cells[4].textContent, row.cells[5].textContent,"
        "   row.cells[1].textContent, row.cells[3].textContent])"
    )
    rows = {row["id"]: row for row in document["rewards"]}
    names = [scheme["name"] for scheme in document["schemes"]]
    expect(len(shown) == len(rows), "the leaderboard has every alternative")
    for identifier, place, *cells, ranks, family in shown:
        row = rows[identifier]
        expect(family == row.get("family", ""), f"{identifier!r} has the document's family: {family!r}")
        standard = row["standard"]
        expect(float(place) == standard["place"], f"{identifier!r} has the document's place")
        expect(ranks == f"{standard['ranks'][0]} to {standard['ranks'][1]}", f"{identifier!r} has the document's ranks")
        for cell, scheme in zip(cells, names[:2], strict=True):
            value, error = cell.split(" ± ")
            digits = len(value.split(".")[1]) if "." in value else 0
            expect(abs(float(value) - row[scheme]["reward"]) <= 0.5000001 * 10**-digits, f"{identifier!r}: {cell}, {scheme}")
            expect(abs(float(error) - row[scheme]["standardError"]) <= 0.5000001 * 10**-digits, f"{identifier!r}: {cell}")
    verdict = browser.text(".verdict") + " " + browser.text(".action")
    text = " ".join(document["cloneVerdict"]["text"].split())
    # People see the beginning of an answer beside its id.
    verdict = re.sub(r" \(The answer of [^)]*\.\.\.\)", "", verdict)
    expect(verdict == text, f"the first screen has the document's answer: {verdict!r}, {text!r}")


def linking(browser: Browser, duplicates: dict[str, Any]) -> None:
    members = [row for row in duplicates["rows"] if row["group"] == 1]
    browser.click("#table-influences tbody tr button")
    found = browser.run("return [...document.querySelectorAll('#members article h4')].map((title) => title.firstChild.data)")
    expect(len(found) == min(len(members), 8), f"a row of groups shows its members side by side: {found}")
    marked = browser.run("return [...document.querySelectorAll('#members mark')].map((mark) => mark.textContent)")
    expect(any("copy" in text for text in marked), f"what differs is marked: {marked}")
    browser.run("document.querySelector('figure[data-map] input').value = 'copy3'")
    browser.run("document.querySelector('figure[data-map] input').dispatchEvent(new Event('input'))")
    expect(browser.text("figure[data-map] [role=status]") == "1 found", "the map finds what is searched")
    for key in ["arrow_right", "arrow_left", "arrow_up", "arrow_down"]:
        browser.run("document.querySelector('canvas.map').focus()")
        browser.press(key)
        if not browser.run("return document.querySelector('.tip').hidden"):
            break
    expect("copy3" in browser.text(".tip"), "keys go to what was found")
    browser.press("enter")
    expect(browser.text("#members article h4").startswith("copy3"), "Enter chooses it")
    browser.run("document.querySelector('figure[data-map] input').value = ''")
    browser.run("document.querySelector('figure[data-map] input').dispatchEvent(new Event('input'))")


def long_table(browser: Browser, page: pathlib.Path, document: dict[str, Any]) -> None:
    """Of seven hundred rows the page shows fifty, finds and sorts all of them, and brings more at a press."""
    open_page(browser, page)
    body = "document.querySelector('#table-leaderboard tbody')"
    tools = "document.querySelector('#table-leaderboard').closest('.scroll')"
    rewards = {row["id"]: row["standard"]["reward"] for row in document["rewards"]}

    def count() -> int:
        return int(browser.run(f"return {body}.rows.length"))

    def search(words: str) -> list[str]:
        browser.run(
            f"const input = {tools}.previousElementSibling.querySelector('input'); input.value = arguments[0];"
            "input.dispatchEvent(new Event('input'))",
            words,
        )
        return list(browser.run(f"return [...{body}.rows].map((row) => JSON.parse(row.dataset.about)[0])"))

    expect(count() == 50, f"fifty rows are shown at first: {count()}")
    browser.run(f"{tools}.nextElementSibling.querySelector('button').click()")
    expect(count() == 250, f"a press brings two hundred more: {count()}")
    found = search("p69/m7")
    expect(found == ["p69/m7"], f"rows behind the first are found: {found}")
    text = browser.run(f"return {body}.rows[0].querySelector('th').textContent")
    expect(text == "p69/m7", "a row that was brought looks as the others")
    search("")
    header = "#table-leaderboard thead th:nth-child(5)"
    browser.click(f"{header} button")
    shown = browser.run(f"return [...{body}.rows].slice(0, 20).map((row) => JSON.parse(row.dataset.about)[0])")
    expect(shown == sorted(rewards, key=lambda name: rewards[name])[:20], f"all rows are sorted: {shown[:3]}")
    elements = browser.run("return document.querySelectorAll('*').length")
    expect(elements < 8_000, f"a long table leaves the page small: {elements} elements")


def lists(browser: Browser, duplicates: dict[str, Any]) -> None:
    """The clipboard of the page is read where it is written."""
    browser.run("window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    for kind in ["keep", "drop"]:
        ids = [row["id"] for row in duplicates["rows"] if row["group"] and row["decision"] == kind]
        if not ids:
            continue
        browser.click(f"#copy-{kind}")
        copied = browser.run("return window.copied") or ""
        expect(sorted(copied.split("\n")[:-1]) == sorted(ids), f"the list to {kind} is the document's")
    browser.run("document.querySelector('#table-duplicates').closest('section').querySelector('select').value = 'keep'")
    browser.run(
        "document.querySelector('#table-duplicates').closest('section')"
        ".querySelector('select').dispatchEvent(new Event('change'))"
    )
    kinds = browser.run(
        "return [...document.querySelectorAll('#table-duplicates tbody tr')]"
        ".filter((row) => !row.hidden).map((row) => row.dataset.kind)"
    )
    expect(set(kinds) == {"keep"}, "rows of one kind can be shown alone")


def sizes(browser: Browser, page: pathlib.Path, name: str, pictures: pathlib.Path | None) -> None:
    for width, scheme in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
        browser.size(width, 900, touch=width < 500)
        browser.scheme(scheme)
        open_page(browser, page)
        expect(not browser.is_too_wide(), f"{name} does not scroll sideways at {width} pixels")
        if pictures:
            browser.picture(pictures / f"{name}-{width}-{scheme}-first.png", whole=False)
            browser.picture(pictures / f"{name}-{width}-{scheme}.png")
        browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
        for found in browser.violations():
            expect(False, f"{name}: axe at {width}, {scheme}: {found}")
        if width == 390:
            seen = browser.run(
                "return [...document.querySelectorAll('tr.good > :first-child, tr.bad > :first-child')].every((cell) => {"
                "  const box = cell.getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; })"
            )
            expect(seen, f"{name}: every verdict is on the screen of a phone")
    browser.size(1280, 900)
    browser.scheme()
    if pictures:
        open_page(browser, page)
        browser.pdf(pictures / f"{name}.pdf")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("tool", nargs="?", default=str(ROOT / ".build/release/tessera"))
    options = parser.parse_args()
    if absent := missing():
        print(f"reports: not tested, {', '.join(absent)} missing")
        return 0
    tool = str(pathlib.Path(options.tool).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def make(*arguments: str) -> None:
            subprocess.run([tool, *arguments], check=True, capture_output=True)

        data = write_data(folder)
        families = folder / "families.csv"
        families.write_text("id,family\nn0,first\nn1,first\nn5,<b>second</b>\nn6,<b>second</b>\n")
        make("audit", *data, "--bootstraps", "20", "--families", str(families), "-o", str(folder / "audit"))
        make("audit", *data, "--bootstraps", "2", "--schemes", "local", "--static", "-o", str(folder / "static"))
        make("audit", *write_many(folder), "--bootstraps", "2", "--schemes", "local", "-o", str(folder / "many"))
        make("reproduce", "--only", "1,4,6", "-o", str(folder / "report"))
        make("duplicates", *data, "--all", "-o", str(folder / "duplicates.json"))
        for name, more in (("before", []), ("after", ["--lambda", "5"])):
            make("fit", *data, *more, "--format", "json", "-o", str(folder / f"{name}.json"))
        make("compare", str(folder / "before.json"), str(folder / "after.json"), "--page", str(folder / "compare.html"))
        document = json.loads((folder / "audit/audit.json").read_text())
        duplicates = json.loads((folder / "duplicates.json").read_text())
        pages = {
            "audit": folder / "audit/index.html",
            "reproduction": folder / "report/index.html",
            "comparison": folder / "compare.html",
            "long": folder / "many/index.html",
            "static": folder / "static/index.html",
        }
        with Browser() as browser:
            for title, page in pages.items():
                open_page(browser, page)
                if browser.run("return document.documentElement.dataset.figures") == "done":
                    figures(browser, title)
            open_page(browser, pages["audit"])
            numbers(browser, document)
            sorting(browser)
            linking(browser, duplicates)
            lists(browser, duplicates)
            long_table(browser, pages["long"], json.loads((folder / "many/audit.json").read_text()))
            open_page(browser, pages["static"])
            drawings = browser.run(
                "return [...document.querySelectorAll('figure[data-figure] .plot > svg')].map((one) => one.clientWidth)"
            )
            expect(drawings and min(drawings) > 200, f"without the library every figure is a drawing: {drawings}")
            for title, page in pages.items():
                sizes(browser, page, title, options.pictures)
                expect(browser.run("return window.broken") is None, f"{title}: texts of the data never run")
            made = browser.run("return document.querySelectorAll('img, iframe, object, embed').length")
            expect(made == 0, "texts of the data never become elements")
            expect(not browser.requests(), f"nothing is asked of the network: {browser.requests()}")
            expect(not browser.complaints(), f"nothing is complained about: {browser.complaints()}")
    return expect.end()


sys.exit(main())
