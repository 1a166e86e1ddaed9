"""A FHIR Goal, R4 or R5, as `cairn.goal.imported.v1`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fhir.resources.goal import Goal as R5Goal
from fhir.resources.R4B.goal import Goal as R4Goal
from pydantic import ValidationError

from events.catalog import field_named
from events.goal.types import Imported
from events.vocabulary import Party
from events.wrong_values import wrong_values
from services.fhir.incoming.agreement import agreed_by
from services.fhir.incoming.bindings import GOAL, check_targets
from services.fhir.incoming.concepts import (
    Concept,
    Extension,
    code_in,
    codings,
    extensions_of,
    instant,
    not_a_date,
    parts,
    real_date,
    words,
)
from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.gas import read_scale
from services.fhir.incoming.identifiers import expresser, read_identifiers
from services.fhir.incoming.identity import found_token
from services.fhir.incoming.life_area import life_area
from services.fhir.incoming.measures import read_targets
from services.fhir.incoming.nested import unread_parts
from services.fhir.incoming.own import OWN, At, read_own
from services.fhir.incoming.parsing import parse
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.incoming.status import read_status
from services.fhir.incoming.version import goal_version
from services.fhir.vocabulary import ACCEPTANCE, REASON_REJECTED, RELATIONSHIP, RELATIONSHIP_TYPE, SCALING

GoalKey = tuple[str, str]
"""The tokens of a patient and a goal."""

_READ = frozenset(
    {
        *("resourceType", "id", "meta", "identifier", "subject", "description", "category", "target", "extension"),
        *("lifecycleStatus", "achievementStatus", "startDate", "statusDate", "statusReason", "expressedBy", "source"),
    }
)
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
        agreed: Who agreed, by party; empty where that is not told.
        scale_unreadable: The goal has a scale that could not be read, which is another thing than none.
    """

    patient: Target
    goal: str
    payload: Imported
    dates: tuple[datetime, ...]
    left_out: tuple[str, ...]
    agreed: Mapping[Party, str] = field(default_factory=dict)
    scale_unreadable: bool = False


def map_goal(found: Found, document: Document, baselines: Mapping[GoalKey, int]) -> MappedGoal:
    """Map one Goal; `baselines` are the attainment levels at the start, as Observations give them.

    Raises:
        RefusedResource: with the FHIR path that is in the way.
    """
    seen = goal_version(found.resource)
    if not seen.readable:
        raise RefusedResource("", seen.sentence)
    patient, token = goal_key(found, document)
    check_targets(found.resource)
    model: type[R4Goal] | type[R5Goal] = R5Goal if seen.version == "R5" else R4Goal
    goal: R4Goal | R5Goal = parse(model, found.resource, GOAL)
    try:
        return _mapped(goal, found, document, patient, token, baselines.get((patient.token, token)))
    except ValidationError as error:  # the resource is right, but says more than an event can hold
        first = wrong_values(error)[0]
        raise RefusedResource(
            "", f"Cairn's {field_named(first.where) or first.kind} cannot hold what it says. {first.sentence}"
        ) from None


def goal_key(found: Found, document: Document) -> tuple[Target, str]:
    """Whose goal it is, and the goal's token.

    Raises:
        RefusedResource: one of them cannot be told.
    """
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

    def with_url(url: str) -> list[At]:
        return [(path, each) for path, each in extensions if each.url == url]

    statement = words(goal.description)
    if statement is None:
        raise RefusedResource("description", "It says nothing in words, neither as text nor as a coding's display.")
    own = read_own(extensions)
    start = real_date(goal.startDate)
    target = read_targets(goal.target or (), start, own.smart)
    scale = read_scale(with_url(SCALING), own.scale, baseline)
    replacements = [(path, each) for path, each in with_url(RELATIONSHIP) if _replaces(each)]
    status = read_status(goal.lifecycleStatus, goal.achievementStatus, replaced=bool(replacements), outcome=own.outcome)
    speaker = "source" if isinstance(goal, R5Goal) else "expressedBy"
    expressed_by = found.resource.get(speaker)
    speaker_kept = expresser(expressed_by, found, document)
    external, unnamed = read_identifiers(found, speaker_kept)
    replaced_by = _target(replacements, found, document) if status.status == "closed" else None
    area, uncertain = life_area(goal.category or ())
    agreed = agreed_by(expressed_by, with_url(ACCEPTANCE), patient.token, found, document)
    known = {SCALING, ACCEPTANCE, REASON_REJECTED, *OWN}
    used = {path for path, _ in replacements} if replaced_by else set()
    return MappedGoal(
        patient=patient,
        goal=token,
        payload=Imported(
            statement=statement,
            life_area=area,
            smart=target.smart,
            gas=scale.scale,
            supports=resolve("extension", own.supports, found, document).token if own.supports else None,
            status=status.status,
            outcome=status.outcome,
            replaced_by=replaced_by,
            agreed_by=tuple(agreed),
            started_on=start,
            status_on=real_date(goal.statusDate),
            reason=goal.statusReason or _rejection(with_url(REASON_REJECTED)),
            external=external,
            **{"clinical_target": target.clinical_target, **own.fields},
        ),
        dates=_dates(goal),
        left_out=(
            *status.left_out,
            *target.left_out,
            *scale.left_out,
            *unnamed,
            *uncertain,
            *_left_out(goal, found.resource),
            *((speaker,) if expressed_by is not None and speaker_kept is None else ()),
            *(f"{path} ({each.url})" for path, each in extensions if each.url not in known and path not in used),
        ),
        agreed=agreed,
        scale_unreadable=scale.unreadable,
    )


def _dates(goal: R4Goal | R5Goal) -> tuple[datetime, ...]:
    updated = goal.meta.lastUpdated if goal.meta is not None else None
    candidates = (real_date(goal.statusDate), real_date(goal.startDate), updated)
    return tuple(known for each in candidates if (known := instant(each)) is not None)


def _left_out(goal: R4Goal | R5Goal, resource: Json) -> list[str]:
    meta = resource.get("meta") or {}
    updated = goal.meta.lastUpdated if goal.meta is not None else None
    dated = (("startDate", goal.startDate), ("statusDate", goal.statusDate), ("meta.lastUpdated", updated))
    description, achievement = goal.description, goal.achievementStatus
    displays = {(each.display or "").casefold() for each in codings(achievement)}
    return [
        *sorted(resource.keys() - _READ),
        *(f"meta.{name}" for name in meta if name not in ("lastUpdated", "versionId", "security")),
        *(["description.coding"] if description.text and description.coding else []),
        *(
            ["achievementStatus.text"]
            if achievement is not None
            and achievement.coding
            and (achievement.text or "").casefold() not in displays | {""}
            else []
        ),
        *(f"{name}: {not_a_date(value)}" for name, value in dated if value and real_date(value) is None),
        *unread_parts(resource, _READ),
    ]


def _target(relationships: list[At], found: Found, document: Document) -> str | None:
    """The token of the Goal that took this one's place; None when it cannot be told which one that is."""
    for path, each in relationships:
        reference = parts(each).get("target")
        try:
            return resolve(path, reference.model_dump() if reference is not None else None, found, document).token
        except RefusedResource:  # that it was replaced stands
            continue
    return None


def _replaces(relationship: Extension) -> bool:
    kind = parts(relationship).get("type")
    return getattr(kind, "coding", None) is not None and code_in(kind, RELATIONSHIP_TYPE) == "replacement"


def _rejection(extensions: list[At]) -> str | None:
    concepts: list[Concept | None] = [each.valueCodeableConcept for _, each in extensions]
    return next((said for said in map(words, concepts) if said), None)
