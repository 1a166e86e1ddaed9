"""The notice that accompanies a disclosure, and a clear explanation of the consent's scope (42 CFR 2.32).

The notice is law, quoted word for word from its 2024 text. Everything else here is the disclosure's own record, told in
words. docs/disclosure.md says which texts of the law were read, and when.
"""

from collections.abc import Iterator
from datetime import datetime

from events.plan.consent_terms import Purpose, Recipient, Until
from events.plan.grounds import AuditOrEvaluation, Consented, CourtOrder, Emergency, Research
from events.plan.state import Consent
from events.plan.types import Disclosed

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The shorter of the two statements of 42 CFR 2.32(a), as amended by 89 FR 12472 (2024). Quoted; not to be changed."""
NOTICE_SOURCE = "42 CFR 2.32(a), as amended by 89 FR 12472 of 2024-02-16"


def accompanying_text(disclosed: Disclosed, made_at: datetime, consent: Consent | None) -> str:
    """The notice, what was disclosed to whom and on what ground, and the scope of the consent; one line for each.

    Args:
        made_at: When the disclosure was made.
        consent: The consent that it stands on; None for another ground.
    """
    lines = [NOTICE, f"({NOTICE_SOURCE})", "", *_disclosure(disclosed, made_at)]
    if consent is not None:
        lines += ["", *_scope(consent)]
    return "\n".join(lines) + "\n"


def _disclosure(disclosed: Disclosed, made_at: datetime) -> Iterator[str]:
    yield f"Disclosed on: {made_at.isoformat(timespec='minutes')}"
    yield f"Disclosed to: {_recipient(disclosed.recipient)}"
    yield f"Purpose: {_purpose(disclosed.purpose)}"
    yield f"Data: {disclosed.description} ({', '.join(disclosed.what)})"
    yield f"Ground: {_ground(disclosed)}"


def _scope(consent: Consent) -> Iterator[str]:
    yield "Scope of the consent (42 CFR 2.32(b)):"
    yield f"Information: {consent.information} (in Cairn: {', '.join(consent.what)})"
    yield f"Recipient: {_recipient(consent.recipient)}"
    yield f"Purpose: {'; '.join(map(_purpose, consent.purposes))}"
    yield f"Signed on: {consent.signed.on}"
    yield f"Ends: {_end(consent.until)}"
    if consent.paper is not None:
        yield f"Signed document: {consent.paper.value} ({consent.paper.system})"
    if consent.statements is not None:
        yield f"Who may disclose: {consent.statements.discloser}"
        yield f"Right to revoke: {consent.statements.revocation}"
        if consent.statements.redisclosure is not None:
            yield f"Redisclosure: {consent.statements.redisclosure}"


def _recipient(recipient: Recipient) -> str:
    kind = "any of the class " if recipient.kind == "class" else ""
    return f"{kind}{recipient.text} ({', '.join(each for each in (recipient.id, recipient.address) if each)})"


def _purpose(purpose: Purpose) -> str:
    return f"{purpose.code}, {purpose.text}" if purpose.text else purpose.code


def _end(until: Until) -> str:
    if until.on is not None:
        return f"with the day {until.on}"
    if until.event is not None:
        return f"with this event: {until.event}"
    return "with the treatment" if until.end_of_treatment else "not by itself"


def _ground(disclosed: Disclosed) -> str:
    ground = disclosed.ground
    match ground:
        case Consented():
            member = f", of which the recipient is one of {ground.member_of}" if ground.member_of else ""
            return f"42 CFR 2.31, the patient's written consent {ground.consent}{member}"
        case Emergency():
            what = f"a medical emergency: {ground.nature}; {ground.facility}; {ground.at.isoformat()}"
        case Research():
            what = f"scientific research: {ground.protocol}"
        case AuditOrEvaluation():
            what = f"an audit or evaluation for {ground.agency}, under the agreement {ground.agreement}"
        case CourtOrder():
            what = f"the court order {ground.order} with the subpoena {ground.subpoena}"
    return f"42 CFR {ground.section}, {what}. {ground.reason}"
