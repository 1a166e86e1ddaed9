"""What claims mean: whose token it is, and that nothing is guessed."""

from typing import Any

import pytest

from services.access.authentication import TokenRefused
from services.access.principal import Principal
from services.access.tokens.claims import ClaimMapping, ClaimNames, principal_of_claims
from services.access.tokens.mapping_settings import read_claim_names, read_list, read_org_names, read_role_names
from tests.unit.access.tokens import claims


def principal(mapping: ClaimMapping | None = None, **changed: Any) -> Principal:
    return principal_of_claims(claims(**changed), mapping or ClaimMapping())


def refusal(mapping: ClaimMapping | None = None, **changed: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        principal(mapping, **changed)
    assert refused.value.code == "access.token_invalid"
    return refused.value.detail


def test_a_clinician() -> None:
    assert principal() == Principal(
        id="cl-1",
        kind="person",
        roles=frozenset({"clinician"}),
        orgs=frozenset({"northside"}),
        client="pages",
        scopes=frozenset(),
        token="t1",
    )


def test_roles_and_organisations_may_be_one_text() -> None:
    found = principal(roles="clinician auditor", orgs="northside southside")
    assert found.roles == {"clinician", "auditor"}
    assert found.orgs == {"northside", "southside"}


def test_a_patient_has_an_id_in_one_organisation() -> None:
    assert principal(roles=["patient"], patient="pt-1").patient == "pt-1"
    assert "patient has to be there" in refusal(roles=["patient"])
    assert "has to name one" in refusal(roles=["patient"], patient="pt-1", orgs=["northside", "southside"])


@pytest.mark.parametrize("patient", ["a.b", "a/b", "", "*", ">", 7, ["pt-1"]])
def test_what_is_no_patients_id_is_refused(patient: object) -> None:
    assert "no patient's id" in refusal(roles=["patient"], patient=patient)


def test_a_role_that_cairn_does_not_know_means_nothing() -> None:
    assert principal(roles=["clinician", "offline_access", "admin"]).roles == {"clinician"}
    assert "no role" in refusal(roles=["admin"])
    assert "no role" in refusal(roles=None)
    assert "no role" in refusal(roles=[])
    assert "no role" in refusal(roles=["Clinician"])


@pytest.mark.parametrize("roles", [7, {"clinician": True}, [["clinician"]], ["clinician"] * 101])
def test_what_is_no_list_of_roles_is_refused(roles: object) -> None:
    assert "Its claim roles" in refusal(roles=roles)


@pytest.mark.parametrize("org", ["a.b", "north side ", "*", ">"])
def test_what_is_no_organisation_is_refused(org: str) -> None:
    assert "no organisation" in refusal(orgs=["northside", org])


def test_only_the_house_and_an_operator_belong_to_no_organisation() -> None:
    assert "names no organisation" in refusal(orgs=None)
    assert "names no organisation" in refusal(orgs=[], roles=["operator", "auditor"])
    assert principal(orgs=None, roles=["operator"]).orgs == set()
    house = ClaimMapping(of_the_house=True)
    assert principal(house, orgs=None, roles=["operator", "auditor"]).orgs == set()


def test_a_system_is_named_by_the_claim_or_by_its_client() -> None:
    assert principal(kind="system", roles=["system"]).kind == "system"
    assert principal(ClaimMapping(systems=frozenset({"pages"})), roles=["system"]).kind == "system"
    assert principal(kind="person").kind == "person"
    assert "neither person nor system" in refusal(kind="robot")


def test_that_the_client_is_the_subject_makes_no_system() -> None:
    """An issuer may let people choose their id."""
    assert "for a person" in refusal(sub="pages", client_id="pages", roles=["system"])


def test_a_system_has_no_role_of_a_person() -> None:
    for role in ("patient", "clinician", "supervisor", "family"):
        assert "only a person" in refusal(kind="system", roles=["system", role])
    assert principal(kind="system", roles=["dashboard"]).roles == {"dashboard"}


def test_a_system_speaks_for_whom_it_is_trusted_to() -> None:
    found = principal(kind="system", roles=["system"], speaks_for=["patient", "clinician"])
    assert found.speaks_for == {"patient", "clinician"}
    assert "nobody submits" in refusal(kind="system", roles=["system"], speaks_for=["operator"])
    assert "without the role system" in refusal(speaks_for=["patient"])


def test_words_are_read_unless_the_token_says_no() -> None:
    assert principal(words=None).words
    assert principal(words=True).words
    assert not principal(words=False).words
    strange: object
    for strange in ("false", 0, 1, "", ["false"]):
        assert "neither true nor false" in refusal(words=strange)


@pytest.mark.parametrize("name", ["sub", "jti", "client_id"])
@pytest.mark.parametrize("value", [None, 7, "", "a b", "a\nb", "é", "x" * 201, ["a"]])
def test_ids_are_there_and_short(name: str, value: object) -> None:
    assert f"Its claim {name} has to be there" in refusal(None, **{name: value})


def test_scopes_are_a_ceiling_and_without_any_there_is_nothing() -> None:
    """An issuer drops a scope that it does not know without a word; the token must not mean more then."""
    assert principal(scope="openid user/Goal.rs").scopes == frozenset({"openid", "user/Goal.rs"})
    assert principal().scopes == frozenset()
    assert principal(ClaimMapping(of_the_house=True)).scopes is None
    assert principal(ClaimMapping(of_the_house=True), scope="user/Goal.r").scopes == frozenset({"user/Goal.r"})


def test_claims_may_have_other_names_and_lie_deeper() -> None:
    names = read_claim_names("roles=realm_access.roles; orgs=https://cairn.example/orgs;id=oid;client=azp;token=uti")
    found = principal_of_claims(
        {
            "realm_access": {"roles": ["clinician"]},
            "https://cairn.example/orgs": ["northside"],
            "oid": "o-1",
            "azp": "pages",
            "uti": "u1",
            "sub": "another",
        },
        ClaimMapping(names),
    )
    assert (found.id, found.client, found.token) == ("o-1", "pages", "u1")
    assert found.roles == {"clinician"}
    assert found.orgs == {"northside"}


def test_a_path_through_something_else_finds_nothing() -> None:
    assert "no role" in refusal(ClaimMapping(ClaimNames(roles="roles.names")), roles=["clinician"])


def test_the_issuers_names_mean_what_is_set_and_others_nothing() -> None:
    mapping = ClaimMapping(
        roles=read_role_names("nurse=clinician;/staff/lead=supervisor"), orgs=read_org_names("/clinics/north=northside")
    )
    found = principal(mapping, roles=["nurse", "/staff/lead", "auditor"], orgs=["/clinics/north", "southside"])
    assert found.roles == {"clinician", "supervisor"}
    assert found.orgs == {"northside"}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_claim_names, "roles"),
        (read_claim_names, "rolls=roles"),
        (read_claim_names, "roles="),
        (read_claim_names, "roles=a;roles=b"),
        (read_role_names, "nurse=nurse"),
        (read_role_names, "=clinician"),
        (read_role_names, "clinician"),
        (read_role_names, "nurse=clinician;nurse=auditor"),
        (read_org_names, "north=north.side"),
        (read_org_names, "north="),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused_in_a_sentence(read: Any, text: str) -> None:
    with pytest.raises(ValueError, match="has to be"):
        read(text)


def test_a_list_is_separated_by_commas() -> None:
    assert read_list(" a, b,,c ") == {"a", "b", "c"}
