"""What SQL dashboards read of the past."""

from typing import get_args

from sqlalchemy import Text, and_, func, literal, select

from events.goal.types import Revised
from events.vocabulary import RevisionReason
from projections.engine.projection import Tables, View, Views

_EVENT = {
    "org": "The organisation.",
    "position": "Where in the log it is.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id; plan for the plan.",
    "version": "Which event of the goal or plan it is, counted from 1.",
    "type": "The type of event, such as cairn.goal.revised.v1.",
    "actor": "Who did it.",
    "actor_role": "In which role: patient, clinician, supervisor, family or system.",
    "happened_at": "When it happened, as they say.",
    "recorded_at": "When it was recorded.",
    "source": "The system that sent it.",
    "event_id": "Its id there.",
    "cause": "The version of the event of the same goal that this one followed from by itself; null for others.",
    "sentence": "Who did what, in words; when, is in happened_at and recorded_at.",
    "data": "What it says, as JSON.",
    "entered_by": "Who typed it in, where that was not the actor; null where nobody is named.",
    "submitted_by": "Who submitted it, as Cairn knows them; cairn where it follows by itself, null before Cairn knew.",
    "submitter_role": "In which role: patient, family, clinician, supervisor, system, operator; null as submitted_by.",
}
_REVISION = {
    "org": "The organisation.",
    "patient": "The patient's opaque id.",
    "goal": "The goal's id.",
    "version": "The goal's version with the revision.",
    "position": "Where in the log it is.",
    "actor": "Who revised it.",
    "actor_role": "In which role.",
    "happened_at": "When it happened, as they say.",
    "recorded_at": "When it was recorded.",
    "reason": f"Why: {', '.join(get_args(RevisionReason))}.",
    "note": "Why, in words; null where none were given.",
    "field": "The path of a changed field, with dots: smart.measure.target.",
    "before": "Its value before, as JSON; the word null where there was none.",
    "after": "Its value since, as JSON; the word null where it is gone.",
}
_OF_A_CHANGE = ("reason", "note", "field", "before", "after")


def views(tables: Tables, dialect: str) -> Views:
    """`v_audit` and `v_goal_revisions`."""
    events, changes = tables["events"], tables["changes"]
    of_the_event = and_(changes.c.org == events.c.org, changes.c.position == events.c.position)
    revisions = (
        select(*((changes if name in _OF_A_CHANGE else events).c[name].label(name) for name in _REVISION))
        .select_from(events.join(changes, of_the_event))
        .where(events.c.type == Revised.type_name)
    )
    begins = func.upper(func.substr(events.c.deed, 1, 1), type_=Text)
    sentence = begins.concat(func.substr(events.c.deed, 2, type_=Text)).concat(literal("."))
    columns = (sentence.label(name) if name == "sentence" else events.c[name] for name in _EVENT)
    return {
        "v_audit": View("Each event of the log that could be taken in.", _EVENT, select(*columns)),
        "v_goal_revisions": View("Each field that a revision changed.", _REVISION, revisions),
    }
