"""The one policy: which role may submit which events as whom, and read what. Pure; its table is in docs/access.md.

Whatever is not granted here is refused. The rules of treatment planning (`services/goals/rules.py`) come after it: the
policy says who may submit an event, the rules say whether the event makes sense. `make access` writes the table.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from events.errors import CairnError, FieldError, Rejected
from events.vocabulary import ActorRole, Allowed
from services.access.principal import Principal, Role

Reading = Literal[
    "goals",
    "schedule",
    "history",
    "proof",
    "accesses",
    "disclosures",
    "checkpoints",
    "leaves",
    "operations",
    "open",
]
Reach = Literal["own patient", "consent", "own organisations", "everything"]

READINGS: Mapping[Reading, str] = {
    "goals": "Plans, goals, entries, evidence and caseloads, with what people said.",
    "schedule": "Reviews, states, dates and counts, without a word that anybody said.",
    "history": "Recorded events as they were written, with the reasons that staff gave: a goal's history, the audit"
    " trail, a replay, the feed.",
    "proof": "That a patient's events are in the signed log: places, times and hashes, without a word that anybody"
    " said.",
    "accesses": "Who read a patient's data.",
    "disclosures": "To whom a patient's data was disclosed.",
    "checkpoints": "How large the log is and that it only grew: its signed checkpoints, the hashes of its tree, its"
    " keys. Nothing in them is about anybody.",
    "leaves": "What the tree of the whole log is made of: of whom each event is and when it was recorded, without what"
    " it says. Only for who may read of all organisations of the log.",
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
_CORRECTIONS = frozenset({"cairn.goal.progress_corrected.v1", "cairn.goal.progress_withdrawn.v1"})
_FAMILY_EVENTS = _CORRECTIONS | {
    "cairn.goal.proposed.v1",
    "cairn.goal.progress_logged.v1",
    "cairn.goal.change_requested.v1",
}
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
ENTERED_FOR_THEM: Mapping[ActorRole, frozenset[str]] = {"family": _CORRECTIONS}
"""What people of a role do not submit themselves, but others may enter for them.

