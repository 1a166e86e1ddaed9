"""`make setup` comes to a whole environment, whatever it was interrupted in and whatever is activated.

What installs packages is played by a script, so that each setup takes a moment and no network.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
_TAKING_AWAY = "rm -rf .venv"
_STEPS = (_TAKING_AWAY, "uv venv", "uv pip sync", "uv pip install")

_UV = """#!/bin/sh
set -e
case "$1 $2" in
venv*)
    test -x "$4"
    mkdir -p .venv/bin
    ln -s "$4" .venv/bin/python3
    ln -s python3 .venv/bin/python
    printf 'home = %s\\n' "${4%/*}" >.venv/pyvenv.cfg
    ;;
'pip sync') cp "$0" .venv/bin/uv ;;
'pip install') echo "$(cat requirements-dev.lock)" >.venv/installed ;;
esac
case "uv $1 $2" in "$KILLED_AT"*) kill -9 0 ;; esac
"""

_RM = """#!/bin/sh
case "rm $*" in
"$KILLED_AT") {rm} -f .venv/pyvenv.cfg; kill -9 0 ;;
*) exec {rm} "$@" ;;
esac
"""


class House:
    """A folder with the Makefile, a lock, and tools that can be killed at a step."""

    def __init__(self, folder: Path):
        self.tree, self.tools = folder / "house", folder / "tools"
        self.tree.mkdir()
        self.tools.mkdir()
        shutil.copy(HOUSE / "Makefile", self.tree)
        (self.tree / "pyproject.toml").touch()
        self.lock("first")
        (self.tools / "python3").symlink_to(sys._base_executable)  # type: ignore[attr-defined] # as venv itself asks
        for name, script in (("uv", _UV), ("rm", _RM.format(rm=shutil.which("rm")))):
            (self.tools / name).write_text(script)
            (self.tools / name).chmod(0o700)

    def lock(self, text: str) -> None:
        """Change the lock."""
        (self.tree / "requirements-dev.lock").write_text(f"{text}\n")

    def setup(self, *, activated: bool, killed_at: str = "nowhere") -> subprocess.CompletedProcess[str]:
        """Run `make setup`, and end it and all that it started at a step."""
        environment = {
            "PATH": f"{f'{self.tree}/.venv/bin:' if activated else ''}{self.tools}:/usr/local/bin:/usr/bin:/bin",
            "TMPDIR": str(self.tools),
            "KILLED_AT": killed_at,
        }
        return subprocess.run(
            ("make", "setup"),
            cwd=self.tree,
            env=environment,
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def installed(self) -> str:
        """The lock from which the environment was made; nothing when it is not whole."""
        environment = self.tree / ".venv"
        whole = all((environment / name).exists() for name in ("pyvenv.cfg", "bin/python", "bin/uv", "installed"))
        return (environment / "installed").read_text().strip() if whole else ""


@pytest.fixture
def house(tmp_path: Path) -> House:
    if shutil.which("make") is None:
        pytest.skip("needs make")
    pytest.importorskip("ensurepip", reason="needs a Python that can make environments")
    made = House(tmp_path)
    ran = made.setup(activated=False)
    assert (ran.returncode, made.installed) == (0, "first"), ran.stderr
    return made


def test_it_does_nothing_when_the_environment_is_up_to_date(house: House) -> None:
    assert house.setup(activated=True, killed_at="rm").stdout == ""


def test_the_environment_that_is_activated_is_made_anew_for_another_lock(house: House) -> None:
    house.lock("second")
    ran = house.setup(activated=True)
    assert (ran.returncode, house.installed) == (0, "second"), ran.stderr


@pytest.mark.parametrize("step", _STEPS)
def test_it_recovers_after_it_was_killed(house: House, step: str) -> None:
    house.lock("second")
    killed = house.setup(activated=True, killed_at=step)
    assert killed.returncode == -9
    ran = house.setup(activated=True)
    assert (ran.returncode, house.installed) == (0, "second"), ran.stderr


def test_half_an_environment_is_not_up_to_date_with_the_lock_from_before(house: House) -> None:
    house.lock("second")
    house.setup(activated=True, killed_at=_TAKING_AWAY)
    house.lock("first")
    ran = house.setup(activated=True)
    assert (ran.returncode, house.installed) == (0, "first"), ran.stderr


def test_without_a_python_it_says_what_to_install(house: House) -> None:
    house.lock("second")
    ran = subprocess.run(
        ("make", "setup", "PYTHON=no-such-python"), cwd=house.tree, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert "Cairn needs Python 3.11 or later" in ran.stderr
    assert "make setup PYTHON=/path/to/python3" in ran.stderr
