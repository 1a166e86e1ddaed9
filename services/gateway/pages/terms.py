"""What Cairn's own terms are called on a page: short, everyday, about people. Never a code."""

from collections.abc import Callable
from typing import cast

from events.vocabulary import (
    Accommodation,
    ActorRole,
    Answer,
    Direction,
    Horizon,
    Instrument,
    Kind,
    LifeArea,
    Outcome,
    Per,
    ReviewCause,
    ReviewDecision,
    RevisionReason,
    Setting,
    Status,
    Whose,
)
from services.gateway.pages.language import Language

_Said = Callable[[Language], str]

_ROLES: dict[ActorRole, _Said] = {
    "patient": lambda language: language.gettext("patient"),
    "clinician": lambda language: language.gettext("clinician"),
    "supervisor": lambda language: language.gettext("supervisor"),
    "family": lambda language: language.gettext("family"),
    "system": lambda language: language.gettext("another system"),
}
_REASONS_OF: dict[Whose, _Said] = {
    "own": lambda language: language.gettext("their own reason"),
    "family": lambda language: language.gettext("their family’s reason"),
    "court": lambda language: language.gettext("the court’s reason"),
    "employer": lambda language: language.gettext("their employer’s reason"),
    "other": lambda language: language.gettext("somebody else’s reason"),
}
_MY_REASONS_OF: dict[Whose, _Said] = {
    "own": lambda language: language.gettext("your own reason"),
    "family": lambda language: language.gettext("your family’s reason"),
    "employer": lambda language: language.gettext("your employer’s reason"),
}
_SETTINGS: dict[Setting, _Said] = {
    "residential": lambda language: language.gettext("residential"),
    "day": lambda language: language.gettext("day treatment"),
    "outpatient": lambda language: language.gettext("outpatient"),
}
_LIFE_AREAS: dict[LifeArea, _Said] = {
    "family": lambda language: language.pgettext("part of life", "family"),
    "work": lambda language: language.pgettext("part of life", "work"),
    "coping": lambda language: language.pgettext("part of life", "coping"),
    "attendance": lambda language: language.pgettext("part of life", "being there"),
    "sobriety": lambda language: language.pgettext("part of life", "sobriety"),
    "health": lambda language: language.pgettext("part of life", "health"),
    "other": lambda language: language.pgettext("part of life", "something else"),
}
_HORIZONS: dict[Horizon, _Said] = {
    "long_term": lambda language: language.gettext("long-term"),
    "short_term": lambda language: language.gettext("short-term"),
}
_KINDS: dict[Kind, _Said] = {
    "process": lambda language: language.gettext("what is done"),
    "outcome": lambda language: language.gettext("what comes of it"),
}
_ACCOMMODATIONS: dict[Accommodation, _Said] = {
    "simplified_language": lambda language: language.gettext("simple words"),
    "visual_tools": lambda language: language.gettext("pictures"),
    "short_reviews": lambda language: language.gettext("short reviews, every week"),
}
_INSTRUMENTS: dict[Instrument, _Said] = {
    "phq9": lambda language: language.gettext("PHQ-9"),
    "k10": lambda language: language.gettext("K10"),
    "distress_thermometer": lambda language: language.gettext("distress thermometer"),
    "mood": lambda language: language.gettext("mood"),
}
_WHY_REVIEWED: dict[ReviewCause, _Said] = {
    "initial": lambda language: language.gettext("the first review"),
    "routine": lambda language: language.gettext("the next review"),
    "setback": lambda language: language.gettext("after a setback"),
    "motivation": lambda language: language.gettext("as motivation dipped"),
    "requested": lambda language: language.gettext("as asked for"),
    "moved": lambda language: language.gettext("moved"),
}
_WHY_REVISED: dict[RevisionReason, _Said] = {
    "setback": lambda language: language.gettext("after a setback"),
    "life_event": lambda language: language.gettext("because life changed"),
    "no_longer_fits": lambda language: language.gettext("because it no longer fitted"),
    "too_easy": lambda language: language.gettext("because it had become easy"),
    "too_hard": lambda language: language.gettext("because it asked a lot"),
    "achieved_early": lambda language: language.gettext("because it was reached early"),
    "motivation": lambda language: language.gettext("because motivation changed"),
    "patient_request": lambda language: language.gettext("on request"),
    "clinical": lambda language: language.gettext("for a clinical reason"),
    "correction": lambda language: language.gettext("to put it right"),
}
_STEPS: dict[int, _Said] = {
    2: lambda language: language.gettext("two steps more than expected"),
    1: lambda language: language.gettext("one step more than expected"),
    0: lambda language: language.gettext("as expected"),
    -1: lambda language: language.gettext("one step to go"),
    -2: lambda language: language.gettext("two steps to go"),
}
_OUTCOMES: dict[Outcome, _Said] = {
    "achieved": lambda language: language.gettext("reached"),
    "partially_achieved": lambda language: language.gettext("reached in part"),
    "not_achieved": lambda language: language.gettext("over, and some of it stays open"),
    "retired": lambda language: language.gettext("let go"),
    "replaced": lambda language: language.gettext("another goal took its place"),
}
_DECISIONS: dict[ReviewDecision, _Said] = {
    "keep": lambda language: language.gettext("go on as it is"),
    "adjust_scale": lambda language: language.gettext("change the steps"),
    "adjust_timeline": lambda language: language.gettext("allow more time"),
    "replace": lambda language: language.gettext("put another goal in its place"),
    "hold": lambda language: language.gettext("let it rest for a while"),
    "resume": lambda language: language.gettext("take it up again"),
    "retire": lambda language: language.gettext("let it go"),
    "achieve": lambda language: language.gettext("call it reached"),
}
_ANSWERS: dict[Answer, _Said] = {
    "accepted": lambda language: language.gettext("yes"),
    "adapted": lambda language: language.gettext("yes, in another way"),
    "declined": lambda language: language.gettext("not now"),
}
_DIRECTIONS: dict[Direction, _Said] = {
    "at_least": lambda language: language.gettext("at least"),
    "at_most": lambda language: language.gettext("at most"),
}
_OFTEN: dict[Per, _Said] = {
    "day": lambda language: language.gettext("a day"),
    "week": lambda language: language.gettext("a week"),
    "month": lambda language: language.gettext("a month"),
}
_STATUSES: dict[Status, _Said] = {
    "proposed": lambda language: language.pgettext("a goal", "proposed"),
    "contested": lambda language: language.pgettext("a goal", "questioned"),
    "agreed": lambda language: language.pgettext("a goal", "agreed to"),
    "active": lambda language: language.pgettext("a goal", "worked on"),
    "held": lambda language: language.pgettext("a goal", "set aside for a while"),
    "closed": lambda language: language.pgettext("a goal", "closed"),
    "entered_in_error": lambda language: language.pgettext("a goal", "entered by mistake"),
}


