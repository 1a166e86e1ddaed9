"""Observations that focus on a Goal: its attainment level at the start or at a follow-up, and Cairn's own entries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from fhir.resources.observation import Observation as R5Observation
from fhir.resources.R4B.observation import Observation as R4Observation
from pydantic import ValidationError

from events.catalog import field_named
from events.goal.types import ProgressLogged
from events.vocabulary import Actor, ActorRole
from events.wrong_values import wrong_values
from services.fhir.incoming.bindings import OBSERVATION
from services.fhir.incoming.concepts import Concept, codings, instant, real_date
from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.entry import read_entry
from services.fhir.incoming.identity import found_token
from services.fhir.incoming.nested import unread_parts
from services.fhir.incoming.parsing import parse
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.loinc import ATTAINMENT_LEVELS, LOINC, SCORES, ScoreKind

_AMENDED = ("amended", "corrected")
_USABLE = ("final", *_AMENDED)
_IN_ERROR = "entered-in-error"
_META = ("lastUpdated", "versionId")
_READ = frozenset(
    {"resourceType", "id", "meta", "identifier", "status", "category", "code", "subject", "focus", "performer"}
    | {"effectiveDateTime", "effectivePeriod", "effectiveInstant", "valueCodeableConcept"}
)
"""The elements that are looked at here; all others are named as left out. An identifier is that of the Observation,
which is known by its id; a category says that it is a score."""
_OF_CAIRN = frozenset({"note", "component"})
_ROLES: dict[str | None, ActorRole] = {
    "Patient": "patient",
    "Practitioner": "clinician",
    "PractitionerRole": "clinician",
    "RelatedPerson": "family",
}
_ONLY_IN_R5 = ("triggeredBy", "bodyStructure", "instantiatesCanonical", "instantiatesReference")


@dataclass(frozen=True, slots=True)
class Score:
    """One score or entry.

    Attributes:
        patient: Where the subject points.
        goal: The token of the goal.
        entry: The token of the Observation, as the id of an entry.
        level: The attainment level, which a baseline always has.
        at: When it was assessed; None of one that was entered in error and does not say.
        actor: Whoever gave it; None when nobody is named.
        payload: What it says; None when it was entered in error, and so says nothing.
        left_out: FHIR elements that have no place in the payload.
        is_amended: Its status says that it changes what was said before.
    """

    patient: Target
    goal: str
    entry: str
    kind: ScoreKind
    level: int | None
    at: datetime | None
    actor: Actor | None
    payload: ProgressLogged | None
    left_out: tuple[str, ...] = ()
    is_amended: bool = False


GoalOf = Callable[[Target, str], str | None]
"""Gives the goal whose outcome a score is, by the score's patient and token; None where no Goal names the score."""


def read_score(found: Found, document: Document, goal_of: GoalOf = lambda patient, entry: None) -> Score:
    """Read one score Observation, or one in which Cairn wrote an entry of a goal's progress.

    Args:
        goal_of: The goal of a score that focuses on none.

    Raises:
        RefusedResource: with the FHIR path that is in the way. An answer that is not one of LOINC's five levels is
            refused, even where its display seems clear: a level is never guessed.
    """
    resource = found.resource
    newer = any(name in resource for name in _ONLY_IN_R5)
    observation: R4Observation | R5Observation = (
        parse(R5Observation, resource, OBSERVATION) if newer else parse(R4Observation, resource, OBSERVATION)
    )
    in_error = observation.status == _IN_ERROR
    if observation.status not in _USABLE and not in_error:
        raise RefusedResource(
            "status", f"“{str(observation.status)[:40]}” is no score to rely on; {_listed(_USABLE)} are."
        )
    entry = found_token(found)
    if entry is None:
        raise RefusedResource("id", "It is missing, so the score could not be told apart at the next import.")
    patient = resolve("subject", resource.get("subject"), found, document)
    goal = _goal(found, document) or goal_of(patient, entry)
    if goal is None:
        raise RefusedResource("focus[0]", "It names no Goal, and no Goal in these files has the score as its outcome.")
    kind = _kind(observation.code)
    actor, unnamed = _actor(found, document)
    if in_error:
        return Score(patient, goal, entry, kind or "follow_up", None, instant(_stated(observation)), actor, None)
    at, on = _moment(observation)
    level = _level(observation.valueCodeableConcept) if kind is not None else None
    fields = read_entry(observation)
    try:
        payload = ProgressLogged(entry=entry, on=on, level=level, **fields)
    except ValidationError as error:
        first = wrong_values(error)[0]
        where = field_named(first.where)
        raise RefusedResource(
            "component" if where else "", f"Cairn's {where or 'entry'} cannot hold what it says. {first.sentence}"
        ) from None
    return Score(
        patient=patient,
        goal=goal,
        entry=entry,
        kind=kind or "follow_up",
        level=level,
        at=at,
        actor=actor,
        payload=payload,
        left_out=(*_left_out(resource, of_cairn=bool(fields)), *unnamed, *_comment(observation.valueCodeableConcept)),
        is_amended=observation.status in _AMENDED,
    )


