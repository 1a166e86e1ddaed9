"""The fold of a goal: the only place that says which state a goal's events result in.

The fold takes every event that the log holds as a fact. It never refuses one; rules belong to the decision.
"""

from collections.abc import Callable, Iterable, Set
from typing import Any

from events.event import RecordedEvent
from events.goal import types as t
from events.goal.entries import Entries, ProgressEntry, Rating
from events.goal.motivation import brings_dip, dips
from events.goal.state import (
    Agreement,
    ChangeRequest,
    Closing,
    Contest,
    GoalState,
    Milestone,
    PastReview,
    Reopening,
    Revision,
    ScheduledReview,
    WithdrawnEntry,
)
from events.goal.steep_revision import is_steep
from events.vocabulary import ActorRole, Measure, Party, Smart, Status

FOLD_VERSION = 4
"""Increased whenever the same events fold into a different state; stored states of another version are ignored."""

_BEGINNINGS = (t.Proposed, t.Imported)
Update = dict[str, Any]  # field of GoalState → its new value; model_copy takes nothing narrower


def fold_goal(state: GoalState | None, recorded: RecordedEvent) -> GoalState | None:
    """The state after one more event. Events before the goal exists leave it not existing."""
    data = recorded.data
    if isinstance(data, _BEGINNINGS):
        return _created(recorded, data)
    if state is None:
        return None
    update = _FOLDS[type(data)](state, data, recorded)
    update["version"] = recorded.version
    update["position"] = recorded.position
    update["updated_at"] = recorded.recorded_at
    return state.with_changes(update)


def fold_goals(events: Iterable[RecordedEvent], state: GoalState | None = None) -> GoalState | None:
    """The state after a run of one goal's events, in order."""
    for recorded in events:
        state = fold_goal(state, recorded)
    return state


def logged_entry(data: t.ProgressLogged, recorded: RecordedEvent) -> ProgressEntry:
    """The diary entry that an event logs."""
    return ProgressEntry.of_valid(
        {
            "entry": data.entry,
            "version": recorded.version,
            "on": data.on,
            "actor": recorded.event.actor,
            "setback_version": recorded.version if data.setback else None,
            **data.said(),
        }
    )


def party_of(role: ActorRole) -> Party | None:
    """Whose agreement a role can give: a supervisor speaks as a clinician, family and systems for nobody."""
    if role == "patient":
        return "patient"
    return "clinician" if role in ("clinician", "supervisor") else None


def _created(recorded: RecordedEvent, data: t.Proposed | t.Imported) -> GoalState:
    event = recorded.event
    # Each part comes from a payload that was validated.
    state = GoalState.of_valid(
        {
            "org": event.goal_id.org,
            "patient": event.goal_id.patient,
            "goal": event.goal_id.goal,
            "version": recorded.version,
            "position": recorded.position,
            "status": "proposed",
            "created_at": event.time,
            "updated_at": recorded.recorded_at,
            "created_by": event.actor,
            **{name: getattr(data, name) for name in _DEFINITION},
        }
    )
    if isinstance(data, t.Proposed):
        return state.with_changes(_stands_alone(state, recorded))
    return state.with_changes(
        {
            "imported": True,
            "wording": data.wording,
            "status": data.status,
            "outcome": data.outcome,
            "replaced_by": data.replaced_by,
            "agreed_by": tuple(dict.fromkeys(data.agreed_by)),
            "stood_behind": tuple(dict.fromkeys(data.agreed_by)),
            "started_on": data.started_on,
            "status_on": data.status_on,
            "reason": data.reason,
        }
    )


_DEFINITION = (*t.GoalDefinition.model_fields, "kind", "horizon")


