"""Consents as FHIR, and the notice that accompanies what is disclosed on them."""

from datetime import timedelta
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from events.plan import types as p
from events.plan.consent_terms import Signature, Until
from events.plan.grounds import CourtOrder
from services.disclosure.notice import NOTICE, accompanying_text
from services.fhir.outgoing.consent import write_consents
from services.fhir.outgoing.elements import Release
from tests.builders import NOON, TODAY
from tests.consents import HOSPITAL, PAPER, PROVIDERS, TREATMENT, consent, disclosed
from tests.unit.events.goals import plan

TERMS: list[dict[str, Any]] = [  # Any: fields of several types
    {},
    {"paper": PAPER, "statements": None},
    {"until": Until(event="The trial is over"), "recipient": HOSPITAL},
    {"until": Until(end_of_treatment=True), "signed": Signature(by="m1", capacity="representative", on=TODAY)},
    {"until": Until(), "recipient": PROVIDERS, "purposes": (TREATMENT,)},
]


@pytest.mark.parametrize("terms", TERMS, ids=["a day", "paper", "an event", "representative", "class"])
@pytest.mark.parametrize("release", ["R4", "R5"])
def test_every_consent_is_a_valid_resource(release: Release, terms: dict[str, Any]) -> None:
    (written,) = write_consents(plan(consent(**terms)), TODAY, release)

    (r5_model if release == "R5" else r4_model)("Consent").model_validate(written)
    assert written["status"] == "active"


def test_it_is_inactive_once_it_is_not_in_force() -> None:
    revoked = plan(consent(), p.ConsentRevoked(consent="c1"))
    ahead = TODAY - timedelta(days=1)

    assert [each["status"] for each in write_consents(revoked, TODAY, "R4")] == ["inactive"]
    assert [each["status"] for each in write_consents(plan(consent()), ahead, "R4")] == ["inactive"]


def test_the_notice_is_the_law_s_own_sentence_of_2024() -> None:
    assert NOTICE == "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def test_what_goes_along_says_what_went_to_whom_and_how_far_the_consent_reaches() -> None:
    (kept,) = plan(consent(paper=PAPER)).consents

    assert accompanying_text(disclosed("c1"), NOON, kept).splitlines() == [
        NOTICE,
        "(42 CFR 2.32(a), as amended by 89 FR 12472 of 2024-02-16)",
        "",
        "Disclosed on: 2026-03-02T12:00+00:00",
        "Disclosed to: My sister (sister-1)",
        "Purpose: FAMRQT, To support me",
        "Data: Goals (goals)",
        "Ground: 42 CFR 2.31, the patient's written consent c1",
        "",
        "Scope of the consent (42 CFR 2.32(b)):",
        "Information: My goals and when we meet (in Cairn: goals, schedule)",
        "Recipient: My sister (sister-1)",
        "Purpose: FAMRQT, To support me",
        "Signed on: 2026-03-02",
        "Ends: with the day 2027-03-02",
        "Signed document: form-17 (urn:example:documents)",
        "Who may disclose: This clinic",
        "Right to revoke: I may revoke this in writing at the desk, at any time.",
    ]


def test_a_court_order_is_named_with_its_subpoena() -> None:
    order = CourtOrder(section="2.61", reason="Served today.", order="Case 4711", subpoena="No. 3")

    assert (
        "Ground: 42 CFR 2.61, the court order Case 4711 with the subpoena No. 3. Served today.\n"
        in accompanying_text(disclosed(order), NOON, None)
    )
