"""Checking one token with known keys: its form, its signature, and every claim of RFC 9068. No network, no clock.

joserfc checks the signature and what is in the header. It checks no claim and no `typ`, so Cairn does (RFC 8725 says
what goes wrong otherwise). No sentence of a refusal holds a part of the token.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from services.access.authentication import TokenRefused
from services.access.tokens.claims import Claims
from services.access.tokens.keys import ALGORITHMS, KeyRing

MAX_TOKEN_CHARACTERS = 16 * 1024
"""How long a token may be; those with hundreds of groups come near it."""
_MAX_HEADER_CHARACTERS = 1024
_SECONDS_OF_EVER = 10**11
"""No time in a token may be later than this, in seconds since 1970: the year 5138."""
_NEVER_FOLLOWED = ("jku", "jwk", "x5u", "crit", "b64")
"""Header parameters with which a token would choose its own key, or its own way to be read."""
_OF_ID_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens and logout tokens (OpenID Connect), which are no access tokens."""
_MIME_PREFIX = "application/"


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token has to say to be accepted.

    Attributes:
        issuer: Its `iss`, character by character.
        audience: What its `aud` has to be or contain.
        types: Which `typ` its header may have, in lower case and without `application/`.
        leeway_seconds: How far the issuer's clock may be from Cairn's.
        longest_seconds: How long a token may be valid at most, from `iat` to `exp`.
    """

    issuer: str
    audience: str
    types: frozenset[str] = frozenset({"at+jwt"})
    leeway_seconds: float = 30
    longest_seconds: float = 24 * 60 * 60


def header_of(token: str) -> Mapping[str, Any]:
    """The header of a token, before anything in it can be believed.

    Raises:
        TokenRefused: it is no token that Cairn could accept, whoever signed it.
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise invalid(f"It is longer than {MAX_TOKEN_CHARACTERS} characters.")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii() or len(parts[0]) > _MAX_HEADER_CHARACTERS:
        raise invalid("It is no JSON Web Token with a signature.")
    try:
        header = json.loads(urlsafe_b64decode(parts[0].encode()), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError, IndexError):
        raise invalid("Its header cannot be read.") from None
    if not isinstance(header, dict):
        raise invalid("Its header is no JSON object.")
    if not isinstance(header.get("alg"), str) or header["alg"] not in ALGORITHMS:
        raise invalid(f"It has to be signed with one of {', '.join(ALGORITHMS)}.")
    if any(name in header for name in _NEVER_FOLLOWED):
        raise invalid(f"Its header has one of {', '.join(_NEVER_FOLLOWED)}, which Cairn does not follow.")
    if not isinstance(header.get("kid", ""), str):
        raise invalid("The kid of its header is no text.")
    return header


def check_token(token: str, keys: KeyRing, rules: TokenRules, now: float) -> tuple[Claims, float]:
    """The claims of a token that is accepted, and when it expires.

    Args:
        keys: The keys of the issuer that the rules name, and of no other.
        now: Cairn's clock, in seconds since 1970.

    Raises:
        TokenRefused: it is not accepted.
    """
    header = header_of(token)
    kind = str(header.get("typ", "")).lower().removeprefix(_MIME_PREFIX)
    if kind not in rules.types:
        raise invalid(f"Its typ has to be {' or '.join(sorted(rules.types))}; other kinds of tokens give no access.")
    claims = verified(token, keys.candidates(header.get("kid"), header["alg"]))
    return claims, _check_claims(claims, rules, now)


def verified(token: str, candidates: Sequence[Any]) -> Claims:  # joserfc's keys
    """The claims of a token that one of the keys has signed.

    Raises:
        TokenRefused: none of them has.
    """
    for key in candidates:
        try:
            decoded = jwt.decode(token, key, algorithms=list(ALGORITHMS), registry=_REGISTRY, decoder_cls=_StrictJson)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
        return decoded.claims
    raise invalid("Its signature is of no key of the issuer that Cairn knows, or its claims cannot be read.")


def _check_claims(claims: Claims, rules: TokenRules, now: float) -> float:
    if claims.get("iss") != rules.issuer:
        raise invalid("Its iss is not the issuer that this Cairn believes.")
    audiences = claims.get("aud")
    if rules.audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise invalid("Its aud does not name this Cairn.")
    if any(name in claims for name in _OF_ID_TOKENS):
        raise invalid("It has claims of an ID token or a logout token; only access tokens give access.")
    expires, issued = check_times(claims, now, rules.leeway_seconds)
    if not 0 < expires - issued <= rules.longest_seconds:
        raise invalid(f"It is valid for longer than {rules.longest_seconds / 3600:g} h, or for no time at all.")
    return expires


def check_times(claims: Claims, now: float, leeway_seconds: float) -> tuple[float, float]:
    """When a token that is valid now expires, and when it was issued.

    Raises:
        TokenRefused: it is not valid now.
    """
    expires, issued, earliest = _time(claims, "exp"), _time(claims, "iat"), _time(claims, "nbf", needed=False)
    if now >= expires + leeway_seconds:
        raise TokenRefused("access.token_expired", "The token has expired. Get a new one.")
    if max(issued, earliest) > now + leeway_seconds:
        raise invalid("Its iat or nbf lies in the future. Compare the clocks of the issuer and of this machine.")
    return expires, issued


def _time(claims: Claims, name: str, *, needed: bool = True) -> float:
    value = claims.get(name)
    if value is None and not needed:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"Its {name} is not there, or is no number.")
    if not (math.isfinite(value) if isinstance(value, float) else True) or not 0 <= value <= _SECONDS_OF_EVER:
        raise invalid(f"Its {name} is no time.")
    return float(value)


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


class _StrictJson(json.JSONDecoder):
    """JSON in which no name stands twice and every number is one."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_without_doubles, parse_constant=_no_constant)


class _Registry(JWSRegistry):
    """The registry of joserfc with Cairn's list of algorithms. It does not warn of the old name `EdDSA`."""

    def get_alg(self, name: str) -> Any:  # joserfc keeps the type to itself
        """The algorithm of a name on the list."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("The algorithm is not on the list.")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=list(ALGORITHMS))


def invalid(why: str) -> TokenRefused:
    """The refusal of a token, with a sentence that says why."""
    return TokenRefused("access.token_invalid", f"The token is not accepted. {why}")
