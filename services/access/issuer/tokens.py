"""Making tokens of the embedded issuer, and what one has to say to be accepted."""

import secrets
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from services.access.principal import Principal
from services.access.tokens.checking import TokenRules
from services.access.tokens.claims import ClaimMapping, principal_of_claims
from services.access.tokens.keys import KeyRing, read_keys

ISSUER = "urn:cairn:embedded-issuer"
AUDIENCE = "urn:cairn:api"
CLIENT = "cairn-token"
"""The `client_id` of tokens that are made by the command and not by an application."""
MAX_TOKEN_SECONDS = 366 * 24 * 60 * 60
"""How long a token of the embedded issuer may be valid: a system's own, which someone renews once a year."""
RULES = TokenRules(ISSUER, AUDIENCE, longest_seconds=MAX_TOKEN_SECONDS)
MAPPING = ClaimMapping(of_the_house=True)
_ALGORITHM = "Ed25519"
_TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made.

    Attributes:
        text: The token itself. It is a secret: whoever has it is the principal.
        principal: Whom it is for; `principal.token` is the token's id.
        expires: In seconds since 1970.
    """

    text: str
    principal: Principal
    expires: int

    def __repr__(self) -> str:
        return f"MadeToken({self.principal.token})"


def create_token(key: OKPKey, principal: Principal, *, seconds: float, now: float) -> MadeToken:
    """A token for a principal, by RFC 9068, signed with the embedded issuer's key.

    Args:
        principal: Whom it is for. Its client and its token's id are filled in.
        seconds: How long it is valid.
        now: In seconds since 1970.

    Raises:
        TokenRefused: nobody would accept it: what it says of the principal cannot be true together.
        ValueError: it would be valid for no time, or for longer than `MAX_TOKEN_SECONDS`.
    """
    if not 1 <= seconds <= MAX_TOKEN_SECONDS:
        raise ValueError(f"A token is valid from 1 s to {MAX_TOKEN_SECONDS // 86_400} days.")
    issued = int(now)
    claims: dict[str, Any] = {  # as JSON
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.id,
        "client_id": principal.client or CLIENT,
        "jti": secrets.token_hex(8),
        "iat": issued,
        "exp": issued + int(seconds),
        "kind": principal.kind,
        "roles": sorted(principal.roles),
        "orgs": sorted(principal.orgs),
    }
    if principal.patient is not None:
        claims["patient"] = principal.patient
    if principal.speaks_for:
        claims["speaks_for"] = sorted(principal.speaks_for)
    if not principal.words:
        claims["words"] = False
    if principal.scopes is not None:
        claims["scope"] = " ".join(sorted(principal.scopes))
    header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": key.kid}
    text = jwt.encode(header, claims, key, algorithms=[_ALGORITHM])
    return MadeToken(text, principal_of_claims(claims, MAPPING), claims["exp"])


def public_keys(key: OKPKey) -> KeyRing:
    """The key that checks what :func:`create_token` has made with a key."""
    return read_keys({"keys": [key.as_dict(private=False)]})
