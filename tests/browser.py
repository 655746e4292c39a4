"""Finds the browser for the tests, installs it where it may, or says what is left out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_browser() -> str | None:
    """The browser's path: EXAMSVC_BROWSER, or the first known name on the PATH."""
    given = os.environ.get("EXAMSVC_BROWSER")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Install chromium with apt where this is root; fail only where the browser is required."""
    if find_browser():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing chromium with apt (for the browser tests)", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL)
        if find_browser():
            return 0
    print(
        "No browser found: install chromium (Debian: apt install chromium) or set EXAMSVC_BROWSER.\n"
        "Left out: tests/e2e (every user's path in the browser, accessibility).",
        file=sys.stderr,
    )
    return 1 if os.environ.get("EXAMSVC_REQUIRE_BROWSER") else 0


if __name__ == "__main__":
    raise SystemExit(main())