def _agreed(state: GoalState, data: t.Agreed, recorded: RecordedEvent) -> Update:
    party = party_of(recorded.event.actor.role)
    if party is None or party in state.agreed_by:
        return {}
    agreed_by = (*state.agreed_by, party)
    update: Update = {
        "agreed_by": agreed_by,
        "agreements": (*state.agreements, _agreement(party, recorded)),
        "stood_behind": tuple(dict.fromkeys((*state.stood_behind, party))),
    }
    if len(agreed_by) == 2 and state.status == "proposed":
        update["status"] = "agreed"
    return update


def _stands_alone(state: GoalState, recorded: RecordedEvent) -> Update:
    """Whoever gave the goal its form stands behind it; the other side has yet to agree."""
    party = party_of(recorded.event.actor.role)
    if party is None:
        return {"agreed_by": (), "agreements": ()}
    return {
        "agreed_by": (party,),
        "agreements": (_agreement(party, recorded),),
        "stood_behind": tuple(dict.fromkeys((*state.stood_behind, party))),
    }


def _agreement(party: Party, recorded: RecordedEvent) -> Agreement:
    event = recorded.event
    enterer = event.enterer
    return Agreement(party=party, actor=event.actor, at=event.time, entered_by=enterer.id if enterer else None)


def _contested(state: GoalState, data: t.Contested, recorded: RecordedEvent) -> Update:
    waiting = state.contest if state.contest and state.contest.answer is None else None
    contest = Contest(
        reason=data.reason,
        actor=recorded.event.actor,
        at=recorded.event.time,
        since=(waiting.since or waiting.at) if waiting else None,
    )
    if state.is_begun:
        # A contest is not punished: the work goes on as agreed, and the contest waits for its answer beside the status.
        return {"contest": contest}
    # The party that contests no longer agrees, and the other party agreed to something that is now in question.
    party = party_of(recorded.event.actor.role)
    still = tuple(each for each in state.stood_behind if each != party)
    return {"status": "contested", "agreed_by": (), "agreements": (), "stood_behind": still, "contest": contest}


def _activated(state: GoalState, data: t.Activated, recorded: RecordedEvent) -> Update:
    return {
        "status": "active",
        "started_on": state.started_on or recorded.event.time.date(),
        "started_at": state.started_at or (None if state.started_on else recorded.event.time),
        "status_on": recorded.event.time.date(),
        "review_every_days": data.review_every_days or state.review_every_days,
        "override_reason": data.override.reason if data.override else state.override_reason,
    }


def _revised(state: GoalState, data: t.Revised, recorded: RecordedEvent) -> Update:
    update: Update = dict(data.changes.given())
    if "due" in update:
        due = update.pop("due")
        smart = update.get("smart", state.smart) or Smart()
        update["smart"] = smart.model_copy(update={"due": due, "for_weeks": None})
    revision = Revision(
        version=recorded.version,
        at=recorded.event.time,
        actor=recorded.event.actor,
        reason=data.reason,
        fields=tuple(data.changes.given()),
        note=data.note,
        review=data.review,
        steep=is_steep(_measure(state.smart), _measure(update.get("smart"))),
    )
    update["revisions"] = (*state.revisions, revision)
    # The work goes on meanwhile.
    update.update(_stands_alone(state, recorded))
    update["agreement_since"] = recorded.event.time
    if state.status == "agreed":
        update["status"] = "proposed"
    return update


def _measure(smart: Smart | None) -> Measure | None:
    return smart.measure if smart else None


def _change_requested(state: GoalState, data: t.ChangeRequested, recorded: RecordedEvent) -> Update:
    request = ChangeRequest(request=data.request, text=data.text, actor=recorded.event.actor, at=recorded.event.time)
    return {"change_requests": (*state.change_requests, request)}


def _change_answered(state: GoalState, data: t.ChangeAnswered, recorded: RecordedEvent) -> Update:
    answer = {"answer": data.answer, "answer_text": data.text}
    if data.request is not None:
        return {
            "change_requests": tuple(
                request.model_copy(update=answer) if request.request == data.request else request
                for request in state.change_requests
            )
        }
    answered = {**answer, "answered_by": recorded.event.actor, "answered_at": recorded.event.time}
    # A goal may have been contested elsewhere, before it was imported.
    update: Update = {"contest": state.contest.model_copy(update=answered)} if state.contest else {}
    if state.status == "contested":
        update["status"] = "agreed" if len(state.agreed_by) == 2 else "proposed"
        update["agreement_since"] = recorded.event.time
    return update


