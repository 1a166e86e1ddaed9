"""Checks of the ids that a submission names: one function for each kind of reference, named as its field.

Each function returns when the named thing exists, and raises `Rejected` with the field when it does not.
"""

from collections.abc import Mapping
from operator import attrgetter

from events.errors import FieldError, Rejected
from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.plan import PlanState
from services.goals.decision_context import DecisionContext

_ENTRY = attrgetter("entry")
"""Gets an entry's id; faster than a generator."""


def sensible(field: str, *, holds: bool, detail: str) -> None:
    """A field must make sense beside the others; the code is `event.invalid`."""
    if not holds:
        raise Rejected("event.invalid", detail, (FieldError(field, detail),))


def priority(plan: PlanState, named: str | None) -> None:
    """A goal serves a priority of the patient's plan."""
    sensible(
        "priority",
        holds=named is None or any(each.id == named for each in plan.priorities),
        detail="The plan has no priority with this id.",
    )


def supports(context: DecisionContext, own: str, named: str | None) -> None:
    """Alignment is to a long-term goal of the same patient, without cycles."""
    if named is not None:
        goal_supports_unknown(context.others, own, named)
        goal_supports_cycle(context.others, own, named)


def goal_supports_unknown(others: Mapping[str, GoalState], own: str, named: str) -> None:
    """A goal can only support a long-term goal of the same patient."""
    if named == own:
        return
    goal = others.get(named)
    if goal is not None and goal.horizon == "long_term" and goal.status != "entered_in_error":
        return
    if goal is None:
        why = "there is none with this id"
    else:
        why = "this one was entered in error" if goal.status == "entered_in_error" else "this one is not long-term"
    raise Rejected(
        "goal.supports_unknown",
        f"A goal can only support a long-term goal of the same patient, and {why}.",
        (FieldError("supports", "Name a long-term goal of the same patient."),),
    )


def goal_supports_cycle(others: Mapping[str, GoalState], own: str, named: str) -> None:
    """Goals cannot support each other in a circle, nor themselves."""
    if named == own:
        raise Rejected(
            "goal.supports_cycle",
            "A goal cannot support itself.",
            (FieldError("supports", "Name another goal, one that this goal leads to."),),
        )
    seen = {own}
    step: str | None = named
    while step is not None and step not in seen:
        seen.add(step)
        step = others[step].supports if step in others else None
    if step is not None:
        raise Rejected(
            "goal.supports_cycle",
            f"{own} and {named} would support each other in a circle.",
            (FieldError("supports", "Name a goal that does not lead back to this one."),),
        )


def new_request(goal: GoalState, named: str) -> None:
    """A change request has an id of its own."""
    sensible(
        "request",
        holds=all(each.request != named for each in goal.change_requests),
        detail="A change request with this id exists already.",
    )


def open_request(goal: GoalState, named: str) -> None:
    """An answer goes to a change request that waits for one."""
    sensible(
        "request",
        holds=any(each.request == named and each.answer is None for each in goal.change_requests),
        detail="There is no open change request with this id.",
    )


def open_contest(goal: GoalState) -> None:
    """An answer that names no change request answers the party that contested the goal."""
    sensible(
        "request",
        holds=goal.awaits_answer,
        detail="Nothing waits for an answer; name the change request.",
    )


def unmet_milestone(goal: GoalState, named: str) -> None:
    """A milestone can be set, and changed, until it is met."""
    sensible(
        "milestone",
        holds=all(each.milestone != named or each.met_on is None for each in goal.milestones),
        detail="The milestone with this id was met already.",
    )


def milestone_ahead(goal: GoalState, named: str) -> None:
    """A milestone is met once, after it was set."""
    sensible(
        "milestone",
        holds=any(each.milestone == named and each.met_on is None for each in goal.milestones),
        detail="There is no milestone ahead with this id.",
    )


def new_entry(goal: GoalState, named: str) -> None:
    """An entry has an id of its own; the codes say whether what was meant is a correction."""
    if goal.progress.named(named):
        raise Rejected(
            "entry.exists",
            "An entry with this id exists already; correct it with progress_corrected.",
            (FieldError("entry", "Give a new entry an id of its own."),),
        )
    if named in map(_ENTRY, goal.withdrawn):
        raise Rejected(
            "entry.exists",
            "An entry with this id was withdrawn; log it anew under an id of its own.",
            (FieldError("entry", "Give a new entry an id of its own."),),
        )


def entry(goal: GoalState, named: str) -> ProgressEntry:
    """Only an entry that was logged can be corrected or withdrawn."""
    found = goal.progress.named(named)
    if not found:
        withdrawn = named in map(_ENTRY, goal.withdrawn)
        detail = "The entry with this id was withdrawn." if withdrawn else "There is no entry with this id (yet)."
        raise Rejected("entry.unknown", detail, (FieldError("entry", "Name an entry of this goal."),))
    return found[0]


def review(goal: GoalState, position: int | None) -> None:
    """A revision can name only a review of the same goal."""
    sensible(
        "review",
        holds=position is None or any(each.position == position for each in goal.reviews),
        detail="No review of this goal is at this position of the log.",
    )


def replaced_by(context: DecisionContext, named: str | None) -> None:
    """A goal is replaced by another goal of the same patient that was not entered in error."""
    other = context.others.get(named) if named is not None else None
    sensible("replaced_by", holds=named is None or other is not None, detail="The patient has no other such goal.")
    sensible(
        "replaced_by",
        holds=other is None or other.status != "entered_in_error",
        detail="That goal was entered in error; name the one that takes this goal's place.",
    )
