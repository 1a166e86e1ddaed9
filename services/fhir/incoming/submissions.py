"""What one import submits, and what it leaves as it is, each with the resource that it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Literal

from events.event import Event
from events.identity import GoalId
from events.payload import Payload
from events.vocabulary import Actor
from services.fhir.incoming.lines import RefusedLine
from services.fhir.incoming.refusal import RefusedFile

SOURCE = "urn:cairn:fhir-import"
"""The CloudEvents source of everything that an import submits."""
IMPORTER = Actor(id="fhir-import", role="system")


@dataclass(frozen=True, slots=True)
class ResourceSubmission:
    """What to submit for one resource, and what of that resource has no place in it.

    Attributes:
        event: The first event.
        further: The events that build on the first one; they are submitted while all before them are recorded.
        detail: What the version changes, and what of it is not taken up.
    """

    file: str
    reference: str
    event: Event
    left_out: tuple[str, ...] = ()
    further: tuple[Event, ...] = ()
    detail: str = ""

    @property
    def events(self) -> tuple[Event, ...]:
        """All its events, in order."""
        return (self.event, *self.further)


@dataclass(frozen=True, slots=True)
class Settled:
    """A Goal or Observation for which nothing is submitted: it is there already, or cannot be taken up."""

    file: str
    reference: str
    goal_id: GoalId | None
    status: Literal["duplicate", "rejected"]
    code: str = ""
    detail: str = ""
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
    """What is submitted for one patient, in this order: the plan (where goals are new), the goals, the scores."""

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
    settled_goals: tuple[Settled, ...] = ()
    settled_scores: tuple[Settled, ...] = ()
    refused_lines: tuple[RefusedLine, ...] = ()

    @property
    def goals(self) -> int:
        """The number of Goal resources and deletions of goals in all files, those in refused files included."""
        mapped = sum(len(patient.goals) for patient in self.patients) + len(self.settled_goals)
        return mapped + len(self.refused_goals) + sum(len(file.goals) for file in self.refused_files)


def digest_of(payload: Payload) -> str:
    """A digest of what a payload says. Defaults are left out, so that a later field does not change it."""
    content = payload.model_dump(mode="json", exclude_defaults=True)
    return sha256(dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:32]


def first_event(
    goal_id: GoalId, payload: Payload, time: datetime, attributes: Mapping[str, str], actor: Actor = IMPORTER
) -> Event:
    """The event under an id that depends on nothing but where it belongs and what it says.

    So the same resource is a duplicate at the next import, whatever the hour, and a changed one is another event.
    """
    id_ = f"{goal_id.goal}.{digest_of(payload)}"
    return Event(goal_id, SOURCE, id_, time, actor, payload, extensions=attributes)


def further_event(
    goal_id: GoalId,
    payload: Payload,
    time: datetime,
    attributes: Mapping[str, str],
    *,
    digest: str,
    after: int,
    actor: Actor = IMPORTER,
) -> Event:
    """An event by which a later version of something known is taken up.

    Args:
        digest: The digest of what the version says.
        after: The position of the last event that an import has recorded about the goal. The same version, taken up
            after another one, is another event.
    """
    name = payload.type_name.split(".")[2]
    id_ = f"{goal_id.goal}.{digest}.{name}-{actor.role}.{after}"
    return Event(goal_id, SOURCE, id_, time, actor, payload, extensions=attributes)
