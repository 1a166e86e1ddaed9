"""What can ask for somebody, in the report of how this Cairn is doing."""

from typing import Any, Literal

Json = dict[str, Any]  # a JSON object of mixed values
Trouble = Literal[
    "proof.stopped",
    "proof.altered",
    "log.unavailable",
    "log.full",
    "log.unfit",
    "log.missing",
    "log.replaced",
    "log.unsound",
    "goals.unavailable",
    "goals.not_recording",
    "access.not_recorded",
    "service.silent",
    "projection.unknown",
    "projection.behind",
    "projection.quarantined",
    "projection.stopped",
    "projection.unbuilt",
    "projection.building",
    "proof.silent",
    "proof.waiting",
    "proof.policy",
    "proof.behind",
    "proof.unpublished",
    "proof.unwitnessed",
    "proof.witness",
]
"""The order in which they are told: first that the log may have been changed, then what keeps things from being
recorded, then what keeps them from being shown, then what keeps them from being proven."""


def trouble(code: Trouble, about: str, **more: object) -> Json:
    """A trouble as the report has it.

    Args:
        about: The stream, the service, the projection or the witness.
    """
    return {"code": code, "about": about, "events": None, "seconds": None, "percent": None, "detail": None, **more}
