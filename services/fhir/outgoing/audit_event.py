"""Who read and who wrote, as FHIR AuditEvents after IHE Basic Audit Log Patterns (BALP 1.1.4): R4 and R5.

A reading of one thing is BALP's PatientRead; an event that was recorded is PatientCreate or PatientUpdate. PatientQuery
is not claimed for searches: it requires the raw query, and what was searched for is never recorded. The profiles are of
R4; in R5 the same is said without a profile. Client and server have each other's code in reading and in writing (the
one is where data goes to): so the profiles have it.
"""

from collections.abc import Mapping
from typing import Any

from events.event import RecordedEvent
from events.identity import PLAN, GoalId
from services.fhir.ids import audit_event_id, fhir_id
from services.fhir.outgoing.audit_elements import (
    BALP,
    DESTINATION,
    IP_ADDRESS,
    NAME,
    PARTICIPATION,
    SOURCE_ROLE,
    TERMINOLOGY,
    URI,
    Audited,
    machine,
    user,
    write_audit_event,
)
from services.fhir.outgoing.elements import Json, Release, concept, identifier
from services.fhir.outgoing.references import to_actor, to_goal
from services.fhir.vocabulary import ACCESS_OPERATION, ACTOR_ROLE, CLIENT, PRINCIPAL, SOURCE

PROFILES = tuple(f"{BALP}{name}" for name in ("PatientRead", "PatientCreate", "PatientUpdate"))
"""The profiles that AuditEvents of R4 claim."""
_CAIRN = {"display": "Cairn"}
_OF_ONE = frozenset({"read", "vread"})
_EXECUTED = frozenset({"search-type", "operation"})

# Any below: a row of the access record, as its query gives it.


def write_reading(access: Mapping[str, Any], release: Release, base: str) -> Json:
    """The AuditEvent of a reading.

    Args:
        access: An item of :func:`projections.access_record.queries.accesses`.
        base: The address of the FHIR endpoint, which is the server of the event.
    """
    plan_id = GoalId(access["org"], access["patient"], PLAN)
    interaction, told = access["interaction"], access["outcome"] == "told"
    reader = user(
        concept(PARTICIPATION, "IRCP", "information recipient"),
        {"identifier": identifier(PRINCIPAL, access["reader"])},
        [concept(ACTOR_ROLE, role) for role in access["roles"]],
    )
    if access["token"]:
        reader["policy"] = [f"urn:ietf:params:oauth:jti:{access['token']}"]
    purpose = [concept(f"{TERMINOLOGY}/v3-ActReason", access["purpose"])]
    reader["authorization" if release == "R5" else "purposeOfUse"] = purpose
    client = {"identifier": identifier(CLIENT, access["client"])} if access["client"] else {"display": "not named"}
    return write_audit_event(
        Audited(
            id=audit_event_id(plan_id, access["position"], access["number"]),
            profile="PatientRead" if told and interaction in _OF_ONE else None,
            interaction=interaction,
            action="E" if interaction in _EXECUTED else "R",
            recorded=access["at"],
            refused=None if told else access["code"],
            agents=[
                machine(DESTINATION, client, *_network(access)),
                machine(SOURCE_ROLE, _CAIRN, base, URI),
                reader,
            ],
            patient=plan_id,
            data={"identifier": identifier(ACCESS_OPERATION, f"{access['reading']}:{access['operation']}")},
            base=base,
        ),
        release,
    )


def write_recording(recorded: RecordedEvent, release: Release, base: str) -> Json:
    """The AuditEvent of an event that was recorded: who acted is the author, who submitted it the enterer."""
    event, goal_id = recorded.event, recorded.goal_id
    first = recorded.version == 1
    # A source is any text; an address that is a URI holds no space.
    kind = URI if len(event.source.split()) == 1 else NAME
    author = user(
        concept(PARTICIPATION, "AUT", "author (originator)"),
        to_actor(event.actor, goal_id),
        [concept(ACTOR_ROLE, event.actor.role)],
    )
    enterer = []
    if event.submitted_by is not None and event.submitter_role is not None:
        enterer = [
            user(
                concept(PARTICIPATION, "ENT", "data entry person"),
                {"identifier": identifier(PRINCIPAL, event.submitted_by)},
                [concept(ACTOR_ROLE, event.submitter_role)],
            )
        ]
    return write_audit_event(
        Audited(
            id=fhir_id(goal_id, recorded.version),
            profile="PatientCreate" if first else "PatientUpdate",
            interaction="create" if first else "update",
            action="C" if first else "U",
            recorded=recorded.recorded_at.isoformat(),
            refused=None,
            agents=[
                machine(SOURCE_ROLE, {"identifier": identifier(SOURCE, event.source)}, event.source, kind),
                machine(DESTINATION, _CAIRN, base, URI),
                author,
                *enterer,
            ],
            patient=goal_id.plan,
            data=to_goal(goal_id, recorded.version),
            base=base,
        ),
        release,
    )


def _network(access: Mapping[str, Any]) -> tuple[str, str]:
    """Where a request came from: its network address, or the way that it took where it has none."""
    address = access["address"]
    return (address, IP_ADDRESS) if address else (f"cairn-{access['channel']}", NAME)
