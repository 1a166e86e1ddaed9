"""What a goal is called elsewhere: its FHIR reference, its identifiers, and who expressed it."""

from collections.abc import Sequence
from urllib.parse import unquote

from events.vocabulary import External
from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.identity import own_identity
from services.fhir.incoming.references import resolve
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import EXPRESSED_BY, NO_SYSTEM, QUOTED_SYSTEM, REFERENCE_SYSTEM, SECURITY

_MOST = 20
_LONGEST = 200


def expresser(expressed_by: object, found: Found, document: Document) -> External | None:
    """Who expressed the goal, as something to keep; None where nobody can be told apart."""
    try:
        target = resolve("", expressed_by, found, document)
    except RefusedResource:  # someone who is only named
        return None
    value = f"{target.type}/{target.token}"
    return External(system=EXPRESSED_BY, value=value) if target.type and len(value) <= _LONGEST else None


def read_identifiers(found: Found, expressed_by: External | None) -> tuple[tuple[External, ...], tuple[str, ...]]:
    """The goal's FHIR reference, security labels and identifiers; and what of them says too little or too much.

    What Cairn itself wrote has its Cairn id among the identifiers, and needs no reference beside it.
    """
    own = own_identity(found) is not None
    kept = [] if own else [External(system=REFERENCE_SYSTEM, value=found.reference[:_LONGEST])]
    kept += [expressed_by] if expressed_by is not None else []
    left_out = []
    for index, label in enumerate((found.resource.get("meta") or {}).get("security") or ()):
        coded = f"{label.get('system') or ''}|{label.get('code') or ''}"
        if label.get("code") and len(coded) <= _LONGEST and len(kept) < _MOST:
            kept.append(External(system=SECURITY, value=coded))
        else:
            left_out.append(f"meta.security[{index}]")
    identifiers: Sequence[Json] = found.resource.get("identifier") or ()
    for index, identifier in enumerate(identifiers):
        system, value = _system(identifier.get("system")), identifier.get("value")
        if value and len(value) <= _LONGEST and len(system) <= _LONGEST and len(kept) < _MOST:
            kept.append(External(system=system, value=value))
        else:
            left_out.append(f"identifier[{index}]")
    return tuple(kept), tuple(left_out)


def _system(uri: str | None) -> str:
    if uri is None:
        return NO_SYSTEM
    return unquote(uri.removeprefix(QUOTED_SYSTEM)) if uri.startswith(QUOTED_SYSTEM) else uri
