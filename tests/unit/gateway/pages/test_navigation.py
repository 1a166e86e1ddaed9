"""The links at the head of every page lead to what whoever looks may read, and to nothing else."""

import pytest

from services.access.principal import Principal, Role
from services.gateway.pages.navigation import links_of

ORG = "northside"
PATH = "/clinic/northside/patients/p1"


def names(role: Role, *, words: bool = True) -> list[str]:
    patient = "p1" if role == "patient" else None
    who = Principal(
        id="p1", kind="person", roles=frozenset({role}), orgs=frozenset({ORG}), patient=patient, words=words
    )
    return [link.name for link in links_of(who, ORG, PATH)]


@pytest.mark.parametrize("role", ["patient", "family"])
def test_who_may_read_of_one_patient_is_led_to_no_page_of_the_organisation(role: Role) -> None:
    assert names(role) == (["Your page"] if role == "patient" else []) + ["Developers"]


@pytest.mark.parametrize("role", ["clinician", "auditor"])
def test_staff_are_led_to_the_pages_of_their_organisation(role: Role) -> None:
    assert names(role) == ["Today", "Reviews", "Audit", "Developers"]


def test_who_reads_no_words_is_not_led_to_the_audit() -> None:
    assert names("clinician", words=False) == ["Today", "Reviews", "Developers"]
