"""A FHIR Goal, R4 or R5, as `cairn.goal.imported.v1`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fhir.resources.goal import Goal as R5Goal
from fhir.resources.R4B.goal import Goal as R4Goal
from pydantic import ValidationError

from events.goal.types import Imported
from events.vocabulary import External
from services.intake.fhir.agreement import ACCEPTANCE, agreed_by
from services.intake.fhir.concepts import Concept, Extension, code_in, extensions_of, full_date, instant, parts, words
from services.intake.fhir.documents import Document, Found
from services.intake.fhir.gas import SCALING, read_scale
from services.intake.fhir.identity import found_token
from services.intake.fhir.life_area import life_area
from services.intake.fhir.measures import read_targets
from services.intake.fhir.parsing import fhir_path, parse
from services.intake.fhir.references import Target, resolve
from services.intake.fhir.refusal import Json, RefusedResource
from services.intake.fhir.status import read_status
from services.intake.fhir.version import goal_version

GoalKey = tuple[str, str]
"""The tokens of a patient and a goal."""
REFERENCE_SYSTEM = "urn:fhir:Goal"
"""The system under which a goal keeps its FHIR reference."""
NO_SYSTEM = "urn:fhir:Goal.identifier"
"""The system of identifiers that name none."""
REASON_REJECTED = "http://hl7.org/fhir/StructureDefinition/goal-reasonRejected"
RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
RELATIONSHIP_TYPE = "http://terminology.hl7.org/CodeSystem/goal-relationship-type"

_MOST_EXTERNAL = 20
_READ = {
    *("resourceType", "id", "meta", "identifier", "subject", "description", "category", "target", "extension"),
    *("lifecycleStatus", "achievementStatus", "startDate", "statusDate", "statusReason", "expressedBy", "source"),
}
"""The elements that are looked at here; all others are named as left out."""


@dataclass(frozen=True, slots=True)
class MappedGoal:
    """A goal as Cairn would record it.

    Attributes:
        patient: Where the goal's subject points.
        goal: The goal's token.
        payload: What the event says.
        dates: When it may have happened, the best first: of its status, of its start, of its last update.
        left_out: FHIR elements, with a remark where it helps, that have no place in the payload.
    """

    patient: Target
    goal: str
    payload: Imported
    dates: tuple[datetime, ...]
    left_out: tuple[str, ...]


def map_goal(found: Found, document: Document, baselines: Mapping[GoalKey, int]) -> MappedGoal:
    """Map one Goal; `baselines` are the attainment levels at the start, as Observations give them.

    Raises:
        RefusedResource: with the FHIR path that is in the way.
    """
    seen = goal_version(found.resource)
    if not seen.readable:
        raise RefusedResource("", seen.sentence)
    patient, token = _key(found, document)
    goal: R4Goal | R5Goal = parse(R5Goal, found.resource) if seen.version == "R5" else parse(R4Goal, found.resource)
    try:
        return _mapped(goal, found, document, patient, token, baselines.get((patient.token, token)))
    except ValidationError as error:  # the resource is right, but says more than an event can hold
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise RefusedResource(
            "", f"Cairn's {fhir_path(first['loc']) or first['type']} cannot hold what it says: {first['msg']}."
        ) from None


def _key(found: Found, document: Document) -> tuple[Target, str]:
    token = found_token(found)
    if token is None:
        raise RefusedResource("id", "It is missing, so the goal could not be told apart at the next import.")
    patient = resolve("subject", found.resource.get("subject"), found, document)
    if patient.type not in ("Patient", None):
        raise RefusedResource("subject", f"It is a {patient.type}; Cairn keeps goals of patients.")
    return patient, token


def _mapped(
    goal: R4Goal | R5Goal,
    found: Found,
    document: Document,
    patient: Target,
    token: str,
    baseline: int | None,
) -> MappedGoal:
    extensions = [(f"extension[{index}]", each) for index, each in enumerate(extensions_of(goal))]

    def with_url(url: str) -> list[tuple[str, Extension]]:
        return [(path, each) for path, each in extensions if each.url == url]

    start = full_date(goal.startDate)
    target = read_targets(goal.target or (), start)
    scale = read_scale(with_url(SCALING), baseline)
    status = read_status(
        goal.lifecycleStatus, goal.achievementStatus, replaced=any(map(_replaces, with_url(RELATIONSHIP)))
    )
    external, unnamed = _external(found)
    speaker = "source" if isinstance(goal, R5Goal) else "expressedBy"
    expressed_by = found.resource.get(speaker)
    parties = agreed_by(expressed_by, with_url(ACCEPTANCE), patient.token, found, document)
    rejected = [parts_words for _, each in with_url(REASON_REJECTED) if (parts_words := _concept_words(each))]
    area, uncertain = life_area(goal.category or ())
    statement = words(goal.description)
    if statement is None:
        raise RefusedResource("description", "It says nothing in words, neither as text nor as a coding's display.")
    known = {SCALING, ACCEPTANCE, REASON_REJECTED}
    return MappedGoal(
        patient=patient,
        goal=token,
        payload=Imported(
            statement=statement,
            life_area=area,
            smart=target.smart,
            gas=scale.scale,
            clinical_target=target.clinical_target,
            status=status.status,
            outcome=status.outcome,
            agreed_by=parties,
            started_on=start,
            status_on=full_date(goal.statusDate),
            reason=goal.statusReason or next(iter(rejected), None),
            external=external,
        ),
        dates=_dates(goal),
        left_out=(
            *status.left_out,
            *target.left_out,
            *scale.left_out,
            *unnamed,
            *uncertain,
            *_left_out(goal, found.resource),
            *((speaker,) if expressed_by is not None and not parties else ()),
            *(f"{path} ({each.url})" for path, each in extensions if each.url not in known),
        ),
    )


def _external(found: Found) -> tuple[tuple[External, ...], tuple[str, ...]]:
    """The goal's FHIR reference and its identifiers; and the identifiers that say too little or too much."""
    kept = [External(system=REFERENCE_SYSTEM, value=found.reference[:200])]
    left_out = []
    identifiers: Sequence[Json] = found.resource.get("identifier") or ()
    for index, identifier in enumerate(identifiers):
        system, value = identifier.get("system") or NO_SYSTEM, identifier.get("value")
        if value and len(value) <= 200 and len(system) <= 200 and len(kept) < _MOST_EXTERNAL:
            kept.append(External(system=system, value=value))
        else:
            left_out.append(f"identifier[{index}]")
    return tuple(kept), tuple(left_out)