def _milestone_set(state: GoalState, data: t.MilestoneSet, recorded: RecordedEvent) -> Update:
    milestone = Milestone(milestone=data.milestone, text=data.text, due=data.due)
    others = tuple(each for each in state.milestones if each.milestone != data.milestone)
    return {"milestones": (*others, milestone)}


def _milestone_met(state: GoalState, data: t.MilestoneMet, recorded: RecordedEvent) -> Update:
    return {
        "milestones": tuple(
            each.model_copy(update={"met_on": data.on}) if each.milestone == data.milestone else each
            for each in state.milestones
        )
    }


def _progress_logged(state: GoalState, data: t.ProgressLogged, recorded: RecordedEvent) -> Update:
    entries = Entries.of(state.progress)
    update: Update = {"progress": entries.with_one(logged_entry(data, recorded))}
    if data.motivation is not None and brings_dip(Rating(data.on, recorded.version, data.motivation), entries):
        update["raise_at_next_session"] = True
    return update


def _progress_corrected(state: GoalState, data: t.ProgressCorrected, recorded: RecordedEvent) -> Update:
    right: Update = {**data.said(), "corrected": True}
    known: Update = {"setback_version": recorded.version}  # of a setback that the entry did not tell of before
    if not data.setback and "setback" in right:
        right["setback_version"] = None
    before = Entries.of(state.progress)
    after = before.changed(
        data.entry,
        lambda entry: entry.model_copy(update=right if entry.setback or not data.setback else {**right, **known}),
    )
    retold = {each.version for each in before.named(data.entry)} if "motivation" in right else set()
    return {"progress": after, "raise_at_next_session": _raised(state, before, after, retold)}


def _progress_withdrawn(state: GoalState, data: t.ProgressWithdrawn, recorded: RecordedEvent) -> Update:
    before = Entries.of(state.progress)
    found = before.named(data.entry)
    if not found:
        return {}
    event = recorded.event
    withdrawn = WithdrawnEntry(
        entry=data.entry,
        version=found[0].version,
        on=found[0].on,
        reason=data.reason,
        actor=event.actor,
        at=event.time,
    )
    after = before.changed(data.entry, lambda entry: None)
    return {
        "progress": after,
        "withdrawn": (*state.withdrawn, withdrawn),
        "raise_at_next_session": _raised(state, before, after),
    }


def _raised(state: GoalState, before: Entries, after: Entries, retold: Set[int] = frozenset()) -> bool:
    """Whether the goal is to be raised at the next session by what its entries say now, not by what was mistaken.

    Args:
        before, after: The entries before and after the event.
        retold: The version of the entry whose motivation was put right, which nobody has looked at as it is now.
    """
    former, now = ({each.version for each in dips(entries.ratings)} for entries in (before, after))
    if any(version not in former or version in retold for version in now):
        return True
    if former <= now:
        return state.raise_at_next_session
    reviewed = state.reviews[-1].version if state.reviews else 0
    return state.raise_at_next_session and any(version > reviewed for version in now)


def _review_scheduled(state: GoalState, data: t.ReviewScheduled, recorded: RecordedEvent) -> Update:
    sequence = state.reviews_scheduled + 1
    review = ScheduledReview(due_on=data.due_on, cause=data.cause, sequence=sequence)
    return {"next_review": review, "reviews_scheduled": sequence}


_DECIDED: dict[str, Update] = {
    "hold": {"status": "held"},
    "resume": {"status": "active"},
    "retire": {"status": "closed", "outcome": "retired", "next_review": None, "reason": None},
    "replace": {"status": "closed", "outcome": "replaced", "next_review": None, "reason": None},
    "achieve": {"status": "closed", "outcome": "achieved", "next_review": None, "reason": None},
}
"""What a review's decision does to the goal by itself; keep and the adjustments leave it as it is."""


