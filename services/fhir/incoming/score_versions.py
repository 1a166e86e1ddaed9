"""The score Observations in an import, version by version: which become entries, correct them, or take them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from events.goal import types as t
from events.goal.state import GoalState
from events.identity import GoalId
from events.payload import Payload
from services.fhir.incoming.corrections import correction_of, withdrawal_of
from services.fhir.incoming.documents import Document
from services.fhir.incoming.goal import GoalKey
from services.fhir.incoming.identity import token_of
from services.fhir.incoming.known import Known, KnownGoal, Taken, entry_of
from services.fhir.incoming.outcomes import Outcomes
from services.fhir.incoming.people import People
from services.fhir.incoming.refusal import RefusedResource
from services.fhir.incoming.scores import Score, read_score
from services.fhir.incoming.submissions import (
    IMPORTER,
    Refusal,
    ResourceSubmission,
    Settled,
    digest_of,
    first_event,
    further_event,
)
from services.fhir.incoming.version_in_file import VersionInFile
from services.fhir.incoming.versions import VersionMark, is_newer, newest

_NO_TELLING = "Nothing tells whether it is later than what is known (meta.versionId, meta.lastUpdated, status amended)."


@dataclass(frozen=True, slots=True)
class ScoreVersion(VersionInFile):
    """One version of a score in a file; `score` is None for a deletion."""

    score: Score | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it says that the score is none: entered in error, or deleted."""
        return self.score is None or self.score.payload is None


@dataclass(slots=True)
class ScoresRead:
    """What the score Observations of an import come to.

    Attributes:
        follow_ups: The versions of each score that becomes an entry, by goal and entry.
        baselines: The newest version of each score that is a baseline, by goal; several where a goal has several.
    """

    follow_ups: dict[tuple[GoalId, str], list[ScoreVersion]] = field(default_factory=dict)
    baselines: dict[GoalId, list[ScoreVersion]] = field(default_factory=dict)
    submissions: list[ResourceSubmission] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def levels(self) -> dict[GoalKey, int]:
        """The attainment level at the start, by patient and goal: where there are several, the first by its day."""
        return {
            (goal_id.patient, goal_id.goal): level
            for goal_id in self.baselines
            if (first := self.first_baseline(goal_id)) is not None and (level := level_of(first)) is not None
        }

    def first_baseline(self, goal_id: GoalId) -> ScoreVersion | None:
        """The baseline that counts."""
        usable = [each for each in self.baselines.get(goal_id, ()) if not each.is_withdrawn]
        return min(usable, key=_moment, default=None)


def read_scores(documents: Sequence[Document], people: People, org: str) -> ScoresRead:
    """Read every score, and sort it by the goal and the entry that it is a version of."""
    read = ScoresRead()
    outcomes = Outcomes(documents, people)
    baselines: dict[tuple[GoalId, str], list[ScoreVersion]] = {}
    for document in documents:
        for found in document.scores:
            try:
                score = read_score(found, document, outcomes.goal_of)
            except RefusedResource as refusal:
                read.refused.append(Refusal(document.file, found.reference, refusal.path, refusal.detail))
                continue
            goal_id = GoalId(org, people.token(score.patient), score.goal)
            version = ScoreVersion(document, found, score, server=people.server(score.patient))
            of_kind = baselines if score.kind == "baseline" else read.follow_ups
            of_kind.setdefault((goal_id, score.entry), []).append(version)
    _add_deletions(documents, (baselines, read.follow_ups), read)
    for (goal_id, _), versions in baselines.items():
        last = newest([(each, each.versioned) for each in versions])
        read.baselines.setdefault(goal_id, []).append(last)
        read.settled += [_older(goal_id, each, last.versioned.mark) for each in versions if each is not last]
    return read


def submit_follow_ups(read: ScoresRead, known: Known, now: datetime) -> None:
    """Decide for each score that is an entry what becomes of its versions."""
    for (goal_id, entry), versions in read.follow_ups.items():
        last = newest([(each, each.versioned) for each in versions])
        before = known.goals.get(goal_id)
        current = entry_of(before.current, entry) if before is not None else None
        if before is not None and (current is not None or _was_withdrawn(before.current, entry)):
            outcome = _taken_up(goal_id, entry, last, before, now)
            others = [each for each in versions if each is not last]
        elif last.is_withdrawn:
            outcome = settled(goal_id, last, "There is no such entry in Cairn, so nothing is to be withdrawn.")
            others = [each for each in versions if each is not last]
        else:
            outcome, others = None, []
            for each in versions:
                if each.score is not None and last.score is not None and each.score.payload == last.score.payload:
                    read.submissions.append(_first(goal_id, each, last, now))
                else:
                    others.append(each)
        if isinstance(outcome, Settled):
            read.settled.append(outcome)
        elif outcome is not None:
            read.submissions.append(outcome)
        read.settled += [_older(goal_id, each, last.versioned.mark) for each in others]


