"""What is appended for a submission: the event itself, with what follows from it."""

from events.errors import Rejected
from events.event import Event
from events.identity import GoalId
from events.log import Append
from events.tracing import step
from events.vocabulary import CAIRN_ITSELF
from services.goals.decide import decide
from services.goals.decision_context import Decision, DecisionContext
from services.goals.history import History

CAIRN = "urn:cairn"
"""The CloudEvents source of the events that Cairn itself adds to a submission."""
_MAX_CHANGES_NAMED = 10
"""How many events the detail of a `version.conflict` names."""


def consequence_id(goal_id: GoalId, version: int) -> str:
    """The id of an event that Cairn itself adds: the goal and the event's version in it, which no other event has."""
    return f"{goal_id}@{version}"


def decided(
    context: DecisionContext, submission: Event, history: History, expected: int, *, patient_wide: bool = False
) -> tuple[Append, Decision]:
    """What a submission is decided to be, and as which events it is stored.

    Args:
        expected: As of :class:`Append`.

    Raises:
        Rejected: a rule forbids it.
    """
    _check_expected_version(submission, history)
    decision = step("decide", decide)(context, submission)
    events = _events(submission, decision, history.version)
    return Append(events, history.version, expected, patient_wide), decision


def _events(submission: Event, decision: Decision, version: int) -> tuple[Event, ...]:
    """The submission, and the events that follow from it.

    Nobody submits what follows: Cairn decides it, and its cause names the submission, with whoever submitted that.
    """
    if not decision.follows:
        return (submission,)
    follows = (
        Event(
            goal_id=submission.goal_id,
            source=CAIRN,
            id=consequence_id(submission.goal_id, version + place),
            time=submission.time,
            actor=CAIRN_ITSELF,
            data=data,
            cause=version + 1,
            submitted_by=CAIRN_ITSELF.id,
            submitter_role=CAIRN_ITSELF.role,
        )
        for place, data in enumerate(decision.follows, 2)
    )
    return (submission, *follows)


def _check_expected_version(submission: Event, history: History) -> None:
    expected = submission.expected_version
    if expected is None or expected == history.version:
        return
    since = history.types(expected)
    named = ", ".join(since[:_MAX_CHANGES_NAMED]) + (" and more" if len(since) > _MAX_CHANGES_NAMED else "")
    changed = f" Recorded since: {named}." if since else ""
    raise Rejected(
        "version.conflict",
        f"The goal is at version {history.version}, not {expected}.{changed}",
        version=history.version,
    )
