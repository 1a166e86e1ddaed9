"""The policy over everything that can be submitted: each role, each event type, as whom."""

from typing import get_args

import pytest

from events.catalog import TYPES
from events.vocabulary import ActorRole
from events.voiding import VOIDING
from services.access.policy import GRANTS, SUBMITTED, Denied, check_operation, check_submission, may_read
from services.access.principal import Principal, Role, everyone_of

ROLES: tuple[ActorRole, ...] = get_args(ActorRole)
CONSENTS = {"cairn.plan.consent_given.v1", "cairn.plan.consent_revoked.v1", "cairn.plan.disclosed.v1"}
FAMILY = {"cairn.goal.proposed.v1", "cairn.goal.progress_logged.v1", "cairn.goal.change_requested.v1"}
CORRECTIONS = {"cairn.goal.progress_corrected.v1", "cairn.goal.progress_withdrawn.v1"}
IMPORTS = {"cairn.goal.imported.v1"}
STAFF_ALONE = {
    *("cairn.goal.reviewed.v1", "cairn.goal.review_scheduled.v1", "cairn.goal.entered_in_error.v1"),
    *("cairn.plan.opened.v1", "cairn.plan.amended.v1", "cairn.plan.closed.v1", "cairn.plan.disclosed.v1"),
}
EVERY = (set(TYPES) | CONSENTS) - VOIDING
OF_THE_PATIENT = EVERY - STAFF_ALONE - IMPORTS
OF_TREATMENT = EVERY - IMPORTS
AS_ACTORS: dict[ActorRole, set[str]] = {
    "patient": OF_THE_PATIENT,
    "family": FAMILY | CORRECTIONS,
    "clinician": OF_TREATMENT,
    "supervisor": OF_TREATMENT,
    "system": OF_TREATMENT | IMPORTS,
}
"""What may be submitted of an actor in a role, whoever submits it. Written down by hand: a type that is added to the
catalog is in none of these sets but that of treatment, and has to be decided in the policy."""


def principal(*roles: Role, **fields: object) -> Principal:
    return Principal.model_validate(
        {
            "id": "me",
            "kind": "person",
            "roles": roles,
            "orgs": {"north"},
            "patient": "p1" if "patient" in roles else None,
        }
        | fields
    )


def submitted(who: Principal, role: ActorRole, actor: str, **fields: object) -> set[str]:
    """Every type that a principal may submit about the patient p1 in the organisation north."""
    given = {"org": "north", "patient": "p1", **fields}
    found = set()
    for name in EVERY | VOIDING:
        try:
            check_submission(who, type_name=name, actor=actor, role=role, **given)  # type: ignore[arg-type]  # as given
        except Denied:
            continue
        found.add(name)
    return found


def refusal(who: Principal, type_name: str, role: ActorRole, actor: str, **fields: object) -> Denied:
    given = {"org": "north", "patient": "p1", **fields}
    with pytest.raises(Denied) as caught:
        check_submission(who, type_name=type_name, actor=actor, role=role, **given)  # type: ignore[arg-type]  # as given
    return caught.value


def test_every_event_type_is_decided() -> None:
    decided = frozenset().union(*SUBMITTED.values())

    assert set(TYPES) - VOIDING <= decided
    assert decided - set(TYPES) <= CONSENTS
    assert not decided & VOIDING