def role(language: Language, which: ActorRole) -> str:
    """In which role somebody acted."""
    return _ROLES[which](language)


def whose_reason(language: Language, whose: Whose, *, own_page: bool = False) -> str:
    """Whose reason for the treatment it is.

    Args:
        own_page: Whether it is said to the patient.
    """
    said = _MY_REASONS_OF.get(whose) if own_page else None
    return (said or _REASONS_OF[whose])(language)


def setting(language: Language, which: Setting) -> str:
    """Where the patient is treated."""
    return _SETTINGS[which](language)


def life_area(language: Language, which: LifeArea) -> str:
    """Which part of life a goal is about."""
    return _LIFE_AREAS[which](language)


def horizon(language: Language, which: Horizon) -> str:
    """How long a goal takes."""
    return _HORIZONS[which](language)


def kind(language: Language, which: Kind) -> str:
    """What a goal looks at."""
    return _KINDS[which](language)


def accommodation(language: Language, which: Accommodation) -> str:
    """What makes the pages and the talks fit a patient."""
    return _ACCOMMODATIONS[which](language)


def instrument(language: Language, which: Instrument) -> str:
    """What a score is of."""
    return _INSTRUMENTS[which](language)


def why_reviewed(language: Language, cause: str) -> str:
    """Why a review was set; what is no cause that is known stands as it is."""
    said = _WHY_REVIEWED.get(cast(ReviewCause, cause))
    return cause if said is None else said(language)


def why_revised(language: Language, reason: RevisionReason) -> str:
    """Why a goal was changed, as it goes on after what was changed. A change is never a failure."""
    return _WHY_REVISED[reason](language)


def step(language: Language, level: int) -> str:
    """Where a goal stands on its scale, seen from the step that was expected."""
    return _STEPS[level](language)


def outcome(language: Language, which: Outcome) -> str:
    """How a goal ended. None is a failure."""
    return _OUTCOMES[which](language)


def decision(language: Language, which: ReviewDecision) -> str:
    """What a review decided, as it goes on after “to”."""
    return _DECISIONS[which](language)


def answer(language: Language, which: Answer) -> str:
    """What became of a change that was asked for."""
    return _ANSWERS[which](language)


def direction(language: Language, which: Direction) -> str:
    """On which side of its target a number is enough."""
    return _DIRECTIONS[which](language)


def per(language: Language, which: Per) -> str:
    """In which time something is counted."""
    return _OFTEN[which](language)


def status(language: Language, which: Status) -> str:
    """What a goal that is brought over was in the system before."""
    return _STATUSES[which](language)
