"""Chromium without a window, for tests of pages: sizes, schemes, what a page prints, what it asks the network for, axe.

    with Browser() as browser:
        browser.size(390, 844)
        browser.open(pathlib.Path("page.html"))
        assert not browser.complaints() and not browser.requests()

Needs `chromium` and `chromedriver` (Debian: chromium, chromium-driver), requirements.txt and requirements-axe.txt; `missing()`
says what is not there.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import pathlib
import shutil
from collections.abc import Callable
from typing import Any

NEEDED = {"chromium": "chromium", "chromedriver": "chromium-driver"}
AXE = "axe_playwright_python"
LOCAL = ("file:", "data:", "blob:", "about:", "chrome:")


def missing() -> list[str]:
    """What is not on this machine: Debian packages, then packages of PyPI."""
    packages = [package for program, package in NEEDED.items() if not shutil.which(program)]
    modules = {"selenium": "selenium", AXE: "axe-playwright-python"}
    return packages + [name for module, name in modules.items() if not importlib.util.find_spec(module)]


def axe_script() -> str:
    """The text of axe.min.js, out of a package that carries it; nothing of the package runs."""
    found = importlib.util.find_spec(AXE)
    if not found or not found.submodule_search_locations:
        raise FileNotFoundError(f"axe.min.js: expected it in the package {AXE}")
    return (pathlib.Path(found.submodule_search_locations[0]) / "axe.min.js").read_text()


class Browser:
    """One page at a time, in a profile of its own, without a network."""

    def __init__(self, downloads: pathlib.Path | None = None) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        # Selenium looks for nothing on its own.
        os.environ["SE_OFFLINE"] = "true"
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            # No name is found: what a page asks for is seen in the log, and goes nowhere.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ]:
            options.add_argument(argument)
        if downloads:
            options.add_experimental_option(
                "prefs",
                {
                    "download.default_directory": str(downloads),
                    "profile.default_content_setting_values.automatic_downloads": 1,
                },
            )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        # A large page takes axe ten seconds, on a busy machine more.
        self.driver.set_script_timeout(60)
        self._complaints: list[str] = []
        self._requests: list[str] = []
        self.size(1280, 900)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def command(self, name: str, **parameters: Any) -> Any:
        """A command of the Chrome DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def size(self, width: int, height: int, *, touch: bool = False) -> None:
        """The size of what is seen, in CSS pixels; with `touch`, a telephone's."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.command("Emulation.setTouchEmulationEnabled", enabled=touch)

    def scheme(self, name: str = "light", medium: str = "") -> None:
        """Light or dark; `medium` is "print" or nothing for a screen."""
        self.command("Emulation.setEmulatedMedia", media=medium, features=[{"name": "prefers-color-scheme", "value": name}])

    def open(self, page: pathlib.Path | str, fragment: str = "") -> None:
        """A file, or an address; a page that is open already is loaded anew."""
        address = page.resolve().as_uri() if isinstance(page, pathlib.Path) else page
        self.driver.get("about:blank")
        self.driver.get(address + fragment)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page; `arguments[0]` and so on are what it is given."""
        return self.driver.execute_script(script, *arguments)

    def settle(self) -> None:
        """Until the page has drawn twice."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));"
        )

    def text(self, selector: str) -> str:
        found = self.run(
            "return document.querySelector(arguments[0])?.textContent.replace(/\\s+/g, ' ').trim() ?? ''", selector
        )
        return str(found)

    def _read_logs(self) -> None:
        read: Callable[[str], list[dict[str, Any]]] = self.driver.get_log
        for entry in read("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self._complaints.append(entry["message"])
        for entry in read("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith(LOCAL):
                    self._requests.append(url)

    def complaints(self) -> list[str]:
        """Errors and warnings on the console since the start: failed scripts, what the policy refused."""
        self._read_logs()
        return self._complaints

    def requests(self) -> list[str]:
        """What pages have asked the network for since the start."""
        self._read_logs()
        return self._requests

    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.run("return document.documentElement.scrollWidth > window.innerWidth"))

    def violations(self) -> list[str]:
        """What axe-core finds, a line each: rule, how bad, and where."""
        self.run(axe_script() + "; window.axe = axe")
        found = self.driver.execute_async_script(
            "const done = arguments[0];"
            "const failed = (error) => done([{ id: String(error), impact: 'none', nodes: [] }]);"
            "axe.run().then((result) => done(result.violations), failed)"
        )
        return [
            f"{rule['id']} ({rule['impact']}): {', '.join(str(node['target']) for node in rule['nodes'][:5])}" for rule in found
        ]

    def picture(self, file: pathlib.Path, *, whole: bool = True) -> None:
        """A PNG file of the page, or of what is seen of it."""
        data = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(data["data"]))

    def pdf(self, file: pathlib.Path) -> None:
        """The page as it prints."""
        file.write_bytes(
            base64.b64decode(self.command("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.7)["data"])
        )

    def mouse(self, kind: str, x: float, y: float, clicks: int = 1) -> None:
        """kind: mousePressed, mouseMoved or mouseReleased, at a place of what is seen."""
        button = "left"
        buttons = 1 if kind != "mouseReleased" else 0
        self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, buttons=buttons, clickCount=clicks)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 10) -> None:
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=start[0], y=start[1])
        self.mouse("mousePressed", *start)
        for step in range(1, steps + 1):
            part = step / steps
            self.mouse("mouseMoved", start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
        self.mouse("mouseReleased", *end)
        self.settle()

    def touch_drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 10) -> None:
        self.command("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": start[0], "y": start[1]}])
        for step in range(1, steps + 1):
            part = step / steps
            place = {"x": start[0] + part * (end[0] - start[0]), "y": start[1] + part * (end[1] - start[1])}
            self.command("Input.dispatchTouchEvent", type="touchMove", touchPoints=[place])
        self.command("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def press(self, *keys: str) -> None:
        """Keys to what has the focus; names as in `selenium.webdriver.common.keys.Keys`, joined by + where held together."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            *held, last = [getattr(Keys, part.upper(), part) for part in key.split("+")]
            chain = ActionChains(self.driver)
            for modifier in held:
                chain.key_down(modifier)
            chain.send_keys(last)
            for modifier in reversed(held):
                chain.key_up(modifier)
            chain.perform()
        self.settle()

    def click(self, selector: str) -> None:
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.driver.find_element("css selector", selector).click()
        self.settle()
