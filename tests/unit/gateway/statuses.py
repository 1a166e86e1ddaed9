"""How a projection is doing, as the gateway finds it, for tests of what is made of it."""

from typing import Any


def status(name: str = "goal_state", **fields: object) -> dict[str, Any]:  # Any: JSON of mixed values
    """One that is live and has taken everything in."""
    return {
        "name": name,
        "stream": "CAIRN_LOG",
        "version": 1,
        "state": "live",
        "position": 7,
        "head": 7,
        "lag": 0,
        "lag_seconds": 0.0,
        "rate": 12.5,
        "quarantined": 0,
        "recorded_at": None,
        "last_error": None,
        "last_error_at": None,
        "updated_at": None,
        "building": None,
        **fields,
    }
