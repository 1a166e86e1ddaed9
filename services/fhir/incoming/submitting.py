"""Submitting what an import read, and the account of it: every Goal resource is recorded, a duplicate, or rejected."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from pydantic_core import to_json

from events.codes import RETRYABLE
from events.envelope import structured
from events.event import Event
from events.log.client.resilient import ResilientClient
from services.fhir.incoming.lines import RefusedLine
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.submissions import Refusal, ResourceSubmission, Run, Settled
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
    refused_lines: tuple[RefusedLine, ...] = ()

    @property
    def unanswered(self) -> bool:
        """Whether something was given up because nothing could be recorded; the same import again takes it up."""
        return any(result.code in RETRYABLE for result in (*self.goals, *self.scores))

    def summary(self) -> Json:
        """The counts, in Goal resources and deletions; `goals` is the sum of recorded, duplicate and rejected."""
        counts: dict[str, int] = {"recorded": 0, "duplicate": 0, "rejected": 0}
        for result in self.goals:
            counts[result.status] += 1
        refused = [{"file": each.file, "reason": each.reason} for each in self.refused_files]
        lines = [{"file": each.file, "line": each.line, "reason": each.reason} for each in self.refused_lines]
        return {
            "goals": len(self.goals),
            **counts,
            "refused_files": refused,
            **({"refused_lines": lines} if lines else {}),
        }


class ImportClient:
    """Submits the events of an import to the goals service."""

    def __init__(self, nc: ResilientClient):
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
    goals += map(_settled, run.settled_goals)
    goals += [
        Result(file.file, reference, "", "rejected", detail=file.reason)
        for file in run.refused_files
        for reference in file.goals
    ]
    scores: list[Result] = [_refused(refusal) for refusal in run.refused_scores]
    scores += map(_settled, run.settled_scores)
    order: PerPatientOrder[Json] = PerPatientOrder(STOP_WHEN_UNCERTAIN_JSON, at_once=PATIENTS_AT_ONCE)

    async def outcome_of(submission: _InRun) -> Json:
        outcomes: list[Json] = []
        for event in submission.events:
            outcomes.append(await order.submit(event.goal_id.plan, partial(submit, event)))
            if outcomes[-1].get("status") != "recorded":  # the next one builds on it
                break
        if submission.resource is not None:
            results = scores if submission.is_score else goals
            results.append(_result(submission.resource, outcomes))
            done()
        return outcomes[-1]

    async for _ in outcomes_in_order(_in_order(run), outcome_of, in_hand=_EVENTS_IN_HAND):
        pass
    return Report(_sorted(goals), _sorted(scores), run.baselines, run.refused_files, run.refused_lines)


class _InRun(NamedTuple):
    """Events of a run that build on one another; with the resource that they come from, which a plan does not have."""

    events: tuple[Event, ...]
    resource: ResourceSubmission | None = None
    is_score: bool = False


def _in_order(run: Run) -> Iterator[_InRun]:
    """The events of a run, patient by patient, each one's in the order in which they build on one another."""
    for patient in run.patients:
        if patient.plan is not None:
            yield _InRun((patient.plan,))
        for goal in patient.goals:
            yield _InRun(goal.events, goal)
        for score in patient.scores:
            yield _InRun(score.events, score, is_score=True)


def _sorted(results: list[Result]) -> tuple[Result, ...]:
    """In an order that does not depend on which patient was answered first."""
    return tuple(sorted(results, key=lambda result: (result.file, result.reference)))


def _result(submitted: ResourceSubmission, outcomes: list[Json]) -> Result:
    """What became of a resource: recorded, if one of its events was and none was rejected."""
    last = outcomes[-1]
    # The id is made of all that the event says, so what differs from the first time is only the hour of the import.
    again = [each.get("duplicate", False) or each.get("code") == "event.id_reused" for each in outcomes]
    rejected = last.get("status") != "recorded" and not again[-1]
    detail = submitted.detail
    if rejected:
        partly = "The first part of it was recorded." if len(outcomes) > 1 else ""
        detail = " ".join(each for each in (last.get("detail", ""), partly, detail) if each)
    return Result(
        file=submitted.file,
        reference=submitted.reference,
        goal_id=str(submitted.event.goal_id),
        status="rejected" if rejected else "duplicate" if all(again) else "recorded",
        code=last.get("code", "") if rejected else "",
        detail="" if all(again) else detail,
        left_out=submitted.left_out,
    )


def _settled(settled: Settled) -> Result:
    return Result(
        file=settled.file,
        reference=settled.reference,
        goal_id=str(settled.goal_id) if settled.goal_id is not None else "",
        status=settled.status,
        code=settled.code,
        detail=settled.detail,
        left_out=settled.left_out,
    )


def _refused(refusal: Refusal) -> Result:
    return Result(refusal.file, refusal.reference, "", "rejected", detail=refusal.sentence)
