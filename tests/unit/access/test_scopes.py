"""What SMART scopes reach: never more than they say, and nothing where they are not understood."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.access.scopes import Interaction, allows, needed, parse_scope, reaches_beyond_fhir

INTERACTIONS: tuple[Interaction, ...] = get_args(Interaction)


def reached(*scopes: str, resource: str = "Goal", own_patient: bool = False) -> set[str]:
    """What the scopes reach of one resource type."""
    return {each for each in INTERACTIONS if allows(frozenset(scopes), resource, each, own_patient=own_patient)}


@pytest.mark.parametrize(
    ("scope", "letters"),
    [
        ("user/Goal.r", "r"),
        ("user/Goal.s", "s"),
        ("user/Goal.rs", "rs"),
        ("user/Goal.c", "c"),
        ("user/Goal.u", "u"),
        ("user/Goal.cruds", "cruds"),
        ("system/*.rs", "rs"),
        ("user/Goal.read", "rs"),
        ("user/Goal.write", "cud"),
        ("user/*.*", "cruds"),
    ],
)
def test_a_scope_reaches_what_its_letters_say(scope: str, letters: str) -> None:
    assert reached(scope) == set(letters)


@pytest.mark.parametrize(
    "scope",
    [
        "user/Goal.sr",  # out of order
        "user/Goal.dus",
        "user/Goal.",
        "user/Goal.rx",
        "user/Goal.readwrite",
        "user/Goal",
        "user/goal.r",
        "users/Goal.r",
        "user/Goal.r ",
        "USER/Goal.r",
        "user/Goal.rs?status=active",  # a parameter that Cairn cannot keep to
        "user/Observation.rs?category=survey",
        "openid",
        "fhirUser",
        "launch/patient",
        "",
    ],
)
def test_what_is_not_understood_reaches_nothing(scope: str) -> None:
    assert parse_scope(scope) is None
    assert not reached(scope, own_patient=True)


def test_scopes_add_up() -> None:
    assert reached("user/Goal.r", "system/Goal.c", "nonsense") == {"r", "c"}


def test_a_scope_reaches_no_other_resource() -> None:
    assert not reached("user/Goal.cruds", resource="CarePlan")


def test_a_patients_scope_reaches_that_patient_alone() -> None:
    assert reached("patient/Goal.rs", own_patient=True) == {"r", "s"}
    assert not reached("patient/Goal.rs", own_patient=False)


def test_who_read_what_needs_a_scope_of_its_own() -> None:
    assert not reached("user/*.cruds", "system/*.rs", resource="AuditEvent", own_patient=True)
    assert reached("user/AuditEvent.rs", resource="AuditEvent") == {"r", "s"}
    assert reached("patient/*.rs", resource="AuditEvent", own_patient=True) == {"r", "s"}


def test_no_ceiling_reaches_everything_and_no_scope_nothing() -> None:
    assert all(allows(None, "Goal", each, own_patient=False) for each in INTERACTIONS)
    assert not reached()


def test_a_token_with_smart_scopes_does_not_get_round_them() -> None:
    assert reaches_beyond_fhir(None)
    assert reaches_beyond_fhir(frozenset())
    assert reaches_beyond_fhir(frozenset({"openid", "profile"}))
    assert not reaches_beyond_fhir(frozenset({"openid", "user/Goal.r"}))
    assert not reaches_beyond_fhir(frozenset({"user/Goal.r?status=active"}))
    assert reaches_beyond_fhir(frozenset({"cairn", "user/Goal.r"}))


@pytest.mark.parametrize("interaction", INTERACTIONS)
def test_the_scope_that_a_refusal_names_would_do(interaction: Interaction) -> None:
    assert interaction in reached(needed("Goal", interaction))


@given(st.text(alphabet="patienusrym/Goal*.cd?=", max_size=30))
def test_no_text_breaks_it(scope: str) -> None:
    found = parse_scope(scope)
    assert found is None or (found.letters and set(found.letters) <= set("cruds"))
