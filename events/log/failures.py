"""The errors of the log, and what is known when one is raised."""

from events.errors import CairnError


class WrongVersion(CairnError):
    """The goal (or patient) has moved on from the expected position; nothing was stored."""


class LogBusy(CairnError):
    """Too many writes are waiting; this one was not taken on."""


class LogUnavailable(CairnError):
    """The log cannot be written now.

    Attributes:
        certain: True when nothing was stored for sure; False when that could not be found out.
    """

    def __init__(self, message: str, *, certain: bool):
        super().__init__(message)
        self.certain = certain


class LogFull(LogUnavailable):
    """The log stores nothing more, and nothing of this append was stored: somebody has to make room.

    Attributes:
        told: Whether the server says so. It does not when its disk is full: then it answers nothing at all.
    """

    def __init__(self, message: str, *, told: bool):
        super().__init__(message, certain=True)
        self.told = told


class MessageTooLarge(CairnError):
    """The server takes no message of this size; nothing was stored."""


class LogUnreachable(CairnError):
    """The log cannot be read now."""
