"""Consents and disclosures for tests: to the patient's sister, for a year, unless a test says otherwise."""

from datetime import timedelta

from events.plan import types as p
from events.plan.consent_terms import Paper, Purpose, Recipient, Signature, Statements, Until
from events.plan.grounds import Consented, Ground
from tests.builders import TODAY

SISTER = Recipient(kind="person", id="sister-1", text="My sister")
HOSPITAL = Recipient(kind="organisation", id="general", text="General Hospital", address="1 Main Street")
PROVIDERS = Recipient(kind="class", id="treating_providers", text="My treating providers")
FAMILY, TREATMENT = Purpose(code="FAMRQT", text="To support me"), Purpose(code="TREAT")
LAST_DAY = TODAY + timedelta(days=365)
SIGNED = Signature(by="p1", on=TODAY)
STATEMENTS = Statements(discloser="This clinic", revocation="I may revoke this in writing at the desk, at any time.")
PAPER = Paper(system="urn:example:documents", value="form-17")


def consent(name: str = "c1", /, **fields: object) -> p.ConsentGiven:
    """A consent that allows the sister to read goals and schedule."""
    return p.ConsentGiven.model_validate(
        {
            "consent": name,
            "recipient": SISTER,
            "purposes": (FAMILY,),
            "what": ("goals", "schedule"),
            "information": "My goals and when we meet",
            "until": Until(on=LAST_DAY),
            "signed": SIGNED,
            "statements": STATEMENTS,
            **fields,
        }
    )


def disclosed(ground: str | Ground = "c1", /, **fields: object) -> p.Disclosed:
    """A disclosure of goals to the sister: on a consent, or on another ground."""
    return p.Disclosed.model_validate(
        {
            "recipient": SISTER,
            "purpose": FAMILY,
            "ground": Consented(section="2.31", consent=ground) if isinstance(ground, str) else ground,
            "what": ("goals",),
            "description": "Goals",
            **fields,
        }
    )
