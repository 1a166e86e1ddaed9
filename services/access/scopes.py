"""SMART on FHIR scopes: what the scopes of a token reach. Pure; a ceiling, not a grant: the policy comes on top.

Source: HL7 SMART App Launch 2.2, “Scopes and Launch Context”. A scope is
`patient|user|system` / resource type or `*` . letters out of `cruds`, in this order; version 1 has `.read`, `.write`
and `.*` instead. Scopes add up. One that is not understood reaches nothing, and so does one with parameters behind
a `?`: Cairn cannot keep to them, and without them it would reach more than was meant.
"""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal, NamedTuple, cast

Context = Literal["patient", "user", "system"]
Interaction = Literal["c", "r", "u", "d", "s"]
"""What a request does: `c` create; `r` read, vread and the history of one resource; `u` update, patch, and the update
that creates; `d` delete; `s` search, and the history of a type or of all."""

API = "cairn"
"""The scope for everything beyond FHIR. A token that has SMART scopes reaches it only with this one."""
_FORM = re.compile(
    r"(patient|user|system)/([A-Z][A-Za-z]{1,63}|\*)\.(?:(?=[cruds])(c?r?u?d?s?)|(read)|(write)|(\*))", re.ASCII
)
_VERSION_1 = ("rs", "cud", "cruds")
_SMART = ("patient/", "user/", "system/")
_NAMED_ONLY = frozenset({"AuditEvent"})
"""Who read what of whom is not in a `*`, but for the patient whose own it is."""


class SmartScope(NamedTuple):
    """A scope that is understood.

    Attributes:
        context: The patient of the token alone, what the user may see, or what the system may see.
        resource: A resource type, or `*`.
        letters: Out of `cruds`.
    """

    context: Context
    resource: str
    letters: str

    def reaches(self, resource: str, interaction: Interaction, *, own_patient: bool) -> bool:
        """Whether this scope reaches a request; see :func:`allows`."""
        if interaction not in self.letters or (self.context == "patient" and not own_patient):
            return False
        if self.resource == "*":
            return resource not in _NAMED_ONLY or self.context == "patient"
        return self.resource == resource


@lru_cache(maxsize=1024)
def parse_scope(text: str) -> SmartScope | None:
    """One scope; None for one that reaches nothing in FHIR, such as `openid` or what is not understood."""
    right = _FORM.fullmatch(text)
    if right is None:
        return None
    context, resource, letters, *version_1 = right.groups()
    if letters is None:
        letters = next(meaning for meaning, found in zip(_VERSION_1, version_1, strict=True) if found)
    return SmartScope(cast(Context, context), resource, letters)


def allows(scopes: AbstractSet[str] | None, resource: str, interaction: Interaction, *, own_patient: bool) -> bool:
    """Whether the scopes of a token reach a FHIR request.

    Args:
        scopes: `Principal.scopes`; None is no ceiling.
        resource: The type of the resources that are asked for or written, such as `Goal`.
        own_patient: Whether the request is about nobody but the patient whom the token names. `patient/` scopes reach
            nothing else.
    """
    if scopes is None:
        return True
    return any(
        scope.reaches(resource, interaction, own_patient=own_patient)
        for scope in map(parse_scope, scopes)
        if scope is not None
    )


def reaches_beyond_fhir(scopes: AbstractSet[str] | None) -> bool:
    """Whether the scopes of a token reach what is not FHIR: `/v1`, NATS.

    SMART scopes say that an application was given a part of what its user may do; it must not get round them by another
    address. A token without any SMART scope is bounded by its roles alone.
    """
    return scopes is None or API in scopes or not any(scope.startswith(_SMART) for scope in scopes)


def needed(resource: str, interaction: Interaction) -> str:
    """The scope that would reach a request, to be named when it is refused (`scope` of RFC 6750, section 3)."""
    return f"user/{resource}.{interaction}"
