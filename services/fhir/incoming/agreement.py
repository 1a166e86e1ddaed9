"""Who stands behind a goal, as far as its FHIR resource says so. No agreement is invented."""

from typing import Any

from events.vocabulary import Party
from services.fhir.incoming.concepts import Extension, parts
from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.references import Target, resolve
from services.fhir.incoming.refusal import RefusedResource

_PARTIES: tuple[Party, ...] = ("patient", "clinician")


def agreed_by(
    expressed_by: object, extensions: list[tuple[str, Extension]], patient: str, found: Found, document: Document
) -> dict[Party, str]:
    """The parties whose agreement is stated, each with the token of whoever agreed; empty where that is not told.

    That is whoever the extension `goal-acceptance` names as agreeing, where its “disagree” outweighs the rest; and
    whoever expressed the goal (R4 `expressedBy`, R5 `source`), as whoever proposes has agreed, unless the extension
    says that they do not, or not yet.

    Args:
        expressed_by: The Reference element, or None.
        extensions: The goal's acceptance extensions by their path.
        patient: The token of the goal's own patient; another patient's word counts for nobody.
        found, document: Where the references are looked up.
    """
    agreeing: dict[Party | None, str] = {}
    disagreeing: set[Party | None] = set()
    waiting: set[Party | None] = set()
    for path, extension in extensions:
        found_parts = parts(extension)
        target = _target(_as_json(found_parts.get("individual")), found, document)
        party = _party(target, patient)
        match found_parts.get("status"):
            case "agree":
                agreeing.setdefault(party, target.token if target is not None else "")
            case "disagree":
                disagreeing.add(party)
            case "pending":
                waiting.add(party)
            case _:
                raise RefusedResource(path, "Its status must be agree, disagree or pending.")
    if expressed_by is not None:
        target = _target(expressed_by, found, document)
        party = _party(target, patient)
        if party not in waiting and target is not None:
            agreeing.setdefault(party, target.token)
    return {party: agreeing[party] for party in _PARTIES if party in agreeing and party not in disagreeing}


def _target(reference: object, found: Found, document: Document) -> Target | None:
    try:
        return resolve("", reference, found, document)
    except RefusedResource:
        # Someone who is only named is nobody's agreement; someone whose type is told is that, whoever it was.
        stated = reference.get("type") if isinstance(reference, dict) else None
        return Target(stated, "") if isinstance(stated, str) else None


def _party(target: Target | None, patient: str) -> Party | None:
    if target is None:
        return None
    if target.type == "Patient":
        return "patient" if target.token == patient else None
    return "clinician" if target.type in ("Practitioner", "PractitionerRole") else None


def _as_json(reference: Any) -> object:  # a Reference of either FHIR version, or None
    return reference.model_dump() if reference is not None else None
