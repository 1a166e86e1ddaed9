"""Programs in Python that Cairn does not depend on and that judge it, in an environment of their own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic_core import from_json, to_json

from tests.exchange.python_environment import environment

JUDGES = Path(__file__).parent / "judges"
_LOCK = JUDGES / "requirements.txt"
_NEEDED = (3, 12)
_PYTHONS = ("python3", "python3.12", "python3.13", "python3.14", "python3.15")
_RUNNING_SECONDS = 200


class PythonJudges:
    """The programs, and the environment that they run in."""

    def __init__(self, folder: Path):
        self._bin = folder / "bin"

    @classmethod
    def installed(cls, cache: Path) -> "PythonJudges":
        """The environment below `cache`, made once for each lock file.

        The test fails, with a sentence, where there is no Python that is new enough, or no registry with the packages.
        """
        return cls(environment(cache, _LOCK, _python()))

    @property
    def python(self) -> Path:
        """Its Python, which has `cryptography` and nothing of Cairn's."""
        return self._bin / "python"

    def say(self, questions: Sequence[Mapping[str, object]]) -> list[bool]:
        """What aics-tlog says to each question."""
        command = (str(self.python), str(JUDGES / "tlog.py"))
        ended = subprocess.run(
            command, input=to_json(questions), check=False, capture_output=True, timeout=_RUNNING_SECONDS
        )
        assert ended.returncode == 0, ended.stderr.decode(errors="replace")[-4000:]
        answers = from_json(ended.stdout)
        assert len(answers) == len(questions)
        return [bool(each) for each in answers]

    def witness(self, *arguments: str) -> str:
        """What a command of aics-witness prints."""
        ended = subprocess.run(
            (str(self._bin / "aics-witness"), *arguments), check=False, capture_output=True, timeout=_RUNNING_SECONDS
        )
        assert ended.returncode == 0, ended.stderr.decode(errors="replace")[-4000:]
        return ended.stdout.decode()

    @contextmanager
    def witness_serving(self, config: Path) -> Iterator[str]:
        """aics-witness while the block lasts; gives its address."""
        process = subprocess.Popen(
            (str(self._bin / "aics-witness"), "serve", "-c", str(config)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            text=True,
        )
        try:
            assert process.stderr is not None
            said: list[str] = []
            for line in process.stderr:
                said.append(line)
                if " listening on " in line:
                    yield line.split(" listening on ")[1].split()[0]
                    return
            raise AssertionError("aics-witness has ended: " + "".join(said))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _python() -> Path:
    """A Python that is new enough: of the path, or of pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [Path(which) for name in _PYTHONS if (which := shutil.which(name)) is not None]
    for each in (Path(sys.executable), *found, *sorted(versions.glob("3.*/bin/python3"), reverse=True)):
        asked = (str(each), "-c", f"import sys, venv; sys.exit(sys.version_info < {_NEEDED})")
        # What pyenv puts into the path ends with an error where its version is not the one that is set.
        if subprocess.run(asked, check=False, capture_output=True, timeout=_RUNNING_SECONDS).returncode == 0:
            return each
    return pytest.fail(
        "aics-tlog and aics-witness need Python 3.12 or later, and there is none in the path or of pyenv."
    )
