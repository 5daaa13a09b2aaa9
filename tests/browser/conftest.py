"""A real house and a real browser: `manage.py run` with the demo city, and Chromium as a phone.

All browser tests run in one worker, one after the other, against one house (the xdist group below), so its people and
their posts are shared: a journey writes what is its own and looks for that.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

HOUSE = Path(__file__).resolve().parent.parent.parent
DATA = HOUSE / ".filo-test" / "browser"
PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


class House:
    """A running Filò."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.environment = os.environ | {
            "FILO_DATA": str(DATA),
            "FILO_DEMO": "1",
            "FILO_SITE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        }
        self.environment.pop("DATABASE_URL", None)
        command = [sys.executable, "manage.py", "run", "--port", str(port)]
        self.process = subprocess.Popen(
            command, cwd=HOUSE, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait(self, seconds: int = 150) -> None:
        for _ in range(seconds * 5):
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5)
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    raise AssertionError(
                        f"the house fell:\n{self.process.stdout and self.process.stdout.read()}"
                    ) from None
                time.sleep(0.2)
        raise AssertionError("the house did not open")

    def command(self, *words: str) -> str:
        """What `manage.py …` prints in this house."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=HOUSE, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def signin_link(self, email: str) -> str:
        found = re.search(r"https?://\S+", self.command("signin_link", email))
        assert found
        return found.group()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    shutil.rmtree(DATA, ignore_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = House(port)
    try:
        house.wait()
        yield house
    finally:
        house.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    def launch(playwright: Playwright) -> Browser:
        executable = os.environ.get("FILO_CHROMIUM") or shutil.which("chromium")
        return playwright.chromium.launch(executable_path=executable, args=FLAGS)

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


type OpenPhone = Callable[..., Page]


@pytest.fixture
def phone(chromium: Browser, house: House) -> Iterator[OpenPhone]:
    """Opens a fresh phone of 390 px; it fails the test if a page breaks its own content policy or a script throws."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def open_(*, script: bool = True, **options: object) -> Page:
        context = chromium.new_context(
            viewport=PHONE, base_url=house.url, locale="it-IT", java_script_enabled=script, **options
        )  # type: ignore[arg-type]  # options are Playwright's own
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda m: trouble.append(m.text) if "Content Security Policy" in m.text else None)
        page.on(
            "request", lambda r: trouble.append(r.url) if not r.url.startswith((house.url, "data:", "blob:")) else None
        )
        return page

    yield open_
    for context in contexts:
        context.close()
    assert trouble == []
