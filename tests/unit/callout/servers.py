"""A server's questions, signed and sealed as nats-server does it."""

import time
from typing import Any

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from events.log.client.nkeys import public_text
from services.access.callout.jwt import signed
from services.access.callout.keys import CalloutKeys
from services.access.callout.sealing import sealed

SERVER = SigningKey(bytes(32))
SERVER_ID = public_text("server", bytes(SERVER.verify_key))
SERVER_CURVE = PrivateKey(bytes([7]) * 32)
SERVER_XKEY = public_text("curve", bytes(SERVER_CURVE.public_key))
USER_NKEY = public_text("user", bytes(32))
KEYS = CalloutKeys.generated()


def question(given: str = "word", **changed: Any) -> bytes:
    """A question about a client that connects with a token.

    Args:
        changed: Claims that differ; of those below `nats`, `client`, `options` and `nats` itself.
    """
    nats = {
        "server_id": {"name": "one", "host": "127.0.0.1", "id": SERVER_ID, "version": "2.15.1", "xkey": SERVER_XKEY},
        "user_nkey": USER_NKEY,
        "client_info": {"host": "127.0.0.1", "id": 12, "user": "[REDACTED]", "kind": "Client", "type": "nats"}
        | changed.pop("client", {}),
        "connect_opts": changed.pop("options", {"auth_token": given, "lang": "python3", "protocol": 1}),
        "type": "authorization_request",
        "version": 2,
    } | changed.pop("nats", {})
    claims = {
        "aud": "nats-authorization-request",
        "exp": int(time.time()) + 60,
        "iat": int(time.time()),
        "iss": SERVER_ID,
        "jti": "one",
        "sub": KEYS.issuer,
        "nats": nats,
    } | changed
    return signed(claims, SERVER).encode()


def sealed_question(given: str = "word") -> bytes:
    """The same, sealed for the callout."""
    return sealed(question(given), KEYS.xkey, SERVER_CURVE)
