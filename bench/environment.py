"""The environment of a process that is to have the same settings."""

import os

from services.settings import Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """This process's environment with these settings in it, and no others of Cairn."""
    ours = {f"CAIRN_{name.upper()}": str(value) for name, value in settings if value is not None}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}, **ours}
