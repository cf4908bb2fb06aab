#!/usr/bin/env python3
"""The workbench in a browser: files in, sliders, copies, families, files out, what strangers write, sizes, axe, speed.

    Tests/Browser/workbench.py [--pictures FOLDER] [--data FOLDER] [SERVICE] [TOOL]
    Tests/Browser/workbench.py --screenshot Service/workbench.png

SERVICE is tessera-serve (default: Service/.build/release/tessera-serve), TOOL is tessera. Says what is missing and ends with 0
where there is no Chromium or the service is not built; ends with 1 where the page does not do what it should.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tempfile
import time
from typing import Any

import workbench_data as data
from browser import Browser, missing
from checks import Checks
from workbench_page import Page, agrees, number
from workbench_service import Service, speed

ROOT = data.ROOT
expect = Checks("workbench")


def compare(page: Page, document: dict[str, Any], what: str, first: int = 60) -> None:
    """Every row that is shown against the document of the same settings."""
    found = {row["id"]: row for row in document["alternatives"]}
    labels = page.browser.run("return [workbench.state.study.study.answers.labels, workbench.state.study.study.answers.ids]")
    ids = dict(zip(*labels, strict=True))
    rows = list(page.rows().items())[:first]
    expect(rows, f"{what}: there are rows")
    for label, cells in rows:
        row = found[ids[label]]
        expect(
            agrees(cells[1], row["weightedReward"]), f"{what}: weighted reward of {label}: {cells[1]}, {row['weightedReward']}"
        )
        expect(
            agrees(cells[3], row["standardReward"]), f"{what}: standard reward of {label}: {cells[3]}, {row['standardReward']}"
        )


def story(page: Page, tool: str) -> None:
    """Three answers with a copy: the numbers of the tool, before and after sliders move."""
    browser = page.browser
    page.open_files(data.story())
    document = data.fitted(tool, data.story())
    compare(page, document, "as fitted")
    shown = browser.text("#verdict") + " " + browser.text("#action")
    verdict = data.fitted(tool, data.story(), "--verdict")["cloneVerdict"]["text"]
    expect(shown.strip() == " ".join(verdict.split()), f"the verdict is the tool's: {shown}, {verdict}")
    for scheme, share in [("horizon", 0.7), ("linkage", 0.3)]:
        browser.run(
            "const list = document.querySelector('#scheme'); list.value = arguments[0];list.dispatchEvent(new Event('change'))",
            scheme,
        )
        page.answered()
        page.slide("#lambda", share)
        strength = browser.run("return workbench.state.now.lambda.weighted")
        expect(
            abs(number(browser.text("#lambda-value")) - strength) < 1e-3 * strength, "the lambda that is shown is the one asked"
        )
        own = data.fitted(tool, data.story(), "--weights", scheme, "--lambda", str(strength), "--pairs", document["pairs"])
        compare(page, own, f"{scheme} at {strength}")
    page.slide("#resolution", 0.5)
    resolution = browser.run("return workbench.state.now.resolution")
    own = data.fitted(
        tool, data.story(), "--weights", f"linkage={resolution}", "--lambda", str(strength), "--pairs", document["pairs"]
    )
    compare(page, own, f"linkage={resolution}")
    browser.click("#reset")
    page.answered()
    compare(page, document, "as fitted again")


def copies(page: Page) -> None:
    """A copy of an answer, and another: who wins is what the service says."""
    browser = page.browser
    browser.click("#board tbody tr:last-child button")
    page.answered()
    expect(not browser.run("return document.querySelector('#copies').hidden"), "an answer opens the panel of copies")
    for place in [1, 6]:
        browser.click(f"#copies-count button:nth-child({place})")
        page.answered()
        now = browser.run("return workbench.state.now")
        for kind in ["standard", "weighted"]:
            change = now[f"{kind}Winner"]
            words = browser.text("#copies-outcome")
            said = "wins in place of" if change["changes"] else "still wins"
            expect(said in words, f"{kind}: {words}")
            expect(browser.text(f"#{kind}-winner").startswith(change["after"]), f"the {kind} winner stands above")
    browser.click("#copies-off")
    page.answered()
    expect(browser.run("return document.querySelector('#copies').hidden && workbench.state.copies === null"), "copies go again")


def tables(page: Page) -> None:
    browser = page.browser
    browser.click("#board [data-key=standard]")
    order = [number(cells[3]) for cells in page.rows().values()]
    expect(order == sorted(order, reverse=True), f"the table sorts by the standard reward ({order})")
    browser.press("enter")
    order = [number(cells[3]) for cells in page.rows().values()]
    expect(order == sorted(order), "and the other way round, by a key")
    expect(browser.run("return document.activeElement.dataset.key") == "standard", "the head keeps the focus")
    browser.run("const box = document.querySelector('#search'); box.value = 'zzz'; box.dispatchEvent(new Event('input'))")
    expect(not page.rows(), "what is not there is not found")
    browser.run("const box = document.querySelector('#search'); box.value = ''; box.dispatchEvent(new Event('input'))")


def families(page: Page) -> None:
    browser = page.browser
    ids = browser.run("return workbench.state.study.study.answers.ids")
    text = "id,family\n" + "".join(f"{name},pair\n" for name in ids[-2:])
    browser.run("document.querySelector('#families').value = arguments[0]", text)
    browser.click("#declare")
    page.until("return document.querySelector('#scheme').value === 'families'")
    page.answered()
    expect(browser.run("return workbench.state.now.scheme") == "families", "families weigh once they are declared")
    browser.run("document.querySelector('#families').value = 'nobody,x'")
    browser.click("#declare")
    page.until("return document.querySelector('#families-problem').textContent !== ''")
    browser.click("#take-back")
    page.until("return document.querySelector('#scheme').value !== 'families'")
    page.answered()


def exports(page: Page, folder: pathlib.Path, name: str) -> None:
    for selector, ending in [
        ("[data-export=weights][data-format=csv]", "weights.csv"),
        ("[data-export=weights][data-format=json]", "weights.json"),
        ("[data-export=keep]", "keep.csv"),
        ("[data-export=page]", "page.html"),
    ]:
        page.browser.click(selector)
        file = folder / f"{name}.{ending}"
        for _ in range(600):
            if file.exists():
                break
            time.sleep(0.1)
        expect(file.exists() and file.stat().st_size > 50, f"{file.name} is saved ({page.browser.text('#export-words')})")
    weights = json.loads((folder / f"{name}.weights.json").read_text())["alternatives"]
    shown = page.browser.run("return workbench.state.now.weights")
    expect(
        all(abs(row["weight"] - own) < 1e-9 for row, own in zip(weights, shown, strict=True)), "weights saved are those shown"
    )


def hostile(page: Page, folder: pathlib.Path) -> None:
    """Ids, texts and names that are markup stay text, wherever they are shown."""
    browser = page.browser
    page.open_files(data.hostile(folder))
    browser.click("#board tbody tr:first-child button")
    page.answered()
    browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
    expect(
        browser.run("return document.querySelector('main img, main script, main b:not([id]):not([class])') === null"),
        "no markup comes of data",
    )
    expect(browser.run("return document.title") != "run", "no script of data runs")
    expect("<img" in browser.text("#board"), "it is shown as it is")
    browser.click("#delete")
    page.until("return document.querySelector('#study').hidden")


def refusals(page: Page, folder: pathlib.Path) -> None:
    browser = page.browser
    page.load()
    browser.click("#upload")
    expect("Choose a file" in browser.text("#open-problem"), "nothing chosen is said")
    bad = folder / "garbage.jsonl"
    bad.write_text('{"a": \n')
    browser.driver.find_element("css selector", "#rows-file").send_keys(str(bad))
    browser.click("#upload")
    page.until("return document.querySelector('#open-problem').textContent.includes('cannot be opened')")
    expect("malformed JSON" in browser.text("#open-problem"), f"what is wrong is said: {browser.text('#open-problem')}")
    expect(str(folder) not in browser.text("body"), "and no path")
    browser.click("#stored li button")
    page.until("return !document.querySelector('#stored').textContent.includes('garbage')")


def locked(program: str, browser: Browser) -> None:
    """With a key, the page asks for it and keeps it in the tab alone."""
    key = "correct-horse-battery"
    with Service(program, environment={"TESSERA_SERVICE_KEY": key, "PATH": "/usr/bin:/bin"}) as service:
        page = Page(browser, service)
        page.load()
        page.until("return !document.querySelector('#key-form').hidden")
        browser.run("document.querySelector('#key').value = 'wrong-wrong-wrong-wrong'")
        browser.click("#key-form button")
        page.until("return document.querySelector('#key-problem').textContent !== ''")
        browser.run("document.querySelector('#key').value = arguments[0]", key)
        browser.click("#key-form button")
        page.until("return document.querySelector('#key-form').hidden")
        stores = browser.run("return [sessionStorage.length, localStorage.length, document.cookie]")
        expect(stores == [1, 0, ""], f"the key is kept in the tab alone ({stores})")


def screenshot(page: Page, file: pathlib.Path) -> None:
    """For the documentation: copies of c make b win in place of a, and not under the weights."""
    browser = page.browser
    browser.size(1100, 980)
    page.open_files(data.before())
    browser.run("[...document.querySelectorAll('#board tbody button')].find((one) => one.textContent.startsWith('c')).click()")
    page.answered()
    browser.click("#copies-count button:nth-child(4)")
    page.answered()
    words = browser.text("#copies-outcome")
    expect("Standard: b wins in place of a" in words and "Weighted: a still wins" in words, f"the story holds: {words}")
    browser.run("document.activeElement.blur(); document.querySelector('#verdict-title').scrollIntoView({ block: 'start' })")
    browser.settle()
    browser.picture(file, whole=False)
    browser.size(1280, 900)


def sizes(page: Page, pictures: pathlib.Path | None) -> None:
    """Both widths, both schemes: axe, nothing cut, pictures."""
    browser = page.browser
    for width, scheme in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
        browser.size(width, 900, touch=width < 500)
        browser.scheme(scheme)
        page.browser.settle()
        browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
        browser.run(
            "if (document.querySelector('#copies').hidden)"
            " document.querySelector('#board tbody tr:nth-child(2) button').click()"
        )
        page.answered()
        for found in browser.violations():
            expect(False, f"axe at {width}, {scheme}: {found}")
        expect(not browser.is_too_wide(), f"nothing is cut at {width} pixels")
        if pictures:
            browser.run("for (const part of document.querySelectorAll('details')) part.open = false; scrollTo(0, 0)")
            browser.picture(pictures / f"workbench-{width}-{scheme}.png")
    browser.scheme()
    browser.size(1280, 900)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--screenshot", type=pathlib.Path, help="the picture of Service/README.md")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--quick", action="store_true", help="without the figures of speed")
    parser.add_argument("service", nargs="?", default=str(ROOT / "Service/.build/release/tessera-serve"))
    parser.add_argument("tool", nargs="?", default=str(ROOT / ".build/release/tessera"))
    options = parser.parse_args()
    if absent := missing():
        print(f"workbench: not tested, {', '.join(absent)} missing")
        return 0
    if not pathlib.Path(options.service).exists():
        print("workbench: not tested, the service is not built: make service")
        return 0
    with tempfile.TemporaryDirectory() as name, Service(options.service) as service:
        folder = pathlib.Path(name)
        with Browser(downloads=folder) as browser:
            page = Page(browser, service)
            if options.screenshot:
                screenshot(page, options.screenshot)
                return expect.code
            story(page, options.tool)
            copies(page)
            tables(page)
            families(page)
            exports(page, folder, "with-clone.comparisons")
            hostile(page, folder)
            refusals(page, folder)
            browser.open(service.address + "/playground")
            expect(browser.text("h1") == "What copies do to rewards", "the playground is served")
            if files := data.alpaca(options.data):
                study = page.open_files(files)
                compare(page, data.fitted(options.tool, files), "AlpacaEval")
                page.slide("#resolution", 0.8)
                page.slide("#lambda", 0.6)
                sizes(page, options.pictures)
                service.ask("DELETE", f"/api/studies/{study}")
            else:
                print("workbench: the slice of AlpacaEval is not on this machine: SKIPPED")
                page.open_files(data.story())
                sizes(page, options.pictures)
            asked = [url for url in browser.requests() if not url.startswith(service.address)]
            expect(not asked, f"nothing is asked of anybody else: {asked}")
            said = [line for line in browser.complaints() if "422" not in line]
            expect(not said, f"nothing is complained about: {said}")
            locked(options.service, browser)
        if not options.quick:
            speed(service, data.many(folder), expect)
    return expect.end()


sys.exit(main())
