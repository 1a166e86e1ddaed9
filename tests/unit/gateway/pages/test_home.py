"""The first page leads on to the one that somebody begins with."""

import pytest

from services.access.principal import Principal, Role
from services.gateway.asking import NOBODY
from services.gateway.pages.navigation import beginning


def somebody(*roles: Role, orgs: tuple[str, ...] = (), patient: str | None = None) -> Principal:
    return Principal(id="who", kind="person", roles=frozenset(roles), orgs=frozenset(orgs), patient=patient)


@pytest.mark.parametrize(
    ("who", "leads_to"),
    [
        (NOBODY, "/sign-in"),
        (somebody("clinician", orgs=("north",)), "/clinic/north/today"),
        (somebody("clinician", orgs=("north", "south")), None),
        (somebody("patient", orgs=("north",), patient="p1"), "/clinic/north/patients/p1"),
        (somebody("family", orgs=("north",)), None),
        (somebody("operator", "clinician", orgs=("north", "south")), None),
        (somebody("auditor", orgs=("north",)), "/clinic/north/today"),
        (somebody("operator"), "/operations"),
        (somebody("operator", orgs=("north",)), "/operations"),
        (somebody("operator", "clinician", orgs=("north",)), "/clinic/north/today"),
    ],
)
def test_everybody_begins_where_there_is_something_to_read(who: Principal, leads_to: str | None) -> None:
    assert beginning(who) == leads_to
