"""Submitting what an import read, and the account of it: every Goal resource is recorded, a duplicate, or rejected."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from nats.aio.client import Client
from pydantic_core import to_json

from events.codes import RETRYABLE
from events.envelope import structured
from events.event import Event
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.run import Refusal, ResourceSubmission, Run
from services.per_patient_order import PerPatientOrder, outcomes_in_order
from services.submission_client import STOP_WHEN_UNCERTAIN_JSON, SubmissionClient

PATIENTS_AT_ONCE = 16
_EVENTS_IN_HAND = 4096
"""Events of a run that may be begun: so many that one patient with many does not keep the others waiting."""

Json = dict[str, Any]  # an outcome as the goals service words it
Submit = Callable[[Event], Awaitable[Json]]
Status = Literal["recorded", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one Goal or score Observation. `goal_id` is empty where it did not come to an event."""

    file: str
    reference: str
    goal_id: str
    status: Status
    code: str = ""
    detail: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an import."""

    goals: tuple[Result, ...]
    scores: tuple[Result, ...]
    baselines: int
    refused_files: tuple[RefusedFile, ...]

    @property
    def unanswered(self) -> bool:
        """Whether something was given up because nothing could be recorded; the same import again takes it up."""
        return any(result.code in RETRYABLE for result in (*self.goals, *self.scores))

    def summary(self) -> Json:
        """The counts, in Goal resources; `goals` is always the sum of recorded, duplicate and rejected."""
        counts: dict[str, int] = {"recorded": 0, "duplicate": 0, "rejected": 0}
        for result in self.goals:
            counts[result.status] += 1
        refused = [{"file": each.file, "reason": each.reason} for each in self.refused_files]
        return {"goals": len(self.goals), **counts, "refused_files": refused}


class ImportClient:
    """Submits the events of an import to the goals service."""

    def __init__(self, nc: Client):
        self._client = SubmissionClient(nc)

    async def submit(self, event: Event) -> Json:
        """The outcome of one event."""
        return await self._client.submit(event.goal_id, to_json(structured(event)))


async def submit_run(run: Run, submit: Submit, done: Callable[[], None]) -> Report:
    """Submit a run: one patient's events one after another, those of different patients side by side.

    A plan that is there already is as good as one that was recorded. Once an event has no certain answer, the rest of
    that patient's are not submitted; the same import again submits them.

    Args:
        run: What to submit.
        submit: Gives the outcome of one event.
        done: Called for each Goal and score that has its outcome.
    """
    goals: list[Result] = [_refused(refusal) for refusal in run.refused_goals]
    goals += [
        Result(file.file, reference, "", "rejected", detail=file.reason)
        for file in run.refused_files
        for reference in file.goals
    ]
    scores: list[Result] = [_refused(refusal) for refusal in run.refused_scores]
    order: PerPatientOrder[Json] = PerPatientOrder(STOP_WHEN_UNCERTAIN_JSON, at_once=PATIENTS_AT_ONCE)

    async def outcome_of(submission: _InRun) -> Json:
        outcome = await order.submit(submission.event.goal_id.plan, partial(submit, submission.event))
        if submission.resource is not None:
            results = scores if submission.is_score else goals
            results.append(_result(submission.resource, outcome))
            done()
        return outcome

    async for _ in outcomes_in_order(_in_order(run), outcome_of, in_hand=_EVENTS_IN_HAND):
        pass
    return Report(_sorted(goals), _sorted(scores), run.baselines, run.refused_files)


class _InRun(NamedTuple):
    """An event of a run; with the resource that it comes from, which a plan does not have."""

    event: Event
    resource: ResourceSubmission | None = None
    is_score: bool = False


def _in_order(run: Run) -> Iterator[_InRun]:
    """The events of a run, patient by patient, each one's in the order in which they build on one another."""
    for patient in run.patients:
        if patient.plan is not None:
            yield _InRun(patient.plan)
        for goal in patient.goals:
            yield _InRun(goal.event, goal)
        for score in patient.scores:
            yield _InRun(score.event, score, is_score=True)


def _sorted(results: list[Result]) -> tuple[Result, ...]:
    """In an order that does not depend on which patient was answered first."""
    return tuple(sorted(results, key=lambda result: (result.file, result.reference)))


def _result(submitted: ResourceSubmission, outcome: Json) -> Result:
    # The id is made of all that the event says, so what differs from the first time is only the hour of the import.
    again = outcome.get("duplicate", False) or outcome.get("code") == "event.id_reused"
    recorded = outcome.get("status") == "recorded"
    return Result(
        file=submitted.file,
        reference=submitted.reference,
        goal_id=str(submitted.event.goal_id),
        status="duplicate" if again else "recorded" if recorded else "rejected",
        code="" if again else outcome.get("code", ""),
        detail="" if again else outcome.get("detail", ""),
        left_out=submitted.left_out,
    )


def _refused(refusal: Refusal) -> Result:
    return Result(refusal.file, refusal.reference, "", "rejected", detail=refusal.sentence)
