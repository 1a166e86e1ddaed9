"""The parts of an AuditEvent, R4 or R5, that readings and recordings have in common."""

from dataclasses import dataclass

from events.identity import GoalId
from services.fhir.outgoing.elements import Json, Release, coding, concept, given, identifier
from services.fhir.outgoing.references import to_patient

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
PARTICIPATION = f"{TERMINOLOGY}/v3-ParticipationType"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DESTINATION, SOURCE_ROLE = "110152", "110153"
"""The roles of client and server in DICOM: where data goes to, and where it comes from."""
NAME, IP_ADDRESS, URI = "1", "2", "5"
"""The kinds of network addresses (R4: network-type)."""
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_MACHINES = {DESTINATION: "Destination Role ID", SOURCE_ROLE: "Source Role ID"}
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_DONE, _SERIOUS = "0", "8"
_R5_OUTCOMES = {_DONE: "success", _SERIOUS: "fatal"}


@dataclass(frozen=True, slots=True)
class Audited:
    """What an AuditEvent tells.

    Attributes:
        id: The FHIR id.
        profile: The end of the name of the BALP profile that it meets; None for none.
        interaction: The restful interaction.
        action: C, R, U or E.
        recorded: When it was.
        refused: The code of a refusal; None for what was done.
        agents: As R4 has them.
        patient: The patient's plan.
        data: The reference to what was read or written.
        base: The address of the FHIR endpoint.
    """

    id: str
    profile: str | None
    interaction: str
    action: str
    recorded: str
    refused: str | None
    agents: list[Json]
    patient: GoalId
    data: Json
    base: str


def write_audit_event(told: Audited, release: Release) -> Json:
    """The AuditEvent."""
    rest = coding(f"{TERMINOLOGY}/audit-event-type", "rest", "Restful Operation")
    kind = coding(_INTERACTION, told.interaction, told.interaction)
    server = coding(f"{TERMINOLOGY}/security-source-type", "4", "Application Server")
    observer = {"display": "Cairn", "identifier": identifier(None, told.base)}
    outcome = _DONE if told.refused is None else _SERIOUS
    patient, data = _role("1", "Patient"), _role("4", "Domain Resource")
    common = {"resourceType": "AuditEvent", "id": told.id, "action": told.action, "recorded": told.recorded}
    if release == "R5":
        return given(
            **common,
            meta={"lastUpdated": told.recorded},
            category=[{"coding": [rest]}],
            code={"coding": [kind]},
            outcome=given(
                code=coding("http://hl7.org/fhir/issue-severity", _R5_OUTCOMES[outcome]),
                detail=[{"text": told.refused}] if told.refused else None,
            ),
            patient=to_patient(told.patient),
            agent=[_in_r5(agent) for agent in told.agents],
            source={"observer": observer, "type": [{"coding": [server]}]},
            entity=[
                {"what": to_patient(told.patient), "role": {"coding": [patient]}},
                {"what": told.data, "role": {"coding": [data]}},
            ],
        )
    return given(
        **common,
        meta=given(lastUpdated=told.recorded, profile=[f"{BALP}{told.profile}"] if told.profile else None),
        type=rest,
        subtype=[kind],
        outcome=outcome,
        outcomeDesc=told.refused,
        agent=told.agents,
        source={"observer": observer, "type": [server]},
        entity=[
            {
                "what": to_patient(told.patient),
                "type": coding(f"{TERMINOLOGY}/audit-entity-type", "1", "Person"),
                "role": patient,
            },
            {
                "what": told.data,
                "type": coding(f"{TERMINOLOGY}/audit-entity-type", "2", "System Object"),
                "role": data,
            },
        ],
    )


def machine(role: str, who: Json, address: str, kind: str) -> Json:
    """A client or a server as an agent of R4."""
    return {
        "type": concept(_DCM, role, _MACHINES[role]),
        "who": who,
        "requestor": False,
        "network": {"address": address, "type": kind},
    }


def user(kind: Json, who: Json, roles: list[Json]) -> Json:
    """A person, or a system that acts by itself, as an agent."""
    return given(type=kind, role=roles, who=who, requestor=True)


def _role(code: str, display: str) -> Json:
    return coding(f"{TERMINOLOGY}/object-role", code, display)


def _in_r5(agent: Json) -> Json:
    """R5 has an address as one text in the place of a text and a kind."""
    if "network" not in agent:
        return agent
    network = agent["network"]
    kind = "networkUri" if network["type"] == URI else "networkString"
    return {**{name: value for name, value in agent.items() if name != "network"}, kind: network["address"]}
