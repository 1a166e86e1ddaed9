"""Cairn's tokens for FHIR ids: the same id gives the same token at every import, and no token is made from a name."""

import re
from hashlib import sha256

from events.identity import PLAN, is_token
from services.fhir.incoming.documents import Found
from services.fhir.vocabulary import ENTRY_IDENTIFIER, GOAL_IDENTIFIER, PATIENT_IDENTIFIER

_OWN = {"Goal": GOAL_IDENTIFIER, "Observation": ENTRY_IDENTIFIER}
_PARTS = {PATIENT_IDENTIFIER: 2, GOAL_IDENTIFIER: 3, ENTRY_IDENTIFIER: 4}
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_PLAIN_CONTAINED = re.compile(r"[A-Za-z0-9-]+_[A-Za-z0-9-]+", re.ASCII)


def token_of(fhir_id: str) -> str:
    """The token for a FHIR id: itself where it can be one, else a stable digest.

    FHIR ids have dots and no underscores, so the underscore is free to mark what is not an id as it stood.
    """
    return fhir_id if _PLAIN.fullmatch(fhir_id) and fhir_id != PLAN else _digest(fhir_id)


def contained_token(container_id: str, fhir_id: str) -> str:
    """The token for a resource that is only known within another one: `CONTAINER_ID`."""
    joined = f"{container_id}_{fhir_id}"
    plain = _PLAIN_CONTAINED.fullmatch(joined) and len(joined) <= 64
    return joined if plain else _digest(f"{container_id}#{fhir_id}")


def identifier_token(system: str, value: str) -> str:
    """The token for someone who is only known by an identifier; a digest, as the identifier may be a record number."""
    return _digest(f"{system}|{value}")


def server_token(server: str, token: str) -> str:
    """The token for a resource of a server, where another server's resource has the plain one."""
    return _digest(f"{server} {token}")


def found_token(found: Found) -> str | None:
    """The token of a resource in a file; None when nothing identifies it.

    What Cairn itself wrote comes back under the token that it had.
    """
    own = own_identity(found)
    if own is not None:
        return own.rpartition(".")[2]
    if found.id is None:
        return None
    if found.container is None:
        return token_of(found.id)
    return contained_token(found.container.id, found.id) if found.container.id is not None else None


def own_identity(found: Found) -> str | None:
    """The id that Cairn gave to a Goal (`ORG.PATIENT.GOAL`) or to an entry of its progress (with `.ENTRY`)."""
    system = _OWN.get(found.type)
    return own_id(found.resource.get("identifier"), system) if system else None


def own_id(identifiers: object, *systems: str) -> str | None:
    """The first id of Cairn's own in an `identifier` element, one or a list, in one of its systems."""
    for each in identifiers if isinstance(identifiers, list) else [identifiers]:
        system = each.get("system") if isinstance(each, dict) else None
        value = each.get("value") if isinstance(each, dict) and system in systems else None
        tokens = value.split(".") if isinstance(value, str) else []
        if len(tokens) == _PARTS.get(system or "") and all(map(is_token, tokens)) and tokens[2:3] != [PLAN]:
            return ".".join(tokens)
    return None


def _digest(text: str) -> str:
    return f"fhir_{sha256(text.encode(errors='surrogatepass')).hexdigest()[:32]}"