def _dates(goal: R4Goal | R5Goal) -> tuple[datetime, ...]:
    updated = goal.meta.lastUpdated if goal.meta is not None else None
    candidates = (full_date(goal.statusDate), full_date(goal.startDate), updated)
    return tuple(known for each in candidates if (known := instant(each)) is not None)


def _left_out(goal: R4Goal | R5Goal, resource: Json) -> list[str]:
    meta = resource.get("meta") or {}
    partial = (("startDate", goal.startDate), ("statusDate", goal.statusDate))
    return [
        *sorted(resource.keys() - _READ),
        *(f"meta.{name}" for name in meta if name not in ("lastUpdated", "versionId")),
        *(["description.coding"] if goal.description.text and goal.description.coding else []),
        *(f"{name}: {value}, which names no day" for name, value in partial if value and not _is_day(value)),
    ]


def _is_day(value: object) -> bool:
    return isinstance(value, date)


def _replaces(relationship: tuple[str, Extension]) -> bool:
    kind = parts(relationship[1]).get("type")
    return getattr(kind, "coding", None) is not None and code_in(kind, RELATIONSHIP_TYPE) == "replacement"


def _concept_words(extension: Extension) -> str | None:
    concept: Concept | None = extension.valueCodeableConcept
    return words(concept)
