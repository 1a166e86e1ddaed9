"""One import: from documents to the events to submit, patient by patient, in the order in which they build up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from events.goal.types import Imported
from events.identity import PLAN, GoalId
from events.plan.types import Opened
from events.vocabulary import UNASSIGNED
from services.fhir.incoming.baselines import submit_baselines
from services.fhir.incoming.documents import Document
from services.fhir.incoming.goal_versions import GoalsRead, read_goals
from services.fhir.incoming.known import NOTHING_KNOWN, Known
from services.fhir.incoming.order import supported_first
from services.fhir.incoming.outcomes import outcomes_of
from services.fhir.incoming.people import People
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.score_versions import ScoresRead, read_scores, submit_follow_ups
from services.fhir.incoming.submissions import (
    SOURCE,
    PatientSubmissions,
    Refusal,
    ResourceSubmission,
    Run,
    first_event,
)

__all__ = ["SOURCE", "PatientSubmissions", "Refusal", "ResourceSubmission", "Run", "plan_run"]

NEW_PLAN = Opened(reasons=(), clinician=UNASSIGNED)
"""The plan that an import opens for a patient without one: FHIR goals tell neither reasons nor clinician."""


def plan_run(
    documents: Sequence[Document],
    refused_files: Sequence[RefusedFile],
    org: str,
    now: datetime,
    *,
    known: Known = NOTHING_KNOWN,
    new_plan: Opened = NEW_PLAN,
) -> Run:
    """Map everything in the documents to events.

    Args:
        documents: The files that could be read. A score finds its goal also in another of them.
        refused_files: The files that could not.
        org: The token of the organisation into which everything is imported.
        now: The instant of the import, for what bears no date of its own.
        known: What the log knows of the patients in the documents.
        new_plan: The plan that is opened for a patient who has none.
    """
    people = People(org, known.owners, documents)
    scores = read_scores(documents, people, org)
    goals = read_goals(documents, scores.levels(), people, known, org, now)
    _keep_outcomes_read(documents, goals, scores)
    imported = [each for each in goals.submissions if isinstance(each.event.data, Imported)]
    taken = frozenset(
        each.event.goal_id for each in imported if isinstance(each.event.data, Imported) and each.event.data.gas
    )
    in_run = frozenset(
        goal_id
        for goal_id in (
            *(each.event.goal_id for each in goals.submissions),
            *(each.goal_id for each in goals.settled),
        )
        if goal_id is not None
    )
    scaled = taken | {
        goal_id
        for goal_id in in_run
        if (before := known.goals.get(goal_id)) is not None and before.current.gas is not None
    }
    submit_follow_ups(scores, known, now)
    used = submit_baselines(scores, frozenset(scaled), in_run, known, now)
    return Run(
        patients=tuple(_by_patient(goals, scores, org, now, new_plan)),
        refused_goals=tuple(goals.refused),
        refused_scores=tuple(scores.refused),
        baselines=used,
        refused_files=tuple(refused_files),
        settled_goals=tuple(goals.settled),
        settled_scores=tuple(scores.settled),
        refused_lines=tuple(line for document in documents for line in document.refused_lines),
    )


_OUTCOMES = ("outcomeReference", "outcome")


def _keep_outcomes_read(documents: Sequence[Document], goals: GoalsRead, scores: ScoresRead) -> None:
    """A Goal's outcomes are not left out where all of them are scores that are read."""
    read = {
        version.score.entry
        for versions in (*scores.follow_ups.values(), *scores.baselines.values())
        for version in versions
        if version.score is not None
    }
    taken = set()
    for document in documents:
        for found in document.goals:
            named = [*(found.resource.get("outcomeReference") or ()), *(found.resource.get("outcome") or ())]
            targets = [target.token for target in outcomes_of(found, document)]
            if targets and len(targets) == len(named) and all(target in read for target in targets):
                taken.add((document.file, found.reference))
    goals.submissions = [
        replace(each, left_out=tuple(name for name in each.left_out if name not in _OUTCOMES))
        if (each.file, each.reference) in taken
        else each
        for each in goals.submissions
    ]


def _by_patient(
    goals: GoalsRead, scores: ScoresRead, org: str, now: datetime, new_plan: Opened
) -> Iterator[PatientSubmissions]:
    """Each patient's plan where goals are new, the new goals, then what is changed of known ones, then the scores.

    A known goal may be closed because a new one takes its place, which has to be there then.
    """
    by_patient: dict[str, tuple[list[ResourceSubmission], list[ResourceSubmission]]] = {}
    for submission in goals.submissions:
        by_patient.setdefault(submission.event.goal_id.patient, ([], []))[0].append(submission)
    for submission in sorted(scores.submissions, key=lambda score: score.event.time):
        by_patient.setdefault(submission.event.goal_id.patient, ([], []))[1].append(submission)
    for patient, (of_goals, of_scores) in by_patient.items():
        new = [each for each in of_goals if isinstance(each.event.data, Imported)]
        changed = [each for each in of_goals if not isinstance(each.event.data, Imported)]
        plan = first_event(GoalId(org, patient, PLAN), new_plan, now, {}) if new else None
        in_order = supported_first(new, lambda submission: submission.event)
        yield PatientSubmissions(plan, (*in_order, *changed), tuple(of_scores))
