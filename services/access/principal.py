"""The principal of a request: who asks, as Cairn knows them, whatever way they came.

A service of Cairn that has checked a principal hands it on as text: the gateway in a header of what it forwards, the
auth callout as the name of a NATS user. Both are believed only where nobody else can write them.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.errors import CairnError
from events.vocabulary import ActorRole

Kind = Literal["person", "system"]
Role = Literal["patient", "clinician", "supervisor", "family", "auditor", "dashboard", "system", "operator"]
HEADER = "cairn-principal"
"""The NATS header in which a service of Cairn names the principal of a submission that it forwards."""

_Id = Annotated[str, Field(min_length=1, max_length=200)]


class BadPrincipal(CairnError):
    """A text that should name a principal does not."""


class Principal(BaseModel):
    """Who asks.

    Attributes:
        id: An opaque id, recorded as `submittedby` and in the record of what was read; never a name.
        kind: A person, or a system that acts by itself or for people.
        roles: What the principal is; what each role may do is in `policy.py`.
        orgs: The organisations that it belongs to.
        patient: For a patient, the patient's own id within the organisation; otherwise None.
        speaks_for: For a system, in whose roles it is trusted to submit events.
        words: Whether it may read what people said; a dashboard can be given numbers and dates alone.
        client: The application that it uses, where the token names one.
        scopes: The SMART on FHIR scopes of its token, a ceiling on what it may do with FHIR; None for no ceiling.
        token: The id (`jti`) of the token that it came with, where it came with one; never the token.
        expires: When that token expires, in seconds since 1970, where whoever passes the principal on needs to know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _Id
    kind: Kind
    roles: frozenset[Role]
    orgs: frozenset[str] = frozenset()
    patient: str | None = None
    speaks_for: frozenset[ActorRole] = frozenset()
    words: bool = True
    client: str | None = None
    scopes: frozenset[str] | None = None
    token: str | None = None
    expires: int | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the principal has one of these roles."""
        return not self.roles.isdisjoint(roles)

    def encoded(self) -> str:
        """The principal as one word of letters, digits, `-` and `_`, for a header or a NATS user's name."""
        return _encoded(self)

    @classmethod
    def decoded(cls, text: str) -> Self:
        """The principal that :meth:`encoded` has written.

        Raises:
            BadPrincipal: the text is none of that kind.
        """
        try:
            return cls.model_validate_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValidationError, ValueError):
            raise BadPrincipal("The text that should name a principal does not.") from None


@lru_cache(maxsize=4096)  # The same few people and systems submit again and again.
def _encoded(principal: Principal) -> str:
    return urlsafe_b64encode(principal.model_dump_json(exclude_defaults=True).encode()).rstrip(b"=").decode()


@lru_cache(maxsize=4096)  # as above
def principal_of(text: str) -> Principal:
    """The principal that :meth:`Principal.encoded` has written.

    Raises:
        BadPrincipal: as :meth:`Principal.decoded`.
    """
    return Principal.decoded(text)


HOUSE = "node"
"""The id of the house itself, where programs need no sign-in of their own: on the machine that Cairn runs on."""


def everyone_of(orgs: AbstractSet[str], id_: str) -> Principal:
    """Whoever holds the keys of the house itself: the node, its sample clinic, a command beside its data folder.

    It may submit for everyone and read everything of these organisations, or of all of them when none are named.
    """
    return Principal(
        id=id_,
        kind="system",
        roles=frozenset({"system", "auditor", "operator"}),
        orgs=frozenset(orgs),
        speaks_for=frozenset({"patient", "clinician", "supervisor", "family", "system"}),
    )
