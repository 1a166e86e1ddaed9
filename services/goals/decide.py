"""The decision about a submission: which rules it must meet, and what follows from it. Pure functions."""

from collections.abc import Callable
from typing import Any

from events.event import Event
from events.goal import types as g
from events.plan import types as p
from services.goals import goal_decisions, plan_decisions, work_decisions
from services.goals.decision_context import Decision, DecisionContext
from services.goals.rules import time_in_future

# The payload's type is the key, so each function may name it; a dict cannot say that to the type checker.
_DECISIONS: dict[type[Any], Callable[[DecisionContext, Event, Any], Decision]] = {
    p.Opened: plan_decisions.opened,
    p.Amended: plan_decisions.amended,
    p.PrioritiesRanked: plan_decisions.priorities_ranked,
    p.Measured: plan_decisions.measured,
    p.ConsentGiven: plan_decisions.consent_given,
    p.ConsentRevoked: plan_decisions.consent_revoked,
    p.Disclosed: plan_decisions.disclosed,
    p.Closed: plan_decisions.closed,
    p.Voided: plan_decisions.voided,
    g.Proposed: goal_decisions.proposed,
    g.Imported: goal_decisions.imported,
    g.Agreed: goal_decisions.agreed,
    g.Contested: goal_decisions.contested,
    g.Activated: goal_decisions.activated,
    g.Revised: goal_decisions.revised,
    g.ChangeRequested: goal_decisions.change_requested,
    g.ChangeAnswered: goal_decisions.change_answered,
    g.MilestoneSet: work_decisions.milestone_set,
    g.MilestoneMet: work_decisions.milestone_met,
    g.ProgressLogged: work_decisions.progress_logged,
    g.ProgressCorrected: work_decisions.progress_corrected,
    g.ProgressWithdrawn: work_decisions.progress_withdrawn,
    g.ReviewScheduled: work_decisions.review_scheduled,
    g.Reviewed: work_decisions.reviewed,
    g.Held: goal_decisions.held,
    g.Resumed: goal_decisions.resumed,
    g.Closed: goal_decisions.closed,
    g.Reopened: goal_decisions.reopened,
    g.EnteredInError: goal_decisions.entered_in_error,
    g.Voided: goal_decisions.voided,
}

_LOOKS_AT_OTHERS: dict[type[Any], Callable[[Any], bool]] = {
    g.Activated: lambda activated: True,
    g.Resumed: lambda resumed: True,
    g.Reopened: lambda reopened: True,
    g.Imported: lambda imported: True,
    p.Closed: lambda closed: True,
    p.Amended: lambda amended: amended.active_goal_limit is not None,
    g.Proposed: lambda proposed: proposed.supports is not None,
    g.Revised: lambda revised: revised.changes.supports is not None,
    g.Reviewed: lambda reviewed: reviewed.decision == "resume",
    g.Closed: lambda closed: closed.replaced_by is not None,
}


def decide(context: DecisionContext, submission: Event) -> Decision:
    """What follows from a submission that is recorded.

    Raises:
        Rejected: when a rule forbids it, with the rule's code.
    """
    time_in_future(context, submission)
    return _DECISIONS[type(submission.data)](context, submission, submission.data)


def needs_others(submission: Event) -> bool:
    """Whether the decision looks at the patient's other goals, and must be void if any of them changes meanwhile.

    A decision that reads them without being listed raises
    :class:`services.goals.decision_context.ContextNotLoaded`.
    """
    looks = _LOOKS_AT_OTHERS.get(type(submission.data))
    return looks is not None and looks(submission.data)