def _taken_up(
    goal_id: GoalId, entry: str, last: ScoreVersion, before: KnownGoal, now: datetime
) -> ResourceSubmission | Settled:
    """What becomes of the newest version of a score that the log knows as an entry."""
    taken = before.entries_taken.get(entry, Taken())
    mark = last.versioned.mark
    if is_newer(taken.mark, mark):
        return settled(goal_id, last, f"It is older than {taken.mark.name}, which was taken before.")
    current, elsewhere = entry_of(before.current, entry), entry_of(before.elsewhere, entry)
    if current is None:
        return settled(goal_id, last, "" if last.is_withdrawn else "The entry was withdrawn, and stays so.")
    payload = last.score.payload if last.score is not None else None
    if payload is None:
        if not taken.digests:
            return settled(
                goal_id, last, "The entry was made in Cairn, and is not withdrawn by others.", "entry.exists"
            )
        return further(goal_id, last, withdrawal_of(entry), "withdrawn", before.position, now, ("withdrawn",), ())
    correction = correction_of(payload, elsewhere, current)
    untold = is_newer(mark, taken.mark) is None and taken.digests[-1:] != (digest_of(payload),)
    if untold and (correction.changed or correction.differs):
        what = f"What differs: {', '.join((*correction.changed, *correction.differs))}."
        if taken.is_superseded(digest_of(payload)):
            return settled(goal_id, last, f"It was taken before, and another version after it. {what}")
        if last.score is not None and not last.score.is_amended:
            return settled(goal_id, last, f"{_NO_TELLING} {what}", "entry.exists")
    differs = f"Not taken up: {'; '.join(correction.differs)}." if correction.differs else ""
    if correction.payload is None:
        return settled(goal_id, last, differs, "entry.exists" if differs else "")
    return further(
        goal_id,
        last,
        correction.payload,
        digest_of(payload),
        before.position,
        now,
        correction.changed,
        correction.differs,
    )


def _first(goal_id: GoalId, version: ScoreVersion, last: ScoreVersion, now: datetime) -> ResourceSubmission:
    score = last.score
    if score is None or score.payload is None:
        raise AssertionError("only a score that says something becomes an entry")
    event = first_event(goal_id, score.payload, score.at or now, last.attributes, score.actor or IMPORTER)
    left_out = version.score.left_out if version.score is not None else ()
    return ResourceSubmission(version.document.file, version.found.reference, event, left_out)


def further(
    goal_id: GoalId,
    version: ScoreVersion,
    payload: Payload,
    digest: str,
    after: int,
    now: datetime,
    changed: tuple[str, ...],
    differs: tuple[str, ...],
) -> ResourceSubmission:
    """What to submit for a later version of a score that is known.

    Args:
        digest: The digest of what the version says.
        after: The position of the last event that an import has recorded about the goal.
        changed, differs: The fields that the event changes, and those that differ and stay, with why.
    """
    score = version.score
    actor = (score.actor if score is not None else None) or IMPORTER
    if isinstance(payload, t.Revised):
        actor = IMPORTER  # whoever assesses a baseline does not revise the goal
    time = min(version.versioned.mark.updated or now, now)
    event = further_event(goal_id, payload, time, version.attributes, digest=digest, after=after, actor=actor)
    detail = f"A later version of a score that is known; changed: {', '.join(changed)}."
    return ResourceSubmission(
        version.document.file,
        version.found.reference,
        event,
        score.left_out if score is not None else (),
        detail=" ".join([detail, *([f"Not taken up: {'; '.join(differs)}."] if differs else [])]),
    )


def _add_deletions(
    documents: Sequence[Document],
    known_versions: Sequence[Mapping[tuple[GoalId, str], list[ScoreVersion]]],
    read: ScoresRead,
) -> None:
    """Put each deletion beside the versions of its score; one whose score is not in the files names no patient."""
    for document in documents:
        for found in document.deletions:
            if found.type != "Observation":
                continue
            entry = token_of(found.id) if found.id is not None else None
            places = [versions for each in known_versions for (_, id_), versions in each.items() if id_ == entry]
            if len(places) == 1:
                places[0].append(ScoreVersion(document, found, None))
            else:
                detail = "The deletion does not say whose score it was, and the files do not tell it for certain."
                read.refused.append(Refusal(document.file, found.reference, "request.url", detail))


def _was_withdrawn(state: GoalState, entry: str) -> bool:
    return any(each.entry == entry for each in state.withdrawn)


def _older(goal_id: GoalId, version: ScoreVersion, taken: VersionMark) -> Settled:
    return settled(goal_id, version, f"Not taken: {taken.name} in these files is newer, or says the same.")


def settled(goal_id: GoalId, version: ScoreVersion, detail: str = "", code: str = "") -> Settled:
    """A version for which nothing is submitted; rejected where there is a code."""
    left_out = version.score.left_out if version.score is not None else ()
    return Settled(
        version.document.file,
        version.found.reference,
        goal_id,
        "rejected" if code else "duplicate",
        code,
        detail,
        left_out,
    )


def level_of(version: ScoreVersion) -> int | None:
    """The attainment level of a version; None of one that says none."""
    return version.score.level if version.score is not None else None


def _moment(version: ScoreVersion) -> float:
    at = version.score.at if version.score is not None else None
    return at.timestamp() if at is not None else 0.0
