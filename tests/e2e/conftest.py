"""A server of its own with the sample loaded, and a browser that speaks to it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from examsvc.sample.staff import PASSWORD
from tests.browser import FLAGS, find_browser

TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)  # whoever is right waits no longer for it
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """`examsvc serve` over a folder of data; can be killed and started again on the same port."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    module: str = "examsvc"
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        ours = {"EXAMSVC_HOME": self.home, "EXAMSVC_PORT": self.port, "TMPDIR": self.home / "tmp"}
        return {**os.environ, **{name: str(value) for name, value in ours.items()}}

    def start(self) -> None:
        self.home.joinpath("tmp").mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/login", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:  # refused, cut off, or too slow yet
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)  # polls the port; no test's outcome depends on how long
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """As a power cut would: no goodbye to anybody, neither the server nor its Redis."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            for redis in self._embedded_redis():
                os.kill(redis, signal.SIGKILL)

    def _embedded_redis(self) -> list[int]:
        """The daemon that our server started: it has left the process group, but works below our folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                here = process.joinpath("cwd").readlink().is_relative_to(self.home)
                if here and "redis" in process.joinpath("comm").read_text():
                    found.append(int(process.name))
            except OSError:  # gone in the meantime, or not ours to look at
                continue
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, loaded once a run by the command that users run (or a finished one, when it is given)."""
    given = os.environ.get("EXAMSVC_SAMPLE_HOME")
    if given:
        return Path(given)
    run = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        run = run.parent  # where all processes of this run meet
    with run.joinpath("sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home, loaded = run / "sample", run / "sample.loaded"
        if not loaded.exists():
            _load_sample(home)
            loaded.touch()
    return home


def _load_sample(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "examsvc", "demo"],
        cwd=ROOT,
        env={**os.environ, "EXAMSVC_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"examsvc demo failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def served_home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample: what one test file changes, no other sees."""
    home = tmp_path_factory.mktemp("served") / "var"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("*.sock*", "*.pid", "writer.lock"))
    return home


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> object:
    """What a test file lays into its copy before the server starts; a file overrides it."""
    return None


@pytest.fixture(scope="module")
def server(served_home: Path, prepared: object) -> Iterator[Server]:
    """A running server over the prepared copy."""
    running = Server(served_home, free_port())
    running.start()
    yield running
    running.kill()  # its folder is thrown away: nothing needs a goodbye


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        if os.environ.get("EXAMSVC_REQUIRE_BROWSER"):
            pytest.fail("a browser is required here and none was found")
        pytest.skip("no browser: install chromium or set EXAMSVC_BROWSER")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(server: Server, browser: Browser) -> Iterator[OpenPage]:
    """Opens a browser of its own for a user, logged in: open_page("ban_de_1", width=390)."""
    contexts: list[BrowserContext] = []

    def opened(username: str | None = None, *, width: int = 1280, locale: str = "vi") -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": 900},
            locale=locale,
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        if username is not None:
            log_in(page, username)
        if locale == "en":
            switch_to_english(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", password)
    page.click("main button[type=submit], main form button")
    page.wait_for_url("**/")


def switch_to_english(page: Page) -> None:
    if page.url == "about:blank":
        page.goto("/login")
    button = page.locator("button[name=locale][value=en]")
    if button.count():
        button.click()
        page.wait_for_selector("html[lang=en]")
