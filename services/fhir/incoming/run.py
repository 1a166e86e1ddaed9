"""One import: from documents to the events to submit, patient by patient, in the order in which they build up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import NamedTuple

from events.event import Event
from events.goal.types import Imported
from events.identity import PLAN, GoalId
from events.payload import Payload
from events.plan.types import Opened
from events.vocabulary import Actor
from services.fhir.incoming.documents import Document
from services.fhir.incoming.goal import GoalKey, map_goal
from services.fhir.incoming.order import supported_first
from services.fhir.incoming.references import Target
from services.fhir.incoming.refusal import RefusedFile, RefusedResource
from services.fhir.incoming.scores import Score, read_score

SOURCE = "urn:cairn:fhir-import"
"""The CloudEvents source of everything that an import submits."""
IMPORTER = Actor(id="fhir-import", role="system")
_PLAN = Opened(reasons=(), clinician="unassigned")
"""The plan that an import opens for a patient without one: FHIR goals tell neither reasons nor clinician."""


@dataclass(frozen=True, slots=True)
class ResourceSubmission:
    """One event to submit, the resource that it comes from, and what of that has no place in it."""

    file: str
    reference: str
    event: Event
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A Goal or Observation that is not taken over, and why."""

    file: str
    reference: str
    path: str
    detail: str

    @property
    def sentence(self) -> str:
        """Why, with the place."""
        return f"{self.path}: {self.detail}" if self.path else self.detail


