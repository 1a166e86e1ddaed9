"""What the claims of a checked token say: who asks, as Cairn knows them.

Which claim holds what, and what the issuer's own role and organisation names mean, is a setting; docs/tokens.md has
the table. Whatever is not understood refuses the token: a right is never guessed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast, get_args

from events.identity import is_token
from events.vocabulary import ActorRole
from services.access.authentication import TokenRefused
from services.access.principal import Kind, Principal, Role

Claims = Mapping[str, Any]  # a JSON object
ROLES: frozenset[str] = frozenset(get_args(Role))
ACTOR_ROLES: frozenset[str] = frozenset(get_args(ActorRole))
OF_PERSONS: frozenset[str] = frozenset({"patient", "clinician", "supervisor", "family"})
"""Roles that only a person can have. The role `system` is the other way round: only a system can have it."""
MAX_VALUES = 100
"""How many roles or organisations a token may name."""
_ID = re.compile(r"[!-~]{1,200}", re.ASCII)
_PATH_SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claim holds what. A name with dots, such as `realm_access.roles`, is a path where no claim is named so.

    Attributes:
        id: The principal's id.
        token: The token's own id.
        client: The application that it was issued to.
        kind: `person` or `system`; a person where it is missing.
        roles, orgs: The names of roles and organisations, as a list or as one text with spaces between them.
        patient: The patient's own id within the organisation.
        speaks_for: In whose roles a system may submit events.
        words: `false` where the principal must not read what people said.
        scope: The scopes.
    """

    id: str = "sub"
    token: str = "jti"  # noqa: S105 - the name of a claim
    client: str = "client_id"
    kind: str = "kind"
    roles: str = "roles"
    orgs: str = "orgs"
    patient: str = "patient"
    speaks_for: str = "speaks_for"
    words: str = "words"
    scope: str = "scope"


NAMES: frozenset[str] = frozenset(each.name for each in fields(ClaimNames))


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """How claims become a principal.

    Attributes:
        names: Which claim holds what.
        roles: Cairn's role for each of the issuer's; empty where the issuer uses Cairn's own names.
        orgs: Cairn's organisation for each of the issuer's; empty where the issuer uses Cairn's own names.
        systems: The client ids of applications that are systems, whatever the claim for the kind says.
        of_the_house: Whether the issuer is Cairn's own. Its tokens may stand for the house itself, which belongs to
            every organisation, and have no ceiling where they name no scope.
    """

    names: ClaimNames = field(default_factory=ClaimNames)
    roles: Mapping[str, str] = field(default_factory=dict)
    orgs: Mapping[str, str] = field(default_factory=dict)
    systems: frozenset[str] = frozenset()
    of_the_house: bool = False


def principal_of_claims(claims: Claims, mapping: ClaimMapping) -> Principal:
    """The principal that a token's claims name.

    Raises:
        TokenRefused: `access.token_invalid`; the sentence names the claim.
    """
    names = mapping.names
    client = _text(claims, names.client)
    kind = "system" if client in mapping.systems else _kind(claims, names.kind)
    roles = _translated(_texts(claims, names.roles), mapping.roles) & ROLES
    orgs = _translated(_texts(claims, names.orgs), mapping.orgs)
    patient = _found(claims, names.patient)
    speaks_for = frozenset(_texts(claims, names.speaks_for))
    words = _found(claims, names.words)
    if not roles:
        raise _refused(f"Its claim {names.roles} names no role that Cairn knows, so it means nothing.")
    if not all(map(is_token, orgs)):
        raise _refused(f"Its claim {names.orgs} names something that is no organisation.")
    if patient is not None and not (isinstance(patient, str) and is_token(patient)):
        raise _refused(f"Its claim {names.patient} is no patient's id.")
    if not speaks_for <= ACTOR_ROLES:
        raise _refused(f"Its claim {names.speaks_for} names a role in which nobody submits events.")
    if words not in (None, True, False) or isinstance(words, int) != isinstance(words, bool):
        raise _refused(f"Its claim {names.words} is neither true nor false.")
    _check_together(kind, roles, orgs, patient, speaks_for, mapping)
    return Principal(
        id=_text(claims, names.id),
        kind=kind,
        roles=cast(frozenset[Role], roles),
        orgs=orgs,
        patient=patient,
        speaks_for=cast(frozenset[ActorRole], speaks_for),
        words=words is not False,
        client=client,
        scopes=_scopes(claims, mapping),
        token=_text(claims, names.token),
    )


def _check_together(
    kind: Kind,
    roles: frozenset[str],
    orgs: frozenset[str],
    patient: object,
    speaks_for: frozenset[str],
    mapping: ClaimMapping,
) -> None:
    """Refuse what cannot be true of one principal."""
    names = mapping.names
    if kind == "system" and roles & OF_PERSONS:
        raise _refused(f"It is for a system, and its claim {names.roles} names a role that only a person can have.")
    if kind == "person" and "system" in roles:
        raise _refused(f"It is for a person, and its claim {names.roles} names the role system.")
    if speaks_for and "system" not in roles:
        raise _refused(f"It has the claim {names.speaks_for} without the role system.")
    if not orgs and roles != {"operator"} and not mapping.of_the_house:
        raise _refused(f"Its claim {names.orgs} names no organisation.")
    if "patient" in roles and (patient is None or len(orgs) != 1):
        raise _refused(f"It is for a patient; then {names.patient} has to be there, and {names.orgs} has to name one.")


def _kind(claims: Claims, name: str) -> Kind:
    match _found(claims, name):
        case None | "person":
            return "person"
        case "system":
            return "system"
        case _:
            raise _refused(f"Its claim {name} is neither person nor system.")


def _scopes(claims: Claims, mapping: ClaimMapping) -> frozenset[str] | None:
    """The scopes of the token. What an issuer of others names no scope for has none: it may have dropped them."""
    name = mapping.names.scope
    if _found(claims, name) is None and mapping.of_the_house:
        return None
    return frozenset(_texts(claims, name))


def _translated(values: Iterable[str], meanings: Mapping[str, str]) -> frozenset[str]:
    if not meanings:
        return frozenset(values)
    return frozenset(meanings[value] for value in values if value in meanings)


def _text(claims: Claims, name: str) -> str:
    value = _found(claims, name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _refused(f"Its claim {name} has to be there: 1 to 200 characters of ASCII, without spaces.")
    return value


def _texts(claims: Claims, name: str) -> tuple[str, ...]:
    value = _found(claims, name)
    match value:
        case None:
            return ()
        case str():
            texts = tuple(value.split())
        case list() if all(isinstance(each, str) for each in value):
            texts = tuple(value)
        case _:
            raise _refused(f"Its claim {name} is neither a text nor a list of texts.")
    if len(texts) > MAX_VALUES:
        raise _refused(f"Its claim {name} names more than {MAX_VALUES}.")
    return texts


def _found(claims: Claims, name: str) -> object:
    """The value of a claim; None where it is missing."""
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split(_PATH_SEPARATOR):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _refused(why: str) -> TokenRefused:
    return TokenRefused("access.token_invalid", f"The token is not accepted. {why}")
