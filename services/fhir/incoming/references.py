"""What a FHIR reference points at, as far as the file itself can tell."""

import re
from typing import NamedTuple

from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.identity import contained_token, own_id, token_of
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import ACTOR_IDENTIFIER, GOAL_IDENTIFIER, PATIENT_IDENTIFIER

_TYPES = {GOAL_IDENTIFIER: "Goal", PATIENT_IDENTIFIER: "Patient"}
_RESTFUL = re.compile(
    r"(?P<base>https?://\S+/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.\-]{1,64})(/_history/[^/]+)?", re.ASCII
)
_URN = re.compile(r"urn:(?:uuid|oid):(?P<id>[A-Za-z0-9.\-]{1,64})", re.ASCII | re.IGNORECASE)


class Target(NamedTuple):
    """The type and the token of a resource. `type` is None when only the file that held it would know; `server` is
    the base of an absolute address."""

    type: str | None
    token: str
    server: str | None = None


def resolve(path: str, reference: object, found: Found, document: Document) -> Target:
    """Where a Reference element of a resource points.

    Relative and absolute addresses, `urn:uuid:` and `urn:oid:` (by the fullUrl of a bundle entry, else as they are),
    and `#id` of a contained resource.

    A reference that Cairn wrote carries Cairn's own id, and comes back to what it meant.

    Raises:
        RefusedResource: it points nowhere that could be told apart.
    """
    own = _own(reference)
    if own is not None:
        return own
    literal = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(literal, str) or not literal:
        raise RefusedResource(path, "It has no literal reference, so there is no telling to whom it belongs.")
    if literal.startswith("#"):
        return _contained(path, literal[1:], found)
    entry = document.entries.get(literal)
    restful = _RESTFUL.fullmatch(literal)
    server = restful["base"] if restful else None
    if entry is not None:
        return Target(entry.type, token_of(entry.id), server)
    if restful:
        return Target(restful["type"], token_of(restful["id"]), server)
    urn = _URN.fullmatch(literal)
    if urn:
        stated = reference.get("type") if isinstance(reference, dict) else None
        return Target(stated if isinstance(stated, str) else None, token_of(urn["id"]))
    raise RefusedResource(path, "It is no reference that Cairn can follow within the file, such as Patient/123.")


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


def _contained(path: str, fhir_id: str, found: Found) -> Target:
    holder = found.container or found
    if holder.id is not None:
        if not fhir_id:
            return Target(holder.type, token_of(holder.id))
        for inner in _contained_in(holder.resource):
            if inner.get("id") == fhir_id:
                return Target(str(inner.get("resourceType")), contained_token(holder.id, fhir_id))
    raise RefusedResource(path, f"Nothing with the id {fhir_id[:64]!r} is contained in {holder.reference}.")


def _contained_in(resource: Json) -> list[Json]:
    contained = resource.get("contained")
    return [each for each in contained if isinstance(each, dict)] if isinstance(contained, list) else []