@pytest.mark.parametrize("role", ROLES)
def test_the_house_submits_whatever_an_actor_may_do(role: ActorRole) -> None:
    house = everyone_of(frozenset(), "node")

    assert submitted(house, role, "whoever", org="anywhere", entered_by="desk") == AS_ACTORS[role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("actor", ["p1", "p2", "me"])
class TestAs:
    def test_a_patient(self, role: ActorRole, actor: str) -> None:
        expected = OF_THE_PATIENT if (role, actor) == ("patient", "p1") else set()

        assert submitted(principal("patient"), role, actor) == expected
        assert submitted(principal("patient"), role, actor, patient="p2") == set()

    @pytest.mark.parametrize("own", ["clinician", "supervisor"])
    def test_staff(self, role: ActorRole, actor: str, own: ActorRole) -> None:
        expected: set[str] = set()
        if role == "patient" and actor == "p1":
            expected = OF_THE_PATIENT
        elif role == "family":
            expected = FAMILY | CORRECTIONS
        elif (role, actor) == (own, "me"):
            expected = OF_TREATMENT

        assert submitted(principal(own), role, actor) == expected
        assert submitted(principal(own), role, actor, entered_by="me") == expected
        assert submitted(principal(own), role, actor, entered_by="desk") == set()
        assert submitted(principal(own), role, actor, org="south") == set()

    def test_family(self, role: ActorRole, actor: str) -> None:
        expected = FAMILY if (role, actor) == ("family", "me") else set()

        assert submitted(principal("family"), role, actor, allowed={"contribute"}) == expected
        assert submitted(principal("family"), role, actor, allowed={"goals", "schedule", "history"}) == set()

    @pytest.mark.parametrize("own", sorted(role for role, grant in GRANTS.items() if grant.as_itself is None))
    def test_those_who_write_nothing(self, role: ActorRole, actor: str, own: Role) -> None:
        assert submitted(principal(own, speaks_for=ROLES), role, actor) == set()

    @pytest.mark.parametrize("trusted", ROLES)
    def test_a_system(self, role: ActorRole, actor: str, trusted: ActorRole) -> None:
        system = principal("system", kind="system", speaks_for={trusted})

        assert submitted(system, role, actor, entered_by="desk") == (AS_ACTORS[role] if role == trusted else set())
        assert submitted(system, role, actor, org="south") == set()


def test_those_who_write_nothing_are_auditor_dashboard_and_operator() -> None:
    assert {role for role, grant in GRANTS.items() if grant.as_itself is None} == {"auditor", "dashboard", "operator"}


class TestSubmitterRole:
    @pytest.mark.parametrize("role", ["clinician", "supervisor"])
    def test_is_the_role_in_which_it_is_submitted(self, role: ActorRole) -> None:
        assert _submitter_role(principal("clinician", "supervisor"), role, "me") == role

    def test_is_that_of_whoever_enters_what_a_patient_says(self) -> None:
        assert _submitter_role(principal("clinician"), "patient", "p1") == "clinician"
        assert _submitter_role(everyone_of(frozenset(), "node"), "patient", "p1") == "system"

    def test_of_a_patient_who_is_staff_as_well_is_the_patients_own(self) -> None:
        assert _submitter_role(principal("clinician", "patient"), "patient", "p1") == "patient"


def _submitter_role(who: Principal, role: ActorRole, actor: str) -> ActorRole:
    return check_submission(who, type_name="cairn.goal.agreed.v1", org="north", patient="p1", actor=actor, role=role)


class TestRefusal:
    def test_names_the_field_that_is_in_the_way(self) -> None:
        patient, clinician = principal("patient"), principal("clinician")
        agreed, reviewed = "cairn.goal.agreed.v1", "cairn.goal.reviewed.v1"

        assert refusal(patient, agreed, "clinician", "c1").field == "actorrole"
        assert refusal(patient, agreed, "patient", "p2").field == "actor"
        assert refusal(patient, agreed, "patient", "p2", patient="p2").field == "subject"
        assert refusal(patient, reviewed, "patient", "p1").field == "type"
        assert refusal(patient, agreed, "patient", "p1", org="south").field == "subject"
        assert refusal(clinician, agreed, "clinician", "c2").field == "actor"
        assert refusal(clinician, agreed, "clinician", "me", entered_by="c2").field == "enteredby"
        assert refusal(clinician, agreed, "patient", "p2").field == "actor"
        assert refusal(principal("system"), agreed, "patient", "p1").field == "actorrole"
        assert refusal(principal("family"), "cairn.goal.proposed.v1", "family", "me").field == "actor"
        assert refusal(principal("auditor"), agreed, "patient", "p1").field == "actor"

    def test_is_a_sentence(self) -> None:
        assert refusal(principal("patient"), "cairn.goal.agreed.v1", "clinician", "c1").detail == (
            "The role patient does not submit events with the actorrole clinician."
        )


def test_a_patient_without_an_id_of_their_own_submits_nothing() -> None:
    assert submitted(principal("patient", patient=None), "patient", "p1") == set()


def test_only_an_operator_asks_for_what_operators_do() -> None:
    check_operation(everyone_of(frozenset(), "node"))
    check_operation(principal("operator"))
    for role in GRANTS.keys() - {"operator"}:
        with pytest.raises(Denied):
            check_operation(principal(role))


@pytest.mark.parametrize("role", GRANTS)
def test_everybody_reads_the_checkpoints_of_the_log_that_their_organisation_is_on(role: Role) -> None:
    assert may_read(principal(role), "checkpoints", "north")
    assert may_read(principal(role), "checkpoints", "south") == (role == "operator")


@pytest.mark.parametrize("role", GRANTS)
def test_the_leaves_of_the_log_are_for_auditors_alone(role: Role) -> None:
    assert may_read(principal(role), "leaves", "north") == (role == "auditor")
    assert not may_read(principal(role), "leaves", "south")
    assert not may_read(principal(role), "leaves")


def test_the_family_has_proofs_where_it_may_read_the_events() -> None:
    family = principal("family")

    assert may_read(family, "proof", "north", "p1", {"history"})
    assert not may_read(family, "proof", "north", "p1", {"goals", "schedule", "contribute"})


def test_a_proof_has_no_words() -> None:
    assert may_read(principal("dashboard", words=False), "proof", "north", "p1")
    assert not may_read(principal("operator"), "proof", "north", "p1")
