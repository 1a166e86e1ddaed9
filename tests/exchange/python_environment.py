"""An environment for programs in Python that Cairn does not depend on, with the packages of a lock of their own."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exchange.made_once import alone_in, got


def environment(cache: Path, lock: Path, interpreter: Path) -> Path:
    """Its folder below `cache`, made once for each lock.

    The test fails, with a sentence, where no registry has the packages.
    """
    folder = cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    with alone_in(cache) as end:
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            python = str(folder / "bin" / "python")
            _uv(lock, end, "venv", "--quiet", "--no-project", "--python", str(interpreter), str(folder))
            _uv(lock, end, "pip", "sync", "--quiet", "--python", python, "--require-hashes", str(lock))
            (folder / "installed").touch()
    return folder


def _uv(lock: Path, end: float, *arguments: str) -> None:
    uv = shutil.which("uv", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    assert uv is not None
    command = (uv, *arguments)

    def run(seconds: float) -> str | None:
        try:
            ended = subprocess.run(command, check=False, capture_output=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            return f"It did not end within {seconds:.0f} seconds."
        return ended.stderr.decode(errors="replace")[-2000:] if ended.returncode else None

    if (why := got(run, end)) is not None:
        pytest.fail(f"The packages of {lock} could not be installed; these tests need a package registry:\n{why}")
