"""What the parts of Cairn and their states are called on the page Operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.gateway.pages.language import Language

_Said = Callable[[Language], str]
Look = Literal["", "wait", "hollow"]
"""How a chip looks: all is well, somebody is needed, or it is being seen to."""

_WELL = frozenset({"answering", "recording", "following", "connected", "live"})
_UNDER_WAY = frozenset({"building", "catching_up"})

_PROJECTIONS: Mapping[str, _Said] = {
    "goal_state": lambda language: language.gettext("Current state of goals"),
    "audit_trail": lambda language: language.gettext("Audit trail"),
    "review_schedule": lambda language: language.gettext("Review schedule"),
    "access_record": lambda language: language.gettext("Who read what"),
}
_SERVICES: Mapping[str, _Said] = {
    "gateway": lambda language: language.gettext("Gateway"),
    "goals": lambda language: language.gettext("Goals"),
    "intake": lambda language: language.gettext("Intake"),
    "reminders": lambda language: language.gettext("Reminders"),
    "projections": lambda language: language.gettext("Projections"),
    "access": lambda language: language.gettext("Record of who reads"),
    "nats-server": lambda language: language.gettext("NATS"),
}
_STATES: Mapping[str, _Said] = {
    "answering": lambda language: language.gettext("answering"),
    "recording": lambda language: language.gettext("recording"),
    "following": lambda language: language.gettext("following the log"),
    "connected": lambda language: language.gettext("connected"),
    "silent": lambda language: language.gettext("does not answer"),
    "stopped": lambda language: language.gettext("stopped"),
    "replaced": lambda language: language.gettext("finds another log"),
    "full": lambda language: language.gettext("finds no room in the log"),
    "unfit": lambda language: language.gettext("finds the log set up wrongly"),
    "unknown": lambda language: language.gettext("not known"),
    "live": lambda language: language.gettext("live"),
    "building": lambda language: language.gettext("being built"),
    "catching_up": lambda language: language.gettext("catching up"),
    "never_started": lambda language: language.gettext("never started"),
    "log_replaced": lambda language: language.gettext("built from another log"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: a shape and a word."""

    text: str
    look: Look


def chip(language: Language, state: str) -> Chip:
    """A state of a service or of a projection."""
    look: Look = "" if state in _WELL else "hollow" if state in _UNDER_WAY else "wait"
    return Chip(_name(_STATES, language, state), look)


def projection_name(language: Language, name: str) -> str:
    """What a projection is called."""
    return _name(_PROJECTIONS, language, name)


def _name(names: Mapping[str, _Said], language: Language, name: str) -> str:
    """What something of Cairn is called; what another package has brought along is called as that calls it."""
    return names[name](language) if name in names else name


def service_name(language: Language, name: str) -> str:
    """What a service is called."""
    return _name(_SERVICES, language, name)
