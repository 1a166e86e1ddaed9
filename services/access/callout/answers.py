"""What the callout answers: a user that the server makes of the client, or that it is refused (NATS ADR-26)."""

from uuid import uuid4

from services.access.callout.admission import Admission, Refused
from services.access.callout.jwt import signed
from services.access.callout.keys import CalloutKeys
from services.access.callout.request import AuthorizationRequest
from services.access.callout.sealing import sealed

_UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
"""Limits of these kinds have no effect in a server that is configured by file; the servers' `max_payload` holds."""


def admitted(request: AuthorizationRequest, admission: Admission, keys: CalloutKeys, now: int) -> bytes:
    """The answer that admits a client.

    The user always has a name: without one the server would believe whatever name the client has given.
    """
    user = {
        "jti": uuid4().hex,
        "iat": now,
        "exp": admission.expires,
        "iss": keys.issuer,
        "sub": request.user_nkey,
        "name": admission.user,
        "aud": admission.account,
        "nats": {"type": "user", "version": 2, **_UNLIMITED, **admission.permissions.claims()},
    }
    return _answer(request, {"jwt": signed(user, keys.signing)}, keys, now)


def refused(request: AuthorizationRequest, refusal: Refused, keys: CalloutKeys, now: int) -> bytes:
    """The answer that refuses a client; the client is only told that it is refused, the server's log why."""
    return _answer(request, {"error": f"{refusal.code}: {refusal}"}, keys, now)


def _answer(request: AuthorizationRequest, outcome: dict[str, str], keys: CalloutKeys, now: int) -> bytes:
    claims = {
        "jti": uuid4().hex,
        "iat": now,
        "iss": keys.issuer,
        "sub": request.user_nkey,
        "aud": request.server,
        "nats": {"type": "authorization_response", "version": 2, **outcome},
    }
    answer = signed(claims, keys.signing).encode()
    return answer if request.server_xkey is None else sealed(answer, request.server_xkey, keys.curve)
