"""What a FHIR reference points at, as far as the file itself can tell."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from services.fhir.escapes import split_unescaped, unescaped
from services.fhir.incoming.documents import Document, Found, identifiers_of, same_address
from services.fhir.incoming.identity import contained_token, identifier_token, own_id, token_of
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import ACTOR_IDENTIFIER, GOAL_IDENTIFIER, PATIENT_IDENTIFIER

_TYPE_OF = {"subject": "Patient", "focus[0]": "Goal"}
"""The type of whatever an element names by an identifier alone, without saying its type."""
_PEOPLE = ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson")
_TYPES = {GOAL_IDENTIFIER: "Goal", PATIENT_IDENTIFIER: "Patient"}
_RESTFUL = re.compile(
    r"(?P<base>(?i:https?)://\S+/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.\-]{1,64})(/_history/[^/]+)?",
    re.ASCII,
)
_CONDITIONAL = re.compile(r"(?:(?i:https?)://[^?\s]+/)?(?P<type>[A-Z][A-Za-z]{1,63})\?(?P<query>.+)", re.ASCII)
_URN = re.compile(r"urn:(?:uuid|oid):(?P<id>[A-Za-z0-9.\-]{1,64})", re.ASCII | re.IGNORECASE)


class Target(NamedTuple):
    """The type and the token of a resource.

    Attributes:
        type: None when only the file that held it would know.
        server: The base of its absolute address; of a relative one, the base under which the bundle has its entries.
    """

    type: str | None
    token: str
    server: str | None = None


def resolve(path: str, reference: object, found: Found, document: Document) -> Target:
    """Where a Reference element of a resource points.

    Relative and absolute addresses, `urn:uuid:` and `urn:oid:` (by the fullUrl of a bundle entry, else as they are),
    `#id` of a contained resource, and people, and Goals of the file, that are named by an identifier: logically, or in
    a search such as `Patient?identifier=SYSTEM|VALUE`.

    A reference that Cairn wrote carries Cairn's own id, and comes back to what it meant.

    Raises:
        RefusedResource: it points nowhere that could be told apart.
    """
    own = _own(reference)
    if own is not None:
        return own
    parts = reference if isinstance(reference, dict) else {}
    literal, stated = parts.get("reference"), parts.get("type")
    stated = stated if isinstance(stated, str) else None
    if not isinstance(literal, str) or not literal:
        identified = _identified(stated or _TYPE_OF.get(path), identifiers_of(parts), document)
        if identified is None:
            raise RefusedResource(path, "It has no literal reference, so there is no telling where it points.")
        return identified
    if literal.startswith("#"):
        return _contained(path, literal[1:], found, document)
    return _literal(path, literal, stated, found, document)


def server_of(found: Found) -> str | None:
    """The base of the address under which a bundle has a resource, or the one that contains it."""
    outermost = found.container or found
    restful = _RESTFUL.fullmatch(outermost.full_url or "")
    return restful["base"] if restful else None


def _literal(path: str, literal: str, stated: str | None, found: Found, document: Document) -> Target:
    restful = _RESTFUL.fullmatch(literal)
    server = (restful["base"] or server_of(found)) if restful else None
    entry = document.entries.get(same_address(literal))
    if entry is not None:
        return Target(entry.type, token_of(entry.id), server)
    if restful:
        return Target(restful["type"], token_of(restful["id"]), server)
    urn = _URN.fullmatch(same_address(literal))
    if urn:
        return Target(stated, token_of(urn["id"]))
    conditional = _CONDITIONAL.fullmatch(literal)
    if conditional:
        identified = _identified(conditional["type"], _searched(conditional["query"]), document)
        if identified is not None:
            return identified
    raise RefusedResource(path, "It is no reference that Cairn can follow within the file, such as Patient/123.")


def _searched(query: str) -> list[tuple[str, str]]:
    """The identifiers in a search that finds one person: each with its system; none where it is open to several.

    It is part of an address, so it may be percent-encoded, and has the escapes of a search (FHIR R4 3.1.1.4.0.1). What
    else is asked for can only say the same of whoever has the identifier.
    """
    found = []
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if unquote(name) != "identifier":
            continue
        searched = unquote(value)
        parts = [unescaped(part) for part in split_unescaped(searched, "|")]
        if len(split_unescaped(searched, ",")) > 1 or len(parts) != 2 or not all(parts):
            return []
        found.append((parts[0], parts[1]))
    return found


def _identified(kind: str | None, identifiers: Sequence[tuple[str, str]], document: Document) -> Target | None:
    """What has one of the identifiers: a Patient or Goal in the file, else someone who is known by the first."""
    if kind is None or not identifiers:
        return None
    named = ((kind, *each) for each in identifiers)
    known = next((document.identified[each] for each in named if each in document.identified), None)
    if known is not None:
        return Target(kind, token_of(known))
    return Target(kind, identifier_token(*identifiers[0])) if kind in _PEOPLE else None


def _own(reference: object) -> Target | None:
    if not isinstance(reference, dict):
        return None
    identifier, stated = reference.get("identifier"), reference.get("type")
    actor = identifier if isinstance(identifier, dict) and identifier.get("system") == ACTOR_IDENTIFIER else {}
    who = actor.get("value")
    if isinstance(who, str) and who and isinstance(stated, str):
        return Target(stated, who)
    own = own_id(identifier, *_TYPES)
    if own is None or not isinstance(identifier, dict):
        return None
    org, *_, token = own.split(".")
    return Target(_TYPES[identifier["system"]], token, f"{PATIENT_IDENTIFIER}:{org}")


def _contained(path: str, fhir_id: str, found: Found, document: Document) -> Target:
    holder = found.container or found
    if holder.id is not None and not fhir_id:
        return Target(holder.type, token_of(holder.id))
    inner = next((each for each in _contained_in(holder.resource) if each.get("id") == fhir_id), None)
    if inner is not None and fhir_id:
        kind = str(inner.get("resourceType"))
        # Someone who is contained in two resources is one person, if an identifier says so.
        identified = _identified(kind, identifiers_of(inner), document)
        if identified is not None:
            return identified
        if holder.id is not None:
            return Target(kind, contained_token(holder.id, fhir_id))
    raise RefusedResource(path, f"Nothing with the id {fhir_id[:64]!r} is contained in {holder.reference}.")


def _contained_in(resource: Json) -> list[Json]:
    contained = resource.get("contained")
    return [each for each in contained if isinstance(each, dict)] if isinstance(contained, list) else []
