"""What someone did, in words, one phrase for each type of event. A revision is a step on the way, and reads as one."""

from collections.abc import Callable, Sequence
from typing import Any

from events.goal import types as g
from events.payload import Payload
from events.plan import types as p
from projections.audit_trail import consent_phrases
from projections.audit_trail.differences import Difference
from projections.audit_trail.words import because, changed, day, joined, level, quoted, spoken

Changes = Sequence[Difference]

_DECISIONS = {
    "keep": "go on as it is",
    "adjust_scale": "adjust the scale",
    "adjust_timeline": "adjust the timeline",
    "replace": "replace it with another goal",
    "hold": "put it on hold",
    "resume": "take it up again",
    "retire": "retire it",
    "achieve": "call it achieved",
}
_CAUSES = {
    "initial": "the first one",
    "routine": "by its cadence",
    "setback": "sooner, after a setback",
    "motivation": "because motivation dipped",
    "requested": "on request",
    "moved": "moved",
}
_INSTRUMENTS = {
    "phq9": "PHQ-9 score",
    "k10": "K10 score",
    "distress_thermometer": "distress",
    "mood": "mood",
}


def deed(data: Payload, changes: Changes) -> str:
    """What an event did, as it goes on after who did it: “agreed to the goal”.

    Args:
        changes: The exact changes, of an event that has some.
    """
    tell = _DEEDS.get(type(data))
    return tell(data, changes) if tell else f"recorded: {spoken(data.type_name.split('.')[2])}"


def _proposed(data: g.Proposed, changes: Changes) -> str:
    template = f", from the template {data.template.id} (version {data.template.version})" if data.template else ""
    return f"proposed the goal {quoted(data.statement)}{template}"


def _imported(data: g.Imported, changes: Changes) -> str:
    return f"brought in the goal {quoted(data.statement)} from {data.external[0].system}, as {spoken(data.status)}"


def _agreed(data: g.Agreed, changes: Changes) -> str:
    return f"agreed to the goal{because(data.note)}"


def _contested(data: g.Contested, changes: Changes) -> str:
    return f"pushed back on the goal{because(data.reason)}"


def _activated(data: g.Activated, changes: Changes) -> str:
    override = f", beyond the plan's limit{because(data.override.reason)}" if data.override else ""
    return f"began the work on the goal{override}"


def _revised(data: g.Revised, changes: Changes) -> str:
    what = changed(changes) or "nothing that differs"
    return f"revised the goal ({spoken(data.reason)}), and changed {what}{because(data.note)}"


def _change_requested(data: g.ChangeRequested, changes: Changes) -> str:
    return f"asked for a change{because(data.text)}"


def _change_answered(data: g.ChangeAnswered, changes: Changes) -> str:
    what = "the change that was asked for" if data.request else "what the goal was contested for"
    return f"answered {what} ({data.answer}){because(data.text)}"


def _milestone_set(data: g.MilestoneSet, changes: Changes) -> str:
    return f"set the milestone {quoted(data.text)} for {day(data.due)}"


def _milestone_met(data: g.MilestoneMet, changes: Changes) -> str:
    return f"told that the milestone {data.milestone} was met on {day(data.on)}"


def _progress_logged(data: g.ProgressLogged, changes: Changes) -> str:
    return f"wrote in the diary for {day(data.on)}: {', '.join(_said(data))}"


def _progress_corrected(data: g.ProgressCorrected, changes: Changes) -> str:
    what = changed(changes) or "nothing that differs"
    return f"corrected the diary entry {data.entry}, and changed {what}{because(data.reason)}"


def _progress_withdrawn(data: g.ProgressWithdrawn, changes: Changes) -> str:
    return f"withdrew the diary entry {data.entry}{because(data.reason)}"


def _review_scheduled(data: g.ReviewScheduled, changes: Changes) -> str:
    return f"set the next review for {day(data.due_on)} ({_CAUSES[data.cause]})"


def _reviewed(data: g.Reviewed, changes: Changes) -> str:
    present = joined(dict.fromkeys(data.participants))
    at = f", found it at level {level(data.level)}" if data.level is not None else ""
    return (
        f"reviewed the goal on {day(data.on)} ({present}){at}, and decided to {_DECISIONS[data.decision]}"
        f"{because(data.note)}"
    )


