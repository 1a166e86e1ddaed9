"""Who did what, when and why: one Provenance for each event, R4 or R5."""

from collections.abc import Sequence

from events.event import RecordedEvent
from events.vocabulary import SubmitterRole
from services.fhir.ids import fhir_id
from services.fhir.outgoing.elements import Json, Release, coding, concept, given, identifier, meta
from services.fhir.outgoing.references import to_actor, to_goal, to_person
from services.fhir.vocabulary import ACTOR_ROLE, DATA_OPERATION, EVENT_TYPE, PARTICIPANT_TYPE


def write_provenance(recorded: RecordedEvent, release: Release, security: Sequence[Json] = ()) -> Json:
    """The Provenance of one event. Its target is the version of the goal that the event made; a plan's is its CarePlan.

    `occurredDateTime` is when it happened, `recorded` when Cairn stored it. `security` are the labels of the goal.
    """
    event, goal_id = recorded.event, recorded.goal_id
    reason = getattr(event.data, "reason", None)
    why: Json = {"text": reason} if isinstance(reason, str) else {}
    return given(
        resourceType="Provenance",
        id=fhir_id(goal_id, recorded.version),
        meta=meta(1, recorded.recorded_at, security),
        target=[to_goal(goal_id, recorded.version)],
        occurredDateTime=event.time.isoformat(),
        recorded=recorded.recorded_at.isoformat(),
        activity={
            "coding": [
                coding(EVENT_TYPE, recorded.type_name),
                coding(DATA_OPERATION, "CREATE" if recorded.version == 1 else "UPDATE"),
            ]
        },
        agent=[_agent("author", event.actor.role, to_actor(event.actor, goal_id)), *_enterers(recorded)],
        entity=_sources(recorded),
        **_why(why, release),
    )


def _enterers(recorded: RecordedEvent) -> list[Json]:
    """Whoever put the event in for its author: a person who entered it, and the system that submitted it."""
    event = recorded.event
    found: list[Json] = []
    if (enterer := event.enterer) is not None:
        found.append(_agent("enterer", enterer.role, to_person(enterer.id, enterer.role)))
    if event.submitter_role == "system" and event.submitted_by not in (None, event.actor.id):
        found.append(_agent("composer", "system", to_person(str(event.submitted_by), "system")))
    return found


def _agent(kind: str, role: SubmitterRole | None, who: Json) -> Json:
    return given(
        type=concept(PARTICIPANT_TYPE, kind, kind.capitalize()),
        role=[concept(ACTOR_ROLE, role)] if role is not None else [],
        who=who,
    )


def _why(why: Json, release: Release) -> Json:
    if not why:
        return {}
    return {"authorization": [{"concept": why}]} if release == "R5" else {"reason": [why]}


def _sources(recorded: RecordedEvent) -> list[Json]:
    """The event as its sender named it, and the event that it followed from by itself."""
    event = recorded.event
    found: list[Json] = [{"role": "source", "what": {"identifier": identifier(event.source, event.id)}}]
    if event.cause is not None:
        cause = {"reference": f"Provenance/{fhir_id(recorded.goal_id, event.cause)}", "type": "Provenance"}
        found.append({"role": "source", "what": cause})
    return found
