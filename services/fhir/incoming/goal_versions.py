"""The Goals in an import, version by version: which of them are recorded, taken up, or left as older ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from events.identity import GoalId
from services.fhir.incoming.aliases import Alias, alias_of
from services.fhir.incoming.documents import Document
from services.fhir.incoming.goal import GoalKey, MappedGoal, goal_key, map_goal
from services.fhir.incoming.goal_version import DELETED, GoalVersion, time_of
from services.fhir.incoming.identity import token_of
from services.fhir.incoming.known import Known
from services.fhir.incoming.known_goals import taken_up
from services.fhir.incoming.people import People
from services.fhir.incoming.references import Target, server_of
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.incoming.submissions import Refusal, ResourceSubmission, Settled, first_event
from services.fhir.incoming.versions import VersionMark, newest


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
            version = GoalVersion(document, found, mapped, server=people.server(patient))
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
        outcome = taken_up(goal_id, last, mapped, before, now, alias)
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
    ended = {"status": "entered_in_error", "outcome": None, "replaced_by": None, "reason": DELETED}
    payload = mapped.payload.model_copy(update={**ended, "status_on": (at or now).date()})
    return replace(mapped, payload=payload, dates=(at,) if at else ())


def _older(goal_id: GoalId, version: GoalVersion, taken: VersionMark) -> Settled:
    detail = f"Not taken: {taken.name} in these files is newer, or says the same."
    return Settled(version.document.file, version.found.reference, goal_id, "duplicate", detail=detail)
