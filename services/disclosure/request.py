"""What somebody who wants to disclose data says, and the disclosure that follows from it for one patient."""

from dataclasses import dataclass
from datetime import date

from events.errors import FieldError, Rejected
from events.plan.consent_terms import Purpose, Recipient
from events.plan.consents import covering
from events.plan.grounds import Consented, Ground
from events.plan.state import PlanState
from events.plan.types import Disclosed
from events.vocabulary import Allowed


@dataclass(frozen=True, slots=True)
class OnConsent:
    """The ground is the patient's consent.

    Attributes:
        consent: Which one; None for any in force that covers the disclosure.
        member_of: The class that the consent names, where the recipient is one of that class.
    """

    consent: str | None = None
    member_of: str | None = None


@dataclass(frozen=True, slots=True)
class DisclosureRequest:
    """What is to be disclosed of one or more patients: to whom, what for, on what ground, and which data."""

    recipient: Recipient
    purpose: Purpose
    ground: OnConsent | Ground
    what: tuple[Allowed, ...]
    description: str

    def of(self, plan: PlanState | None, day: date) -> Disclosed:
        """The disclosure of one patient's data, as it is to be recorded. Whether it may be is decided then.

        Raises:
            Rejected: `access.consent_missing`, when no consent in force covers it and none was named.
        """
        return Disclosed(
            recipient=self.recipient,
            purpose=self.purpose,
            ground=self._consented(self.ground, plan, day) if isinstance(self.ground, OnConsent) else self.ground,
            what=self.what,
            description=self.description,
        )

    def _consented(self, ground: OnConsent, plan: PlanState | None, day: date) -> Consented:
        named = ground.consent
        if named is None and plan is not None:
            found = covering(plan, ground.member_of or self.recipient.id, self.purpose, set(self.what), day)
            named = found.consent if found else None
        if named is None:
            detail = (
                f"No consent in force allows {', '.join(self.what)} to {ground.member_of or self.recipient.id} for"
                f" {self.purpose.code}."
            )
            raise Rejected("access.consent_missing", detail, (FieldError("ground", detail),))
        return Consented(section="2.31", consent=named, member_of=ground.member_of)
