"""Whether `events`, `services` and `projections` are Cairn's own packages, and not another distribution's.

Their names are general, and another distribution may ship a package of the same name: PyPI's `Events` 0.5 has one
called `events`. Installed beside Cairn, one of the two hides or overwrites the other, and some import fails. This says
it in a sentence instead. docs/decisions/0019 says why the names are so.
"""

from importlib import import_module
from pathlib import Path

PACKAGES = ("events", "projections", "services")
DISTRIBUTION = "cairn"
_HOUSE = Path(__file__).resolve().parents[2]


def check_packages() -> None:
    """Make sure that each of Cairn's top-level packages is the one beside this file.

    Raises:
        SystemExit: another distribution's package of that name is found in its place; with the sentence that says so.
    """
    for name in PACKAGES:
        found = import_module(name)
        place = Path(found.__file__).resolve().parent if found.__file__ else None
        if getattr(found, "DISTRIBUTION", None) != DISTRIBUTION or place != _HOUSE / name:
            raise SystemExit(
                f"Error: Python finds a package named “{name}” that is not Cairn's, in {place or 'several folders'}."
                f" Another distribution has brought it (`pip list` names them; one is “Events”). Install Cairn in a"
                f" virtual environment of its own, or remove that distribution and install Cairn again."
            )
