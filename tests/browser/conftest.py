"""A real house and a real browser: `manage.py run` with the demo city, and Chromium as a phone.

All browser tests run in one process, one after the other, against one house, so its people and
their posts are shared: a journey writes what is its own and looks for that.
"""

from __future__ import annotations

import functools
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
from playwright.sync_api import Browser, BrowserContext, Page, Response, StorageState, expect, sync_playwright

from tests.browser.hands import Finger, Hands, Keyboard
from tests.browser.looking import Looker

HOUSE = Path(__file__).resolve().parent.parent.parent
DATA = HOUSE / ".filo-test" / "browser"
PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 15_000  # milliseconds that anything on a page may take on a busy machine
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class House:
    """A running Filò."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.log = DATA.with_suffix(".log")
        self.environment = os.environ | {
            "FILO_DATA": str(DATA),
            "FILO_DEMO": "1",
            "FILO_SITE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        }
        self.environment.pop("DATABASE_URL", None)
        command = [sys.executable, "manage.py", "run", "--port", str(port)]
        DATA.parent.mkdir(exist_ok=True)
        with self.log.open("w") as log:  # a pipe that nobody reads would fill up and hold the house still
            self.process = subprocess.Popen(
                command, cwd=HOUSE, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self, seconds: int = 150) -> None:
        for _ in range(seconds * 5):
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5)
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    raise AssertionError(f"the house fell:\n{self.log.read_text()}") from None
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
        self.process.wait(timeout=20)


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    executable = os.environ.get("FILO_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


type SessionOf = Callable[[str], StorageState]


@pytest.fixture(scope="package")
def session_of(chromium: Browser, house: House) -> SessionOf:
    """The cookies of somebody of the demo who is signed in. They are shared: nobody signs out with them."""

    @functools.cache
    def sign_in(email: str) -> StorageState:
        context = chromium.new_context(base_url=house.url)
        page = context.new_page()
        page.goto(house.signin_link(email))
        page.get_by_role("button", name="Entra", exact=True).click()
        page.wait_for_url("**/io/")
        state = context.storage_state()
        context.close()
        return state

    return sign_in


class OpenPhone:
    """`phone()` opens a fresh phone of 390 px; `phone(email=…)` one on which somebody of the demo is signed in.

    What goes wrong on any of its pages stands in `trouble`: a broken content policy, a script that throws, a request
    to somebody else's machine, an answer of 500.
    """

    def __init__(self, chromium: Browser, house: House, session_of: SessionOf) -> None:
        self.chromium, self.house, self.session_of = chromium, house, session_of
        self.contexts: list[BrowserContext] = []
        self.trouble: list[str] = []

    def __call__(self, *, script: bool = True, email: str = "", **options: object) -> Page:
        if email:
            options["storage_state"] = self.session_of(email)
        settings = {"viewport": PHONE, "base_url": self.house.url, "locale": "it-IT"} | options
        context = self.chromium.new_context(java_script_enabled=script, **settings)  # type: ignore[arg-type]  # options are Playwright's own
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda m: self.trouble.append(m.text) if "Content Security Policy" in m.text else None)
        page.on("request", lambda request: self._look_at(request.url))
        page.on("response", self._look_at_answer)
        return page

    def _look_at(self, url: str) -> None:
        if not url.startswith((self.house.url, "data:", "blob:")):
            self.trouble.append(url)

    def _look_at_answer(self, answer: Response) -> None:
        if answer.status >= 500:
            self.trouble.append(f"{answer.status} {answer.url}")


@pytest.fixture
def phone(chromium: Browser, house: House, session_of: SessionOf) -> Iterator[OpenPhone]:
    phone = OpenPhone(chromium, house, session_of)
    yield phone
    for context in phone.contexts:
        context.close()
    assert phone.trouble == []


class Way:
    """One of three ways of using a phone; `way()` is somebody at a fresh one, `way(email=…)` somebody of the demo."""

    def __init__(self, name: str, phone: OpenPhone) -> None:
        self.name, self.phone = name, phone

    def __call__(self, email: str = "") -> Hands:
        if self.name == "keyboard":
            return Keyboard(self.phone(email=email))
        script = self.name != "no script"
        return Finger(self.phone(email=email, script=script, has_touch=True), script=script)


@pytest.fixture(params=["finger", "keyboard", "no script"])
def way(request: pytest.FixtureRequest, phone: OpenPhone) -> Way:
    return Way(request.param, phone)


@pytest.fixture
def hands(way: Way) -> Hands:
    """Somebody at a fresh phone: with a finger, with the keyboard alone, or where no script runs."""
    return way()


@pytest.fixture
def look() -> Iterator[Looker]:
    """Look at as many pages as you like; what is wrong with any of them fails the test at its end."""
    looker = Looker()
    yield looker
    assert not looker.wrong, "\n".join(looker.wrong)
