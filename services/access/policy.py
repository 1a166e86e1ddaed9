"""The one policy: which role may submit which events as whom, and read what. Pure; its table is in docs/access.md.

Whatever is not granted here is refused. The rules of treatment planning (`services/goals/rules.py`) come after it.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from events.errors import CairnError
from events.vocabulary import ActorRole, Allowed
from services.access.principal import Principal, Role

Reading = Literal["goals", "schedule", "history", "proof", "accesses", "disclosures", "operations", "open"]
Reach = Literal["own patient", "consent", "own organisations", "everything"]

READINGS: Mapping[Reading, str] = {
    "goals": "Plans, goals, entries, evidence and caseloads, with what people said.",
    "schedule": "Reviews, states, dates and counts, without a word that anybody said.",
    "history": "Recorded events: a goal's history, the audit trail, a replay, the feed.",
    "proof": "That the log is complete and unaltered.",
    "accesses": "Who read a patient's data.",
    "disclosures": "To whom a patient's data was disclosed.",
    "operations": "How this Cairn is doing: metrics and projections.",
    "open": "Whether it answers, its documentation, its templates and what it can do.",
}
"""What can be read, by kind."""

_PATIENT_EVENTS = frozenset(
    {
        "cairn.goal.proposed.v1",
        "cairn.goal.agreed.v1",
        "cairn.goal.contested.v1",
        "cairn.goal.activated.v1",
        "cairn.goal.revised.v1",
        "cairn.goal.change_requested.v1",
        "cairn.goal.change_answered.v1",
        "cairn.goal.milestone_set.v1",
        "cairn.goal.milestone_met.v1",
        "cairn.goal.progress_logged.v1",
        "cairn.goal.progress_corrected.v1",
        "cairn.goal.progress_withdrawn.v1",
        "cairn.goal.held.v1",
        "cairn.goal.resumed.v1",
        "cairn.goal.closed.v1",
        "cairn.goal.reopened.v1",
        "cairn.plan.priorities_ranked.v1",
        "cairn.plan.measured.v1",
        "cairn.plan.consent_given.v1",
        "cairn.plan.consent_revoked.v1",
    }
)
_FAMILY_EVENTS = frozenset(
    {"cairn.goal.proposed.v1", "cairn.goal.progress_logged.v1", "cairn.goal.change_requested.v1"}
)
_TREATING_EVENTS = _PATIENT_EVENTS | {
    "cairn.goal.reviewed.v1",
    "cairn.goal.review_scheduled.v1",
    "cairn.goal.entered_in_error.v1",
    "cairn.plan.opened.v1",
    "cairn.plan.amended.v1",
    "cairn.plan.closed.v1",
    "cairn.plan.disclosed.v1",
}
_SYSTEM_EVENTS = frozenset({"cairn.goal.imported.v1"})

SUBMITTED: Mapping[ActorRole, frozenset[str]] = {
    "patient": _PATIENT_EVENTS,
    "family": _FAMILY_EVENTS,
    "clinician": _TREATING_EVENTS,
    "supervisor": _TREATING_EVENTS,
    "system": _TREATING_EVENTS | _SYSTEM_EVENTS,
}
"""Which types of events may carry which `actorrole`, whoever submits them. Nobody may submit `voided`."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do.

    Attributes:
        reads: What it may read.
        reach: About whom: itself as a patient, patients who allow it, all of its organisations, or all there are.
        as_itself: The `actorrole` under its own id, where it may submit.
        for_patient: Whether it may also enter what a patient says; then both are recorded.
    """

    reads: frozenset[Reading]
    reach: Reach
    as_itself: ActorRole | None = None
    for_patient: bool = False


_OF_A_PATIENT: frozenset[Reading] = frozenset({"goals", "schedule", "history", "accesses", "disclosures"})

GRANTS: Mapping[Role, Grant] = {
    "patient": Grant(_OF_A_PATIENT, "own patient", as_itself="patient"),
    "family": Grant(frozenset({"goals", "schedule", "history"}), "consent", as_itself="family"),
    "clinician": Grant(_OF_A_PATIENT, "own organisations", as_itself="clinician", for_patient=True),
    "supervisor": Grant(_OF_A_PATIENT, "own organisations", as_itself="supervisor", for_patient=True),
    "auditor": Grant(_OF_A_PATIENT | {"proof"}, "own organisations"),
    "dashboard": Grant(frozenset({"goals", "schedule"}), "own organisations"),
    "system": Grant(frozenset({"goals", "schedule", "history"}), "own organisations"),
    "operator": Grant(frozenset({"operations", "proof"}), "everything"),
}
"""What each role may do. A system submits in the roles that it is trusted to speak for."""


class Denied(CairnError):
    """The policy does not allow it.

    Attributes:
        detail: What is not allowed, in a sentence.
        field: The attribute of the event that it is about; None for a read.
    """

    def __init__(self, detail: str, field: str | None = None):
        super().__init__(detail)
        self.detail = detail
        self.field = field


def may_read(
    principal: Principal,
    reading: Reading,
    org: str | None = None,
    patient: str | None = None,
    allowed: AbstractSet[Allowed] = frozenset(),
) -> bool:
    """Whether a principal may read something about a patient, or, without one, about a whole organisation.

    Args:
        org: The organisation; None for what is about no organisation, such as metrics, or about all of them.
        patient: The patient's id within it.
        allowed: What the patient allows this very principal by consents that are in force.
    """
    if reading == "open":
        return True
    if reading in ("goals", "history") and not principal.words:
        return False
    return any(
        reading in GRANTS[role].reads and _reaches(principal, role, reading, org, patient, allowed)
        for role in principal.roles
    )


def check_submission(
    principal: Principal,
    *,
    type_name: str,
    org: str,
    patient: str,
    actor: str,
    role: ActorRole,
    entered_by: str | None = None,
    allowed: AbstractSet[Allowed] = frozenset(),
) -> None:
    """Check that a principal may submit an event of a type about a patient, as told by an actor in a role.

    Args:
        entered_by: Who typed it in, as the event says.
        allowed: As of :func:`may_read`.

    Raises:
        Denied: it may not; the field says what is in the way.
    """
    if not _belongs(principal, org):
        raise Denied("You do not belong to the organisation of this patient.", "subject")
    if type_name not in SUBMITTED[role]:
        raise Denied(f"{type_name} cannot be submitted with the actorrole {role}.", "type")
    if principal.has("system"):
        if role not in principal.speaks_for:
            raise Denied(f"This system is not trusted to speak for anybody in the role {role}.", "actorrole")
        return
    refusal = Denied("Whoever has no role submits nothing.", "actor")
    for own_role in sorted(principal.roles):
        found = _refusal_of(principal, own_role, patient, actor, role, entered_by, allowed)
        if found is None:
            return
        refusal = found
    raise refusal


def _belongs(principal: Principal, org: str | None) -> bool:
    """Whether an organisation is one of the principal's; an operator who names none belongs to all."""
    return org in principal.orgs if principal.orgs else principal.has("operator")


