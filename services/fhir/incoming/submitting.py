"""Submitting what an import read, and the account of it: every Goal resource is recorded, a duplicate, or rejected."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from nats.aio.client import Client
from pydantic_core import to_json

from events.envelope import structured
from events.errors import RETRYABLE
from events.event import Event
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.incoming.run import PatientSubmissions, Refusal, ResourceSubmission, Run
from services.submission_client import PATIENCE_SECONDS, submit

PATIENTS_AT_ONCE = 16

Json = dict[str, Any]  # an outcome as the goals service words it
Ask = Callable[[Event], Awaitable[Json]]
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


class PatientAsker:
    """Asks the goals service, and loses patience once for all: what is down for one goal is down for the next."""

    def __init__(self, nc: Client, patience: float = PATIENCE_SECONDS):
        self._nc = nc
        self._patience = patience
        self._answered = monotonic()

    async def __call__(self, event: Event) -> Json:
        """The outcome of one event."""
        left = max(0.0, self._answered + self._patience - monotonic())
        outcome = await submit(self._nc, event.goal_id, to_json(structured(event)), left)
        if outcome.get("code") not in RETRYABLE:
            self._answered = monotonic()
        return outcome


async def submit_run(run: Run, ask: Ask, done: Callable[[], None]) -> Report:
    """Submit a run: one patient's events one after another, those of different patients side by side.

    Args:
        run: What to submit.
        ask: Gives the outcome of one event.
        done: Called for each Goal and score that has its outcome.
    """
    goals: list[Result] = [_refused(refusal) for refusal in run.refused_goals]
    goals += [
        Result(file.file, reference, "", "rejected", detail=file.reason)
        for file in run.refused_files
        for reference in file.goals
    ]
    scores: list[Result] = [_refused(refusal) for refusal in run.refused_scores]
    waiting = iter(run.patients)

    async def take_patients() -> None:
        for patient in waiting:
            await _submit_patient(patient, ask, done, goals, scores)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(PATIENTS_AT_ONCE, len(run.patients))):
            group.create_task(take_patients())
    return Report(_sorted(goals), _sorted(scores), run.baselines, run.refused_files)


async def _submit_patient(
    patient: PatientSubmissions, ask: Ask, done: Callable[[], None], goals: list[Result], scores: list[Result]
) -> None:
    outcome = await ask(patient.plan) if patient.plan is not None else {}
    # A plan that is there already is as good. Without an answer for the plan, none of its goals could be recorded.
    given_up = outcome if outcome.get("code") in RETRYABLE else None
    for results, submissions in ((goals, patient.goals), (scores, patient.scores)):
        for each in submissions:
            results.append(_result(each, given_up or await ask(each.event)))
            done()


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