def _goal(found: Found, document: Document) -> str | None:
    """The Goal that a score focuses on; None when it focuses on nothing."""
    focus = found.resource.get("focus") or []
    if len(focus) > 1:
        raise RefusedResource("focus", "It names several things; a score is about one Goal.")
    if not focus:
        return None
    goal = resolve("focus[0]", focus[0], found, document)
    if goal.type not in ("Goal", None):
        raise RefusedResource("focus[0]", f"It is a {goal.type}; a score is about a Goal.")
    return goal.token


def _left_out(resource: Json, *, of_cairn: bool) -> tuple[str, ...]:
    """What of an Observation has no place in an entry; its components and notes have one where Cairn wrote them."""
    read = _READ | (_OF_CAIRN if of_cairn else frozenset())
    meta = resource.get("meta")
    further = [f"meta.{name}" for name in meta if name not in _META] if isinstance(meta, dict) else []
    return (*sorted(resource.keys() - read), *further, *unread_parts(resource, read))


def _comment(answer: Concept | None) -> tuple[str, ...]:
    """The words of an answer, where they say more than the name of its code."""
    said = (answer.text or "").casefold() if answer is not None else ""
    repeated = {(each.display or "").casefold() for each in codings(answer)}
    return ("valueCodeableConcept.text",) if said and said not in repeated else ()


def _kind(code: Concept) -> ScoreKind | None:
    """Which score it is; None for an entry without one."""
    return next(
        (SCORES[each.code] for each in codings(code) if each.system == LOINC and each.code in SCORES),
        None,
    )


def _level(value: Concept | None) -> int:
    answers = codings(value)
    of_loinc = [coding.code for coding in answers if coding.system == LOINC]
    found = {ATTAINMENT_LEVELS[code] for code in of_loinc if code in ATTAINMENT_LEVELS}
    foreign = [code for code in of_loinc if code not in ATTAINMENT_LEVELS]
    if len(found) == 1 and not foreign:
        return found.pop()
    shown = f"“{str(foreign[0])[:60]}” is none of them" if foreign else "there is none, or more than one"
    raise RefusedResource(
        "valueCodeableConcept",
        f"It must be one of LOINC's answers {_listed(tuple(ATTAINMENT_LEVELS))} (+2 to -2); {shown}.",
    )


def _moment(observation: R4Observation | R5Observation) -> tuple[datetime, date]:
    """When the level was assessed: the end of a period, as an instant and as the day where it was."""
    stated = _stated(observation)
    at, on = instant(stated), real_date(stated)
    if at is None or on is None:
        raise RefusedResource("effectiveDateTime", "It must name the day on which the level was assessed.")
    return at, on


def _stated(observation: R4Observation | R5Observation) -> object:
    period = observation.effectivePeriod
    return (
        observation.effectiveDateTime
        or observation.effectiveInstant
        or (period.end or period.start if period is not None else None)
    )


def _actor(found: Found, document: Document) -> tuple[Actor | None, tuple[str, ...]]:
    """The first performer who can be told apart, and the paths of all others."""
    actor, others = None, []
    for index, performer in enumerate(found.resource.get("performer") or ()):
        try:
            target = resolve("performer", performer, found, document)
        except RefusedResource:  # someone who is only named; the score stays
            target = None
        if actor is None and target is not None and target.type in _ROLES:
            actor = Actor(id=target.token, role=_ROLES[target.type])
        else:
            others.append(f"performer[{index}]")
    return actor, tuple(others)


def _listed(codes: tuple[str, ...]) -> str:
    return f"{', '.join(codes[:-1])} and {codes[-1]}"
