"""The Goals in an import, version by version: which of them are recorded, taken up, or left as older ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from services.fhir.incoming.aliases import Alias, alias_of
from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.goal import GoalKey, MappedGoal, goal_key, map_goal
from services.fhir.incoming.identity import token_of
from services.fhir.incoming.known import Known, KnownGoal
from services.fhir.incoming.people import SERVER, People
from services.fhir.incoming.references import Target, server_of
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.incoming.submissions import (
    Refusal,
    ResourceSubmission,
    Settled,
    digest_of,
    first_event,
    further_event,
)
from services.fhir.incoming.updates import differences, update_of
from services.fhir.incoming.versions import Versioned, VersionMark, is_newer, mark_of, newest

_NO_TELLING = "Nothing tells whether it is later than what is known (meta.versionId, meta.lastUpdated, statusDate)."
_DELETED = "The other system has deleted the goal (FHIR import)."


@dataclass(frozen=True, slots=True)
class GoalVersion:
    """One version of a goal in a file: the Goal as mapped; None for a deletion before any version has been found.

    Attributes:
        server: The server that the patient is on.
    """

    document: Document
    found: Found
    mapped: MappedGoal | None
    server: str | None = None

    @property
    def versioned(self) -> Versioned:
        """Its place among other versions."""
        return Versioned(mark_of(self.found), self.found.newest_first)

    @property
    def attributes(self) -> dict[str, str]:
        """What its events carry about where it comes from."""
        return {**({SERVER: self.server} if self.server else {}), **self.versioned.mark.attributes()}


@dataclass(slots=True)
class GoalsRead:
    """What the Goals of an import come to."""

    submissions: list[ResourceSubmission] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def read_goals(
    documents: Sequence[Document],
    baselines: Mapping[GoalKey, int],
    people: People,
    known: Known,
    org: str,
    now: datetime,
) -> GoalsRead:
    """Map every Goal, and decide for each version of it what becomes of it."""
    read = GoalsRead()
    versions: dict[GoalId, list[GoalVersion]] = {}
    for document in documents:
        for found in document.goals:
            try:
                patient, token = goal_key(found, document)
                person = people.token(patient)
                level = baselines.get((person, token))
                levels = {} if level is None else {(patient.token, token): level}
                mapped = map_goal(found, document, levels)
            except RefusedResource as refusal:
                read.refused.append(Refusal(document.file, found.reference, refusal.path, refusal.detail))
                continue
            version = GoalVersion(document, found, mapped, people.server(patient))
            versions.setdefault(GoalId(org, person, token), []).append(version)
    aliases = {goal_id: alias_of(goal_id, versions, known) for goal_id in versions}
    for goal_id, alias in aliases.items():
        if alias is not None and alias.goal_id in versions:
            versions[alias.goal_id] += versions.pop(goal_id)
    _add_deletions(documents, versions, people, known, read)
    for goal_id, of_goal in versions.items():
        alias = aliases.get(goal_id)
        _read_goal(alias.goal_id if alias else goal_id, of_goal, known, now, read, alias)
    return read


def _add_deletions(
    documents: Sequence[Document],
    versions: dict[GoalId, list[GoalVersion]],
    people: People,
    known: Known,
    read: GoalsRead,
) -> None:
    """Put each deletion beside the versions of its goal.

    A deletion names no patient, so the goal is found by its id, and by the server where both sides tell theirs.
    """
    for document in documents:
        for found in document.deletions:
            if found.type != "Goal":
                continue
            if found.id is None:
                detail = "A deletion that is not of one Goal by its id, such as Goal/123, cannot be followed."
                read.refused.append(Refusal(document.file, found.reference, "request.url", detail))
                continue
            token, server = token_of(found.id), people.server(Target("Goal", found.id, server_of(found)))
            servers = {goal_id: of_goal[0].server for goal_id, of_goal in versions.items() if goal_id.goal == token}
            if not servers:
                servers = {goal_id: known.owners.get(goal_id.patient) for goal_id in known.with_token(token)}
            goals = [goal_id for goal_id, owner in servers.items() if None in (owner, server) or owner == server]
            version = GoalVersion(document, found, None)
            if len(goals) == 1:
                versions.setdefault(goals[0], []).append(version)
            elif goals:
                detail = "Several patients have a goal with this id, and a deletion does not say whose it is."
                read.refused.append(Refusal(document.file, found.reference, "request.url", detail))
            else:
                nothing = "There is no such goal in Cairn, so nothing is to be ended."
                read.settled.append(Settled(document.file, found.reference, None, "duplicate", detail=nothing))


def _read_goal(
    goal_id: GoalId, versions: list[GoalVersion], known: Known, now: datetime, read: GoalsRead, alias: Alias | None
) -> None:
    last = newest([(each, each.versioned) for each in versions])
    before = known.goals.get(goal_id)
    mapped = last.mapped
    if mapped is None:
        live = [each for each in versions if each.mapped is not None]
        mapped = _ended(newest([(each, each.versioned) for each in live]).mapped if live else None, last, now)
        server = next((each.server for each in live), None)
        last = replace(last, server=server)
    if before is None and mapped is not None:
        event = first_event(goal_id, mapped.payload, time_of(mapped, now), last.attributes)
        for each in versions:
            same = each.found is last.found or (each.mapped is not None and each.mapped.payload == mapped.payload)
            if same:
                left_out = (each.mapped or mapped).left_out
                read.submissions.append(ResourceSubmission(each.document.file, each.found.reference, event, left_out))
            else:
                read.settled.append(_older(goal_id, each, last.versioned.mark))
        return
    if before is not None:
        outcome = _taken_up(goal_id, last, mapped, before, now, alias)
        if isinstance(outcome, Settled):
            read.settled.append(outcome)
        else:
            read.submissions.append(outcome)
    read.settled += [_older(goal_id, each, last.versioned.mark) for each in versions if each.found is not last.found]


def _ended(mapped: MappedGoal | None, deletion: GoalVersion, now: datetime) -> MappedGoal | None:
    """The goal as it was before its deletion, entered in error from then on."""
    if mapped is None:
        return None
    at = deletion.versioned.mark.updated
    ended = {"status": "entered_in_error", "outcome": None, "replaced_by": None, "reason": _DELETED}
    payload = mapped.payload.model_copy(update={**ended, "status_on": (at or now).date()})
    return replace(mapped, payload=payload, dates=(at,) if at else ())


def _older(goal_id: GoalId, version: GoalVersion, taken: VersionMark) -> Settled:
    detail = f"Not taken: {taken.name} in these files is newer, or says the same."
    return Settled(version.document.file, version.found.reference, goal_id, "duplicate", detail=detail)


def _taken_up(
    goal_id: GoalId,
    last: GoalVersion,
    mapped: MappedGoal | None,
    before: KnownGoal,
    now: datetime,
    alias: Alias | None,
) -> ResourceSubmission | Settled:
    """What becomes of the newest version of a goal that the log knows."""

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
    said = digest_of(mapped.payload) if mapped is not None else "deleted"
    if before.elsewhere is None:
        differs = differences(new, before.current)
        if not differs:
            return settled("duplicate")
        return settled("rejected", f"The goal was made in Cairn. What differs: {', '.join(differs)}.", "goal.exists")
    later = _is_later(mark, said, new, before)
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
        if before.taken.is_superseded(said):
            return settled("duplicate", f"It was taken before, and another version after it. {what}")
        return settled("rejected", f"{_NO_TELLING} {what}", "goal.exists")
    differs_in = f"Not taken up: {'; '.join(update.differs)}." if update.differs else ""
    if not update.steps:
        return settled("rejected", differs_in, "goal.exists") if differs_in else settled("duplicate")
    time = time_of(mapped, now) if mapped is not None else last.versioned.mark.updated or now
    events = tuple(
        further_event(goal_id, step.payload, time, last.attributes, said=said, after=before.position, actor=step.actor)
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


def _is_later(mark: VersionMark, said: str, new: GoalState, before: KnownGoal) -> bool | None:
    """Whether a version is later than the one that was taken, or that one itself; None when nothing tells.

    The marks tell, else the days since which the statuses hold; and what was entered in error stays so.
    """
    taken = before.taken
    if new.status == "entered_in_error" or taken.digests[-1:] == (said,):
        return True
    newer, older = is_newer(mark, taken.mark), is_newer(taken.mark, mark)
    if newer is not None and older is not None:
        return not older
    ours, theirs = before.elsewhere.status_on if before.elsewhere is not None else None, new.status_on
    return theirs > ours if ours is not None and theirs is not None and theirs != ours else None


def time_of(mapped: MappedGoal, now: datetime) -> datetime:
    """When a version happened: the best of its dates that has come, else the time of the import."""
    return next((date for date in mapped.dates if date <= now), now)


def _state_of(goal_id: GoalId, mapped: MappedGoal, now: datetime) -> GoalState:
    """The goal as the version would be, were it imported anew."""
    event: Event = first_event(goal_id, mapped.payload, time_of(mapped, now), {})
    state = fold_goal(None, RecordedEvent(event, 1, 1, now))
    if state is None:
        raise AssertionError("an imported event begins a goal")
    return state


def _deleted_state(before: KnownGoal) -> GoalState:
    return before.current.model_copy(update={"status": "entered_in_error", "reason": _DELETED})