A correction names an entry and not whose entry it is; a relative could take back what the patient wrote.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do.

    Attributes:
        reads: What it may read.
        reach: About whom: itself as a patient, patients who allow it, all of its organisations, or all there are.
        as_itself: The `actorrole` with which it submits events under its own id, where it submits any.
        enters_for: In which other roles it may enter what people say; then both are recorded.
    """

    reads: frozenset[Reading]
    reach: Reach
    as_itself: ActorRole | None = None
    enters_for: frozenset[ActorRole] = frozenset()


_OF_A_PATIENT: frozenset[Reading] = frozenset(
    {"goals", "schedule", "history", "proof", "accesses", "disclosures", "checkpoints"}
)
_WITHOUT_ACCOUNT: frozenset[ActorRole] = frozenset({"patient", "family"})
"""For whom staff may enter what they say: many of them use no computer in treatment."""

GRANTS: Mapping[Role, Grant] = {
    "patient": Grant(_OF_A_PATIENT, "own patient", as_itself="patient"),
    "family": Grant(frozenset({"goals", "schedule", "history", "proof", "checkpoints"}), "consent", as_itself="family"),
    "clinician": Grant(_OF_A_PATIENT, "own organisations", "clinician", _WITHOUT_ACCOUNT),
    "supervisor": Grant(_OF_A_PATIENT, "own organisations", "supervisor", _WITHOUT_ACCOUNT),
    "auditor": Grant(_OF_A_PATIENT | {"leaves"}, "own organisations"),
    "dashboard": Grant(frozenset({"goals", "schedule", "proof", "checkpoints"}), "own organisations"),
    "system": Grant(
        frozenset({"goals", "schedule", "history", "proof", "disclosures", "checkpoints"}),
        "own organisations",
        as_itself="system",
    ),
    "operator": Grant(frozenset({"operations", "checkpoints"}), "everything"),
}
"""What each role may do. A system submits in the roles that it is trusted to speak for, its own included."""


_IS_ALLOWED_BY: Mapping[Reading, Allowed] = {"proof": "history"}
"""What a patient allows by a consent that does not name it: whoever may read the events may have their proofs."""


def roles_acting_in(type_name: str) -> tuple[ActorRole, ...]:
    """In which roles somebody may act in events of a type, whoever submits them."""
    return tuple(role for role, types in SUBMITTED.items() if type_name in types)


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

    @property
    def rejection(self) -> Rejected:
        """The same as the rejection of a submission: `access.denied`."""
        errors = (FieldError(self.field, self.detail),) if self.field else ()
        return Rejected("access.denied", self.detail, errors)


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
) -> ActorRole:
    """Check that a principal may submit an event of a type about a patient, as told by an actor in a role.

    Args:
        entered_by: Who typed it in, as the event says.
        allowed: As of :func:`may_read`.

    Returns:
        The role of the principal in which it submits the event, which is recorded as `submitterrole`.

    Raises:
        Denied: it may not; the field says what is in the way.
    """
    check_membership(principal, org)
    if type_name not in SUBMITTED[role]:
        raise Denied(f"{type_name} cannot be submitted with the actorrole {role}.", "type")
    refusal = ("None of your roles submits events.", "actor")
    for own_role in _submitting(principal.roles, role):
        found = (
            _refusal_of_system(principal, role)
            if own_role == "system"
            else _refusal_of_person(principal, own_role, type_name, patient, actor, role, entered_by, allowed)
        )
        if found is None:
            return own_role
        refusal = found
    raise Denied(*refusal)


def check_membership(principal: Principal, org: str) -> None:
    """Check that a principal belongs to the organisation that a submission is about.

    Raises:
        Denied: it does not.
    """
    if not _belongs(principal, org):
        raise Denied("You do not belong to the organisation of this patient.", "subject")


def check_operation(principal: Principal) -> None:
    """Check that a principal may ask for what only operators do, such as voiding a message.

    Raises:
        Denied: it may not.
    """
    if not principal.has("operator"):
        raise Denied("Only an operator of this Cairn may ask for this.")


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
        case _ if reading == "checkpoints":  # They are about nobody, so that no patient has to be named or to allow it.
            return _belongs(principal, org)
        case "own patient":
            return org in principal.orgs and patient is not None and patient == principal.patient
        case "consent":
            return org in principal.orgs and patient is not None and _IS_ALLOWED_BY.get(reading, reading) in allowed


@lru_cache(maxsize=1024)  # There are few sets of roles, and this is asked for each submission.
def _submitting(roles: frozenset[Role], role: ActorRole) -> tuple[ActorRole, ...]:
    """The roles that submit events; first the very role of the actor, because it enters nothing for others."""
    submitting = {itself for own in roles if (itself := GRANTS[own].as_itself) is not None}
    return tuple(sorted(submitting, key=lambda own: (own != role, own)))


_Refusal = tuple[str, str]  # why, in a sentence, and the field


def _refusal_of_system(principal: Principal, role: ActorRole) -> _Refusal | None:
    """Why a system may not submit what somebody in a role does; None when it may."""
    if role in principal.speaks_for:
        return None
    return f"This system is not trusted to speak for anybody in the role {role}.", "actorrole"


def _refusal_of_person(
    principal: Principal,
    own_role: ActorRole,
    type_name: str,
    patient: str,
    actor: str,
    role: ActorRole,
    entered_by: str | None,
    allowed: AbstractSet[Allowed],
) -> _Refusal | None:
    """Why one role of a person does not let them submit the event; None when it does."""
    if own_role == "patient" and (principal.patient is None or patient != principal.patient):
        return "A patient submits events about no other patient.", "subject"
    own_id = principal.patient if own_role == "patient" else principal.id
    if entered_by not in (None, principal.id, own_id):
        return "enteredby names somebody else than the person who submits the event.", "enteredby"
    if role in GRANTS[own_role].enters_for:
        if role == "patient" and actor != patient:
            return "The actor is not the patient whom the event is about.", "actor"
        return None
    if role != own_role:
        return f"The role {own_role} does not submit events with the actorrole {role}.", "actorrole"
    if actor != own_id:
        return "The actor is somebody else than who submits the event.", "actor"
    if type_name in ENTERED_FOR_THEM.get(role, ()):
        return f"The role {own_role} does not submit {type_name} by itself.", "type"
    if own_role == "family" and "contribute" not in allowed:
        return "The patient has not allowed you to contribute.", "actor"
    return None