def _reviewed(state: GoalState, data: t.Reviewed, recorded: RecordedEvent) -> Update:
    review = PastReview(
        version=recorded.version,
        position=recorded.position,
        on=data.on,
        actor=recorded.event.actor,
        participants=data.participants,
        decision=data.decision,
        level=data.level,
        note=data.note,
    )
    # One that is typed in after a review of a later day was held before that one, and raised nothing since.
    later = state.last_review_on is not None and data.on < state.last_review_on
    update: Update = {
        "reviews": (*state.reviews, review),
        "raise_at_next_session": later and state.raise_at_next_session,
    }
    update.update(_DECIDED.get(data.decision, {}))
    if "status" in update:
        update["status_on"] = data.on
        update["closing"] = _closing(state, recorded) if update["status"] == "closed" else None
    return update


def _closing(state: GoalState, recorded: RecordedEvent) -> Closing:
    return Closing(version=recorded.version, actor=recorded.event.actor, at=recorded.event.time, before=state.status)


def _status(status: Status) -> Callable[[GoalState, Any, RecordedEvent], Update]:
    def change(state: GoalState, data: t.Held | t.Resumed | t.EnteredInError, recorded: RecordedEvent) -> Update:
        update: Update = {"status": status, "status_on": recorded.event.time.date(), "reason": data.reason}
        if status == "entered_in_error":
            update["next_review"] = None
        return update

    return change


def _closed(state: GoalState, data: t.Closed, recorded: RecordedEvent) -> Update:
    return {
        "status": "closed",
        "outcome": data.outcome,
        "closing": state.closing or _closing(state, recorded),  # A review may have closed it; this says more.
        "closed_level": data.level,
        "replaced_by": data.replaced_by,
        "reason": data.reason,
        "status_on": recorded.event.time.date(),
        "next_review": None,
    }


def _reopened(state: GoalState, data: t.Reopened, recorded: RecordedEvent) -> Update:
    event = recorded.event
    reopening = Reopening(
        version=recorded.version, actor=event.actor, at=event.time, reason=data.reason, outcome=state.outcome
    )
    return {
        # Of a goal that was closed elsewhere nobody knows what it was before; it is opened to be worked on.
        "status": state.closing.before if state.closing else "active",
        "status_on": event.time.date(),
        "reason": data.reason,
        "reopenings": (*state.reopenings, reopening),
        # In calendars the review that fell away has taken the next number of the sequence.
        "reviews_scheduled": state.reviews_scheduled + 1,
        **dict.fromkeys(("closing", "outcome", "closed_level", "replaced_by")),
    }


def _voided(state: GoalState, data: t.Voided, recorded: RecordedEvent) -> Update:
    return {}  # A message that cannot be read changes nothing, and neither does the event that voids it.


# The payload's type is the key, so each function may name it; a dict cannot say that to the type checker.
_FOLDS: dict[type[Any], Callable[[GoalState, Any, RecordedEvent], Update]] = {
    t.Agreed: _agreed,
    t.Contested: _contested,
    t.Activated: _activated,
    t.Revised: _revised,
    t.ChangeRequested: _change_requested,
    t.ChangeAnswered: _change_answered,
    t.MilestoneSet: _milestone_set,
    t.MilestoneMet: _milestone_met,
    t.ProgressLogged: _progress_logged,
    t.ProgressCorrected: _progress_corrected,
    t.ProgressWithdrawn: _progress_withdrawn,
    t.ReviewScheduled: _review_scheduled,
    t.Reviewed: _reviewed,
    t.Held: _status("held"),
    t.Resumed: _status("active"),
    t.Closed: _closed,
    t.Reopened: _reopened,
    t.EnteredInError: _status("entered_in_error"),
    t.Voided: _voided,
}
