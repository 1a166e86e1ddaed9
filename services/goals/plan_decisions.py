"""What each plan event needs, and what follows from it."""

from events.event import Event
from events.plan import types as t
from services.goals import rules
from services.goals.known import Decision, Known

_FEW, _MANY = 3, 5


def opened(known: Known, submission: Event, data: t.Opened) -> Decision:
    """A plan is opened once, and again when someone comes back."""
    rules.plan_exists(known)
    return Decision()


def amended(known: Known, submission: Event, data: t.Amended) -> Decision:
    """An open plan can change at any time."""
    rules.plan_open(known)
    return Decision()


def priorities_ranked(known: Known, submission: Event, data: t.PrioritiesRanked) -> Decision:
    """Three to five priorities are usual; fewer or more are noted, not refused."""
    rules.plan_open(known)
    count = len(data.priorities)
    if _FEW <= count <= _MANY:
        return Decision()
    return Decision(notes=(f"{count} priorities were ranked; three to five are usual.",))


def measured(known: Known, submission: Event, data: t.Measured) -> Decision:
    """A score counts for the day it was taken; its range is the schema's."""
    rules.plan_missing(known)
    rules.progress_out_of_range(known, submission, data.on)
    return Decision()


def closed(known: Known, submission: Event, data: t.Closed) -> Decision:
    """A plan can close before its goals do; those still open are named."""
    rules.plan_open(known)
    still_open = sorted(token for token, goal in known.others.items() if goal.is_open)
    if not still_open:
        return Decision()
    return Decision(notes=(f"Goals still open: {', '.join(still_open)}.",))
