"""Cairn's tokens for FHIR ids: the same id gives the same token at every import, and no token is made from a name."""

import re
from hashlib import sha256

from events.identity import PLAN
from services.intake.fhir.documents import Found

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


def found_token(found: Found) -> str | None:
    """The token of a resource in a file; None when nothing identifies it."""
    if found.id is None:
        return None
    if found.container is None:
        return token_of(found.id)
    return contained_token(found.container.id, found.id) if found.container.id is not None else None


def _digest(text: str) -> str:
    return f"fhir_{sha256(text.encode(errors='surrogatepass')).hexdigest()[:32]}"