def _held(data: g.Held, changes: Changes) -> str:
    return f"put the goal on hold{because(data.reason)}"


def _resumed(data: g.Resumed, changes: Changes) -> str:
    return f"took the goal up again{because(data.reason)}"


def _closed(data: g.Closed, changes: Changes) -> str:
    at = f" at level {level(data.level)}" if data.level is not None else ""
    by = f", by the goal {data.replaced_by}" if data.replaced_by else ""
    return f"closed the goal as {spoken(data.outcome)}{at}{by}{because(data.reason)}"


def _reopened(data: g.Reopened, changes: Changes) -> str:
    return f"opened the goal again{because(data.reason)}"


def _entered_in_error(data: g.EnteredInError, changes: Changes) -> str:
    return f"marked the goal as entered in error{because(data.reason)}"


def _voided(data: g.Voided | p.Voided, changes: Changes) -> str:
    return f"declared void what stands at position {data.position} of the log and cannot be read{because(data.reason)}"


def _opened(data: p.Opened, changes: Changes) -> str:
    return (
        f"opened the plan, with {data.clinician} as clinician, a review every {data.review_every_days} days"
        f" and at most {data.active_goal_limit} active goals"
    )


def _amended(data: p.Amended, changes: Changes) -> str:
    return f"amended the plan, and changed {changed(changes) or 'nothing that differs'}{because(data.reason)}"


def _priorities_ranked(data: p.PrioritiesRanked, changes: Changes) -> str:
    ranked = sorted(data.priorities, key=lambda priority: priority.rank)
    return f"ranked the priorities: {'; '.join(f'{each.rank}. {quoted(each.text)}' for each in ranked)}"


def _measured(data: p.Measured, changes: Changes) -> str:
    return f"recorded a {_INSTRUMENTS[data.instrument]} of {data.score} for {day(data.on)}"


def _plan_closed(data: p.Closed, changes: Changes) -> str:
    return f"closed the plan{because(data.reason)}"


def _said(data: g.ProgressLogged) -> list[str]:
    said = []
    if data.done is not None:
        said.append("done" if data.done else "not done")
    if data.value is not None:
        said.append(f"{data.value:g}")
    if data.level is not None:
        said.append(f"level {level(data.level)}")
    if data.mood is not None:
        said.append(f"mood {data.mood} of 10")
    if data.motivation is not None:
        said.append(f"motivation {data.motivation} of 10")
    if data.setback:
        said.append("a setback")
    if data.note is not None:
        said.append(quoted(data.note))
    return said


# The payload's type is the key, so each function may name it; a dict cannot say that to the type checker.
_DEEDS: dict[type[Any], Callable[[Any, Changes], str]] = {
    g.Proposed: _proposed,
    g.Imported: _imported,
    g.Agreed: _agreed,
    g.Contested: _contested,
    g.Activated: _activated,
    g.Revised: _revised,
    g.ChangeRequested: _change_requested,
    g.ChangeAnswered: _change_answered,
    g.MilestoneSet: _milestone_set,
    g.MilestoneMet: _milestone_met,
    g.ProgressLogged: _progress_logged,
    g.ProgressCorrected: _progress_corrected,
    g.ProgressWithdrawn: _progress_withdrawn,
    g.ReviewScheduled: _review_scheduled,
    g.Reviewed: _reviewed,
    g.Held: _held,
    g.Resumed: _resumed,
    g.Closed: _closed,
    g.Reopened: _reopened,
    g.EnteredInError: _entered_in_error,
    g.Voided: _voided,
    p.Opened: _opened,
    p.Amended: _amended,
    p.PrioritiesRanked: _priorities_ranked,
    p.Measured: _measured,
    p.ConsentGiven: consent_phrases.consent_given,
    p.ConsentRevoked: consent_phrases.consent_revoked,
    p.Disclosed: consent_phrases.disclosed,
    p.Closed: _plan_closed,
    p.Voided: _voided,
}