def _reaches(
    principal: Principal,
    role: Role,
    reading: Reading,
    org: str | None,
    patient: str | None,
    allowed: AbstractSet[Allowed],
) -> bool:
    match GRANTS[role].reach:
        case "everything":
            return True
        case "own organisations":
            return _belongs(principal, org)
        case "own patient":
            return org in principal.orgs and patient is not None and patient == principal.patient
        case "consent":
            return org in principal.orgs and patient is not None and reading in allowed


def _refusal_of(
    principal: Principal,
    own_role: Role,
    patient: str,
    actor: str,
    role: ActorRole,
    entered_by: str | None,
    allowed: AbstractSet[Allowed],
) -> Denied | None:
    """Why one role of the principal does not let it submit the event; None when it does."""
    grant = GRANTS[own_role]
    if grant.as_itself is None:
        return Denied(f"The role {own_role} submits nothing.", "actor")
    if entered_by not in (None, principal.id):
        return Denied("enteredby names somebody else than the person who submits the event.", "enteredby")
    if grant.for_patient and role == "patient":
        return None if actor == patient else Denied("The actor is not the patient whom the event is about.", "actor")
    if role != grant.as_itself:
        return Denied(f"The role {own_role} does not submit events with the actorrole {role}.", "actorrole")
    if own_role == "patient" and patient != principal.patient:
        return Denied("A patient submits events about no other patient.", "subject")
    if actor != (principal.patient if own_role == "patient" else principal.id):
        return Denied("The actor is somebody else than who submits the event.", "actor")
    if own_role == "family" and "contribute" not in allowed:
        return Denied("The patient has not allowed you to contribute.", "actor")
    return None
