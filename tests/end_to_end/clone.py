"""A clone of this checkout with an environment, both elsewhere and made in seconds.

Its files are those of the last commit with what has changed in them since, or was added: a file that was forgotten is
missing, and a mending need not be committed to be tried. The environment is a copy of the present one, as a new one
takes a minute and a network.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from pwd import struct_passwd

import pytest

from bench.peers.permissions import open_copy
from tests.end_to_end.node import HOUSE

_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_PACKAGES = ("bench", "events", "projections", "services", "tests")
_COMMANDS = ("cairn", "nats-server", "pytest")
_SETTINGS = "[safe]\n\tdirectory = *\n"
"""Git reads the checkout whoever owns it; a container's often belongs to another account."""


def clone(tree: Path) -> None:
    """Make a clone; where there is no git, or nothing to clone, the test is skipped."""
    if shutil.which("git") is None or not (HOUSE / ".git").exists():
        pytest.skip("needs git, and a checkout of it")
    settings = tree.with_name("gitconfig")
    settings.write_text(_SETTINGS)
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": str(settings), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run(
            ("git", *arguments), env=environment, input=given, stdout=subprocess.PIPE, check=True
        ).stdout

    git("clone", "--quiet", "--no-hardlinks", str(HOUSE), str(tree))
    changed = git("-C", str(HOUSE), "diff", "--binary", "HEAD")
    if changed:
        git("-C", str(tree), "apply", given=changed)
    _bring_compiled(tree)


def _bring_compiled(tree: Path) -> None:
    """Give a clone what is compiled of its files already, which takes seconds; Python knows it by a file's time."""
    for compiled in (path for package in _PACKAGES for path in (HOUSE / package).rglob("__pycache__/*.pyc")):
        source = compiled.parent.with_name(f"{compiled.name.partition('.')[0]}.py")
        there = tree / source.relative_to(HOUSE)
        if source.exists() and there.exists() and there.read_bytes() == source.read_bytes():
            os.utime(there, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
            cache = there.parent / compiled.parent.name
            cache.mkdir(exist_ok=True)
            shutil.copyfile(compiled, cache / compiled.name)


def make_environment(tree: Path, python: Path) -> None:
    """Make the clone's `.venv`, which `make setup` finds up to date."""
    environment, present = tree / ".venv", Path(sysconfig.get_path("scripts"))
    scripts, packages = environment / "bin", environment / "lib" / _VERSION / "site-packages"
    packages.parent.mkdir(parents=True)
    open_copy(Path(sysconfig.get_path("purelib")), packages)
    (environment / "pyvenv.cfg").write_text(f"home = {python.parent}\n")
    scripts.mkdir()
    (scripts / "python").symlink_to(python)
    for name in _COMMANDS:
        open_copy(present / name, scripts / name)
    for file in (*scripts.iterdir(), *packages.glob("*.pth")):
        if not file.is_symlink() and file.name != "nats-server":
            _replace(file, {str(present): str(scripts), str(HOUSE): str(tree)})
    made_from = ("requirements-dev.lock", "pyproject.toml")
    (environment / "ready").write_text(f"{tree}\n" + "".join((tree / name).read_text() for name in made_from))


def give(folder: Path, account: struct_passwd) -> None:
    """Give a folder and all in it to an account, but for files that are links to those of the present environment."""
    for inside, _, names in os.walk(folder):
        os.chown(inside, account.pw_uid, account.pw_gid)
        for file in (Path(inside, name) for name in names):
            if file.lstat().st_nlink == 1:
                os.chown(file, account.pw_uid, account.pw_gid, follow_symlinks=False)


def python_for(account: struct_passwd) -> Path | None:
    """The first Python of the present version that an account can start; root's own may be closed to others."""
    folders = (Path(sys.base_prefix, "bin"), *map(Path, os.get_exec_path()))
    return next((python for folder in folders if _starts(python := folder / _VERSION, account)), None)


def _starts(python: Path, account: struct_passwd) -> bool:
    user = None if account.pw_uid == os.geteuid() else account.pw_uid
    try:
        return subprocess.run((python, "-c", ""), user=user, cwd="/", env={}, check=False).returncode == 0
    except OSError:
        return False


def _replace(file: Path, words: dict[str, str]) -> None:
    """Write a file anew, as it may be a link to one of the present environment."""
    text, mode = file.read_text(), file.stat().st_mode
    for present, new in words.items():
        text = text.replace(present, new)
    file.unlink()
    file.write_text(text)
    file.chmod(mode)
