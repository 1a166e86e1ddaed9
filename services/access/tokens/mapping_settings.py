"""Reading the settings that say what an issuer's claims mean: pairs with `=`, separated by semicolons."""

from collections.abc import Collection

from events.identity import is_token
from services.access.tokens.claims import NAMES, ROLES, ClaimNames


def read_claim_names(text: str) -> ClaimNames:
    """`roles=realm_access.roles;orgs=groups`: which claim holds what.

    Raises:
        ValueError: the sentence says which pair is not right.
    """
    names: dict[str, str] = {}
    for pair in _pairs(text):
        what, equals, claim = (part.strip() for part in pair.partition("="))
        if not equals or not claim or what not in NAMES or what in names:
            raise ValueError(f"“{pair}” has to be one of {', '.join(sorted(NAMES))}, once, with = and a claim's name.")
        names[what] = claim
    return ClaimNames(**names)


def read_role_names(text: str) -> dict[str, str]:
    """`cairn-nurse=clinician;cairn-lead=supervisor`: Cairn's role for each of the issuer's.

    Raises:
        ValueError: as of :func:`read_claim_names`.
    """
    return _meanings(text, ROLES, f"one of {', '.join(sorted(ROLES))}")


def read_org_names(text: str) -> dict[str, str]:
    """`/clinics/north=northside`: Cairn's organisation for each of the issuer's.

    Raises:
        ValueError: as of :func:`read_claim_names`.
    """
    return _meanings(text, None, "an organisation's id")


def read_list(text: str) -> frozenset[str]:
    """`a, b`: names, separated by commas."""
    return frozenset(filter(None, map(str.strip, text.split(","))))


def _meanings(text: str, possible: Collection[str] | None, wanted: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in _pairs(text):
        theirs, equals, ours = (part.strip() for part in pair.rpartition("="))
        right = ours in possible if possible is not None else is_token(ours)
        if not equals or not theirs or not right or theirs in found:
            raise ValueError(f"“{pair}” has to be the issuer's name, once, with = and {wanted}.")
        found[theirs] = ours
    return found


def _pairs(text: str) -> list[str]:
    return [pair.strip() for pair in text.split(";") if pair.strip()]