@dataclass(frozen=True, slots=True)
class PatientSubmissions:
    """What is submitted for one patient, in this order: the plan (where there are goals), the goals, the scores."""

    plan: Event | None
    goals: tuple[ResourceSubmission, ...]
    scores: tuple[ResourceSubmission, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """All that one import would do. `baselines` are the score Observations that went into their goals' scales."""

    patients: tuple[PatientSubmissions, ...]
    refused_goals: tuple[Refusal, ...]
    refused_scores: tuple[Refusal, ...]
    baselines: int
    refused_files: tuple[RefusedFile, ...]

    @property
    def goals(self) -> int:
        """The number of Goal resources in all files, those in refused files included."""
        mapped = sum(len(patient.goals) for patient in self.patients)
        return mapped + len(self.refused_goals) + sum(len(file.goals) for file in self.refused_files)


class _Read(NamedTuple):
    """A score with the file and the Observation it was read from."""

    file: str
    reference: str
    score: Score

    @property
    def goal(self) -> GoalKey:
        return self.score.patient, self.score.goal


def plan_run(documents: Sequence[Document], refused_files: Sequence[RefusedFile], org: str, now: datetime) -> Run:
    """Map everything in the documents to events.

    Args:
        documents: The files that could be read. A score finds its goal also in another of them.
        refused_files: The files that could not.
        org: The token of the organisation into which everything is imported.
        now: The instant of the import, for what bears no date of its own.
    """
    scores, refused_scores = _read_scores(documents)
    baselines = _first_baselines(scores)
    levels = {goal: read.score.level for goal, read in baselines.items() if read.score.level is not None}
    goals, refused_goals = _map_goals(documents, levels, org, now)
    scaled = {
        (submission.event.goal_id.patient, submission.event.goal_id.goal)
        for submission in goals
        if isinstance(submission.event.data, Imported) and submission.event.data.gas is not None
    }
    follow_ups = [_score_submission(read, org) for read in scores if read.score.kind == "follow_up"]
    used = 0
    for read in scores:
        if read.score.kind == "baseline":
            if read.goal in scaled and baselines[read.goal] is read:
                used += 1
            else:
                refused_scores.append(_unused_baseline(read, in_run=read.goal in scaled))
    return Run(
        patients=tuple(_by_patient(goals, follow_ups, org, now)),
        refused_goals=tuple(refused_goals),
        refused_scores=tuple(refused_scores),
        baselines=used,
        refused_files=tuple(refused_files),
    )


def _read_scores(documents: Sequence[Document]) -> tuple[list[_Read], list[Refusal]]:
    read, refused = [], []
    for document in documents:
        for found in document.scores:
            try:
                read.append(_Read(document.file, found.reference, read_score(found, document)))
            except RefusedResource as refusal:
                refused.append(Refusal(document.file, found.reference, refusal.path, refusal.detail))
    return read, refused


def _first_baselines(scores: Sequence[_Read]) -> dict[GoalKey, _Read]:
    """The baseline of each goal: where there are several, the first by when it was assessed."""
    in_time = sorted((read for read in scores if read.score.kind == "baseline"), key=lambda read: read.score.at)
    return {read.goal: read for read in reversed(in_time)}


def _unused_baseline(read: _Read, *, in_run: bool) -> Refusal:
    detail = (
        "The goal has an earlier baseline, and keeps one."
        if in_run
        else "A baseline is kept in its goal's scale, and no Goal with a scale in this run is its focus."
    )
    return Refusal(read.file, read.reference, "focus[0]", detail)


def _map_goals(
    documents: Sequence[Document], baselines: Mapping[GoalKey, int], org: str, now: datetime
) -> tuple[list[ResourceSubmission], list[Refusal]]:
    submissions, refused = [], []
    servers: dict[str, str] = {}
    for document in documents:
        for found in document.goals:
            try:
                mapped = map_goal(found, document, baselines)
                _same_server(mapped.patient, servers)
            except RefusedResource as refusal:
                refused.append(Refusal(document.file, found.reference, refusal.path, refusal.detail))
                continue
            time = next((date for date in mapped.dates if date <= now), now)
            event = _event(GoalId(org, mapped.patient.token, mapped.goal), mapped.payload, time)
            submissions.append(ResourceSubmission(document.file, found.reference, event, mapped.left_out))
    return submissions, refused


def _same_server(patient: Target, servers: dict[str, str]) -> None:
    """Two servers may well use one id for two people, whom one organisation must not take for one."""
    if patient.server is not None and servers.setdefault(patient.token, patient.server) != patient.server:
        raise RefusedResource(
            "subject",
            f"It is on {patient.server}, and another patient with this id on {servers[patient.token]}."
            " Import each server into an organisation of its own.",
        )


def _score_submission(read: _Read, org: str) -> ResourceSubmission:
    score = read.score
    goal_id = GoalId(org, score.patient, score.goal)
    return ResourceSubmission(
        read.file, read.reference, _event(goal_id, score.payload, score.at, score.actor or IMPORTER)
    )


def _by_patient(
    goals: Sequence[ResourceSubmission], scores: Sequence[ResourceSubmission], org: str, now: datetime
) -> Iterator[PatientSubmissions]:
    by_patient: dict[str, tuple[list[ResourceSubmission], list[ResourceSubmission]]] = {}
    for submission in goals:
        by_patient.setdefault(submission.event.goal_id.patient, ([], []))[0].append(submission)
    for submission in sorted(scores, key=lambda score: score.event.time):
        by_patient.setdefault(submission.event.goal_id.patient, ([], []))[1].append(submission)
    for patient, (of_goals, of_scores) in by_patient.items():
        plan = _event(GoalId(org, patient, PLAN), _PLAN, now) if of_goals else None
        yield PatientSubmissions(
            plan, tuple(supported_first(of_goals, lambda submission: submission.event)), tuple(of_scores)
        )


def _event(goal_id: GoalId, payload: Payload, time: datetime, actor: Actor = IMPORTER) -> Event:
    """The event, under an id that depends on nothing but where it belongs and what it says.

    So the same resource is a duplicate at the next import, whatever the hour, and a changed one is another event.
    Defaults are left out of the digest, so that a later field of the payload does not change it.
    """
    content = payload.model_dump(mode="json", exclude_defaults=True)
    digest = sha256(dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:32]
    return Event(goal_id=goal_id, source=SOURCE, id=f"{goal_id.goal}.{digest}", time=time, actor=actor, data=payload)
