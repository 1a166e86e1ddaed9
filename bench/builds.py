"""Builds of Cairn: this one, and another in a checkout of its own that is measured beside it."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.failed import BenchFailed

HOUSE = Path(__file__).parents[1]
"""The folder that this build is in."""
_PYTHON = Path(".venv", "bin", "python")


class Build(NamedTuple):
    """Cairn as it is in a folder, run by the interpreter of its own environment.

    Attributes:
        name: How tables call it.
        house: The folder of the checkout.
        python: The interpreter.
    """

    name: str
    house: Path
    python: Path


OURS = Build("cairn", HOUSE, Path(sys.executable))
"""The build that this process is of."""


def build_at(house: Path) -> Build:
    """The build of a checkout, named after its commit.

    Raises:
        BenchFailed: it has no environment.
    """
    house = house.resolve()
    if not (house / _PYTHON).exists():
        raise BenchFailed(f"There is no {_PYTHON} in {house}. Run `make setup` there first.")
    described = subprocess.run(
        ["git", "-C", str(house), "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True
    )
    return Build(f"build {described.stdout.strip() or house.name}", house, house / _PYTHON)


def beside(against: Path | None) -> dict[str, Build]:
    """This build, named as ours, and the other one, if there is one."""
    if against is None:
        return {"": OURS}
    other = build_at(against)
    return {"": OURS, other.name: other}
