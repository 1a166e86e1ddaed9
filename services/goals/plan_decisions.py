"""What each plan event needs, and what follows from it."""

from events.event import Event
from events.plan import flags
from events.plan import types as t
from services.goals import consent_rules, notes, rules
from services.goals.decision_context import Decision, DecisionContext


def opened(context: DecisionContext, submission: Event, data: t.Opened) -> Decision:
    """A plan is opened once, and again when someone comes back."""
    rules.plan_exists(context)
    return Decision()


def amended(context: DecisionContext, submission: Event, data: t.Amended) -> Decision:
    """An open plan can change at any time, but its limit cannot go below the number of goals that are active."""
    plan = rules.plan_closed(context)
    if data.active_goal_limit is not None:
        rules.goal_limit_lowered(context, plan, data.active_goal_limit)
    return Decision()


def priorities_ranked(context: DecisionContext, submission: Event, data: t.PrioritiesRanked) -> Decision:
    """Three to five priorities are usual; fewer or more are noted, not refused."""
    rules.plan_closed(context)
    return Decision(notes=notes.given(flags.priorities_ranked(len(data.priorities))))


def measured(context: DecisionContext, submission: Event, data: t.Measured) -> Decision:
    """A score counts for the day it was taken; its range is the schema's."""
    rules.plan_missing(context)
    rules.progress_out_of_range(context, submission, data.on)
    return Decision()


def consent_given(context: DecisionContext, submission: Event, data: t.ConsentGiven) -> Decision:
    """The patient gives a consent, or staff records a signed one; a closed plan does not matter."""
    plan = rules.plan_missing(context)
    rules.actor_role(submission)
    consent_rules.consent_exists(plan, data.consent)
    consent_rules.terms(context, submission, data)
    return Decision()


def consent_revoked(context: DecisionContext, submission: Event, data: t.ConsentRevoked) -> Decision:
    """The patient revokes a consent, or staff for the patient: at any time, also after the plan was closed."""
    plan = rules.plan_missing(context)
    rules.actor_role(submission)
    consent_rules.event_came(consent_rules.consent_unknown(plan, data.consent), data)
    return Decision()


def disclosed(context: DecisionContext, submission: Event, data: t.Disclosed) -> Decision:
    """A disclosure needs a consent in force that covers it, or another ground."""
    plan = rules.plan_missing(context)
    consent_rules.disclosing(context, submission, data)
    consent_rules.access_consent_missing(context, plan, submission, data)
    return Decision()


def voided(context: DecisionContext, submission: Event, data: t.Voided) -> Decision:
    """The plan's state does not matter; `voiding.py` decides by the log's messages what an operator may void."""
    return Decision()


def closed(context: DecisionContext, submission: Event, data: t.Closed) -> Decision:
    """A plan can close before its goals do; those still open are named."""
    rules.plan_closed(context)
    return Decision(notes=notes.given(notes.goals_still_open(context)))
