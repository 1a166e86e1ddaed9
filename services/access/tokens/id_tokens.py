"""Checking an ID token: that the issuer speaks to this client, about the sign-in that this browser has begun.

It says that a sign-in is the right one, and gives no access: that is what the access token beside it is for.
"""

from hmac import compare_digest

from services.access.tokens.checking import check_times, header_of, invalid, verified
from services.access.tokens.claims import Claims
from services.access.tokens.keys import KeyRing

_TYPES = frozenset({"", "jwt"})


def check_id_token(
    token: str, keys: KeyRing, *, issuer: str, client: str, nonce: str, now: float, leeway_seconds: float
) -> Claims:
    """The claims of an ID token that is accepted (OpenID Connect Core 1.0, section 3.1.3.7).

    Args:
        keys: The keys of the issuer.
        client: The id of the client that has asked for it.
        nonce: What the client has asked with.
        now: Cairn's clock, in seconds since 1970.

    Raises:
        TokenRefused: it is not accepted.
    """
    header = header_of(token)
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise invalid("Its typ is not that of an ID token.")
    claims = verified(token, keys.candidates(header.get("kid"), header["alg"]))
    if claims.get("iss") != issuer:
        raise invalid("Its iss is not the issuer that this Cairn believes.")
    audiences = claims.get("aud")
    named = audiences if isinstance(audiences, list) else [audiences]
    if client not in named or (len(named) > 1 and claims.get("azp") != client):
        raise invalid("It is for another client.")
    given = claims.get("nonce")
    if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
        raise invalid("It is of another sign-in.")
    check_times(claims, now, leeway_seconds)
    return claims
