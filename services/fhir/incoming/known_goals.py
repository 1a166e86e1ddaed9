"""What becomes of the newest version of a goal that the log knows."""

from datetime import datetime

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from services.fhir.incoming.aliases import Alias
from services.fhir.incoming.goal import MappedGoal
from services.fhir.incoming.goal_version import DELETED, GoalVersion, time_of
from services.fhir.incoming.known import KnownGoal
from services.fhir.incoming.submissions import ResourceSubmission, Settled, digest_of, first_event, further_event
from services.fhir.incoming.updates import differences, update_of
from services.fhir.incoming.versions import VersionMark, is_newer

_NO_TELLING = "Nothing tells whether it is later than what is known (meta.versionId, meta.lastUpdated, statusDate)."


def taken_up(
    goal_id: GoalId,
    last: GoalVersion,
    mapped: MappedGoal | None,
    before: KnownGoal,
    now: datetime,
    alias: Alias | None,
) -> ResourceSubmission | Settled:
    """What to submit for the newest version of a goal that the log knows, or why nothing is submitted.

    Args:
        mapped: The version as mapped; None for a deletion.
        before: What the log knows of the goal.
        alias: By what the goal was recognised, where the version has another id.
    """

    def settled(status: str, detail: str = "", code: str = "") -> Settled:
        left_out = mapped.left_out if mapped is not None else ()
        return Settled(
            last.document.file,
            last.found.reference,
            goal_id,
            "duplicate" if status == "duplicate" else "rejected",
            code,
            " ".join(each for each in (alias.sentence if alias else "", detail) if each),
            left_out,
        )

    mark = last.versioned.mark if alias is None else last.versioned.mark._replace(version=None)
    new = _deleted_state(before) if mapped is None else _state_of(goal_id, mapped, now)
    digest = digest_of(mapped.payload) if mapped is not None else "deleted"
    if before.elsewhere is None:
        differs = differences(new, before.current)
        if not differs:
            return settled("duplicate")
        return settled("rejected", f"The goal was made in Cairn. What differs: {', '.join(differs)}.", "goal.exists")
    later = _is_later(mark, digest, new, before)
    if later is False:
        return settled("duplicate", f"It is older than {before.taken.mark.name}, which was taken before.")
    update = update_of(
        new,
        before.elsewhere,
        before.current,
        mapped.agreed if mapped is not None else {},
        now.date(),
        scale_unreadable=mapped is not None and mapped.scale_unreadable,
    )
    if later is None and (update.steps or update.differs):
        what = f"What differs: {', '.join((*update.changed, *update.differs))}."
        if before.taken.is_superseded(digest):
            return settled("duplicate", f"It was taken before, and another version after it. {what}")
        return settled("rejected", f"{_NO_TELLING} {what}", "goal.exists")
    differs_in = f"Not taken up: {'; '.join(update.differs)}." if update.differs else ""
    if not update.steps:
        return settled("rejected", differs_in, "goal.exists") if differs_in else settled("duplicate")
    time = time_of(mapped, now) if mapped is not None else last.versioned.mark.updated or now
    events = tuple(
        further_event(
            goal_id, step.payload, time, last.attributes, digest=digest, after=before.position, actor=step.actor
        )
        for step in update.steps
    )
    changed = f"A later version of a goal that is known; changed: {', '.join(update.changed)}."
    return ResourceSubmission(
        last.document.file,
        last.found.reference,
        events[0],
        (*(mapped.left_out if mapped is not None else ()), *update.left_out),
        events[1:],
        " ".join(each for each in (alias.sentence if alias else "", changed, differs_in) if each),
    )


def _is_later(mark: VersionMark, digest: str, new: GoalState, before: KnownGoal) -> bool | None:
    """Whether a version is later than the one that was taken, or that one itself; None when nothing tells.

    The marks tell, else the days since which the statuses hold; and what was entered in error stays so.
    """
    taken = before.taken
    if new.status == "entered_in_error" or taken.digests[-1:] == (digest,):
        return True
    newer, older = is_newer(mark, taken.mark), is_newer(taken.mark, mark)
    if newer is not None and older is not None:
        return not older
    ours, theirs = before.elsewhere.status_on if before.elsewhere is not None else None, new.status_on
    return theirs > ours if ours is not None and theirs is not None and theirs != ours else None


def _state_of(goal_id: GoalId, mapped: MappedGoal, now: datetime) -> GoalState:
    """The goal as the version would be, were it imported anew."""
    event: Event = first_event(goal_id, mapped.payload, time_of(mapped, now), {})
    state = fold_goal(None, RecordedEvent(event, 1, 1, now))
    if state is None:
        raise AssertionError("an imported event begins a goal")
    return state


def _deleted_state(before: KnownGoal) -> GoalState:
    return before.current.model_copy(update={"status": "entered_in_error", "reason": DELETED})
