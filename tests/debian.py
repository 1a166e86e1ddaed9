"""Packages of Debian's for the tests, where they may be installed."""

import os
import shutil
import subprocess
import sys

_OPTIONS = (
    *("-qq", "-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=30"),
    *("-o", "DPkg::Lock::Timeout=120"),  # a machine that has just started may be installing something itself
)
_NO_SERVICE = {"RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}
"""Nothing that comes with a package is started, and nothing is asked."""


def install(package: str) -> None:
    """Install a package with apt-get, as root. Where that cannot be done, nothing happens but what apt-get says."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    for command in (("update",), ("install", "--yes", "--no-install-recommends", package)):
        subprocess.run(
            ("apt-get", *_OPTIONS, *command),
            check=False,
            env={**os.environ, **_NO_SERVICE},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
        )
